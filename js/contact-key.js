// Canonical contact keys. Services are found by a key that is equal byte for byte (contract section 2), so everybody
// who makes one, the page, the server, an import, must spell it in the same way. The forms are stated at each helper;
// tests/vectors/contact-keys.json has examples of every rule, for implementations in other languages.
//
// The forms cannot be mistaken for each other: a phone key begins with '+'; an e-mail key has an '@'; a name key has a
// '+' that is not its first character, and no '@'; a hashed key has neither '+' nor '@'. What cannot be a key is
// refused with `invalid_argument`. No message ever holds any of what was given.
import { ServicesError, invalidArgument } from './errors.js';
import { toHex } from './hex.js';
import { object } from './request.js';

/** Bytes of UTF-8 that a contact key may have (contract section 2). */
const LIMIT = 256;
/** UTF-16 units that are read at all; white space and invisible characters may fill them. */
const READ = 4096;
const HASHED = 'hmac-sha256:';
const SECRET_BYTES = 32;

const encoder = new TextEncoder();

/**
 * The canonical form of an e-mail address: `Pat@Example.ORG` is `pat@example.org`.
 *
 * Invisible characters are dropped and outer white space is; Unicode NFC. The last '@' separates. The local part is
 * lower-cased (Unicode, of no locale); quotation marks and backslashes that it does not need are dropped
 * (RFC 5321, 4.1.2). The domain is lower-cased, in ASCII form (IDNA as in the URL standard, `münchen` is
 * `xn--mnchen-3ya`), without the root's dot. Nothing that only one provider does: dots and `+tag` stay. A domain with a
 * zero-width joiner or non-joiner, which may tell it from another, has a key in its ASCII form only.
 *
 * @param {string} address  without a display name or angle brackets
 * @param {{ local_case?: 'lower' | 'keep' }} [options]  `keep` leaves the case of the local part, for the rare domains
 *   that tell `Pat` from `pat`
 * @returns {string} 3 to 256 bytes
 * @throws {ServicesError} `invalid_argument`: no '@', an empty part, inner white space or control characters, a lone
 *   surrogate, an address literal such as `pat@[192.0.2.1]`, a domain that ends in a number or has a joiner, `ß` or `ς`
 *   in one where the browser takes them for `ss` and `σ` (Chrome before 110), more than 256 bytes
 */
export function emailKey(address, options = {}) {
  const { local_case = 'lower' } = object(options, 'options');
  if (local_case !== 'lower' && local_case !== 'keep') throw invalidArgument('local_case', "'lower' or 'keep'");
  const text = visible(address)?.trim() ?? '';
  const at = text.lastIndexOf('@');
  // Joiners tell domains apart, and not every browser's IDNA keeps them.
  const joined = at > 0 && /[\u200c\u200d]/.test(address.slice(address.lastIndexOf('@')));
  if (at > 0 && !joined && !/[\p{White_Space}\p{Cc}\p{Cf}]/u.test(text)) {
    const local = localPart(text.slice(0, at), local_case);
    const domain = asciiDomain(text.slice(at + 1));
    const key = `${local}@${domain}`;
    if (local !== undefined && domain !== undefined && fits(key)) return key;
  }
  throw invalidArgument('address', `an e-mail address of at most ${LIMIT} bytes, such as name@example.org,`);
}

/**
 * The canonical form of a phone number, E.164: `(020) 7946-0958` in `GB` is `+442079460958`.
 *
 * By libphonenumber-js with its smallest metadata, which is loaded at the first call. A number with an extension is
 * refused: E.164 has no place for it, and without it everybody behind one switchboard would share a key. Letters
 * (`1-800-FLOWERS`), `tel:` URIs and numbers that are only dialled locally (`112`) are refused as well.
 *
 * @param {string} number  international (`+44 …`), or national if a region is given
 * @param {{ region?: string }} [options]  `region`: where a number without '+' is dialled, ISO 3166-1 alpha-2 in upper
 *   case; no effect on one with '+'
 * @returns {Promise<string>} '+' and digits
 * @throws {ServicesError} `invalid_argument`: not valid in its country; no '+' and no region; an unknown region.
 *   `unavailable`: the library could not be loaded
 */
export async function phoneKey(number, options = {}) {
  const { region } = object(options, 'options');
  const text = visible(number);
  const phone = await import('./phone.js').catch((cause) => {
    throw new ServicesError('unavailable', 'phoneKey: its library could not be loaded; try again', { cause });
  });
  if (region !== undefined && (typeof region !== 'string' || !phone.isSupportedCountry(region))) {
    throw invalidArgument('region', 'an ISO 3166-1 alpha-2 code in upper case, such as GB,');
  }
  // The library reads letters as extensions, sub-addresses and URI parameters, and drops some of them silently.
  const key = text === undefined || /[\p{L};]/u.test(text) ? undefined : phone.e164(plainNumber(text), region);
  if (key === undefined) {
    throw invalidArgument(
      'number',
      region === undefined
        ? 'a valid phone number that begins with + and the country, or one with its region, without extension,'
        : 'a valid phone number without extension',
    );
  }
  return key;
}

/**
 * The canonical form of a name, `last+first`: `{ last: 'STRASSE', first: ' Änne  Marie ' }` is `strasse+änne marie`.
 *
 * Each part: invisible characters are dropped; white space, inner runs and outer, is one U+0020 or none; case is folded
 * as Unicode's full case folding does (`ß` and `ẞ` are `ss`, `ς` is `σ`), and beyond it `I`, `İ`, `ı` and `i` are all
 * `i`, so that Turkish names are found in either case; Unicode NFC. Accents stay. A '+' within a part becomes '＋'
 * (U+FF0B), so that the only '+' separates: `a+b`, `c` is another key than `a`, `b+c`.
 *
 * @param {{ last: string, first: string }} name  `first` may be empty, for people with one name; `last` may not
 * @returns {string} 2 to 256 bytes
 * @throws {ServicesError} `invalid_argument`: no text, a control character, a lone surrogate, an '@', more than 256
 *   bytes together
 */
export function nameKey(name) {
  const { last, first } = object(name, 'name');
  const [begin, end] = [namePart(last, 'last'), namePart(first, 'first')];
  if (begin === '') throw invalidArgument('last', 'a name that is not empty');
  const key = `${begin}+${end}`;
  if (!fits(key)) throw invalidArgument('name', `a last and a first name of at most ${LIMIT} bytes together`);
  return key;
}

/**
 * A stand-in for a key, so that neither the browser's storage nor the wire holds the address itself: `hmac-sha256:` and
 * the 64 lower-case hexadecimal digits of HMAC-SHA-256 (RFC 2104) of the key's UTF-8. Equal keys under one secret have
 * equal stand-ins, so they are found as before.
 *
 * What it does not do: whoever holds the secret can try every phone number within minutes, and a guessed address at
 * once. A secret that a page holds is known to everybody who can load the page: then only a glance is kept off. Let the
 * server hash where that matters. A hash without a secret would hide nothing at all. Use a secret of its own, never the
 * `claim_secret`: a hash under that one could pass for a claim token.
 *
 * @param {string} key  canonical, 1 to 256 bytes: `pat@example.org` and `Pat@example.org` have different stand-ins
 * @param {Uint8Array | string | CryptoKey} secret  at least 32 bytes (of UTF-8, if a string) of randomness; or an
 *   HMAC-SHA-256 key for signing, which saves importing it each time
 * @returns {Promise<string>} 76 bytes
 * @throws {ServicesError} `invalid_argument`: no key, one that is hashed already, no such secret. `unavailable`: no
 *   WebCrypto, as in a page that was not loaded over https
 */
export async function hashedKey(key, secret) {
  if (!isText(key) || !fits(key)) throw invalidArgument('key', `a contact key of 1 to ${LIMIT} bytes`);
  // A key hashed twice would find nothing, and nobody would notice.
  if (/^hmac-sha256:[0-9a-f]{64}$/.test(key)) throw invalidArgument('key', 'a contact key that is not hashed already');
  if (globalThis.crypto?.subtle === undefined) {
    throw new ServicesError('unavailable', 'hashedKey: there is no WebCrypto here; browsers have it in pages over https');
  }
  return HASHED + toHex(await crypto.subtle.sign('HMAC', await signingKey(secret), encoder.encode(key)));
}

/** Whether it is a string without lone surrogates. @param {unknown} value @returns {value is string} */
const isText = (value) => typeof value === 'string' && !/\p{Surrogate}/u.test(value);

/** @param {string} key */
const fits = (key) => key !== '' && key.length <= LIMIT && encoder.encode(key).length <= LIMIT;

/**
 * The text without the characters that show nothing: zero-width spaces and joiners, direction marks, soft hyphens,
 * variation selectors. They come along with pasted text, and nobody could see why two keys differ.
 *
 * @param {unknown} value
 */
const visible = (value) =>
  isText(value) && value.length <= READ ? value.replace(/\p{Default_Ignorable_Code_Point}/gu, '') : undefined;

/**
 * Any dots are accepted: addresses with two in a row, or one at the end, have been given out.
 *
 * @param {string} text @param {'lower' | 'keep'} letters
 */
function localPart(text, letters) {
  const quoted = /^"((?:[^"\\]|\\.)+)"$/su.exec(text)?.[1];
  const plain = (quoted?.replace(/\\(.)/gsu, '$1') ?? text).normalize('NFC');
  const cased = letters === 'keep' ? plain : plain.toLowerCase().normalize('NFC');
  if (!/["(),:;<>@[\\\]]/.test(cased)) return cased;
  return quoted === undefined ? undefined : `"${cased.replace(/["\\]/g, '\\$&')}"`;
}

/** @param {string} text */
function asciiDomain(text) {
  // What is special in a URL is kept from the parser, and plain ASCII does not need it.
  if (/[^\w.\-\u0080-\u{10ffff}]/u.test(text)) return undefined;
  // IDNA's transitional processing, as in Chrome before 110, makes another domain of these.
  if (/[ßς]/.test(text) && new URL('http://faß.de').hostname !== 'xn--fa-hia.de') return undefined;
  let domain = text.toLowerCase();
  if (/[^\0-\x7f]/.test(domain)) {
    try {
      domain = new URL(`http://${text}`).hostname;
    } catch {
      return undefined;
    }
  }
  const labels = domain.replace(/\.$/, '').split('.');
  // A domain that ends in a number is an IP address, to a URL parser at least.
  if (/^\d+$/.test(labels[labels.length - 1])) return undefined;
  return labels.every((label) => /^[\w-]{1,63}$/.test(label)) ? labels.join('.') : undefined;
}

/** Spellings that the library does not know: wide plus signs, rare spaces, `(+44) …`. @param {string} text */
function plainNumber(text) {
  return text
    .replace(/\p{White_Space}+/gu, ' ')
    .trim()
    .replace('＋', '+')
    .replace(/^\((\+\p{Nd}+)\)/u, '$1');
}

/** @param {unknown} value @param {string} field */
function namePart(value, field) {
  const text = visible(value)?.replace(/\p{White_Space}+/gu, ' ').trim();
  if (text === undefined || /[\p{Cc}@]/u.test(text)) {
    throw invalidArgument(field, 'a name without control characters and @');
  }
  return folded(text).replaceAll('+', '＋');
}

/**
 * Unicode's full case folding (C + F in CaseFolding.txt), which JavaScript lacks. Lower, upper, lower: the first takes
 * `ẞ` to `ß`, the second `ß` to `SS`. All in NFD, so that marks and letters are apart, and the result is the same
 * whether they came composed or not.
 *
 * @param {string} text
 */
function folded(text) {
  return (
    text
      .normalize('NFD')
      .toLowerCase()
      .toUpperCase()
      .toLowerCase()
      // Lower-casing writes a sigma at the end of a word in its final form.
      .replaceAll('ς', 'σ')
      .normalize('NFD')
      // `İ` has become an i with a dot above it.
      .replace(/i\p{M}+/gu, (letter) => letter.replaceAll('\u0307', ''))
      .normalize('NFC')
  );
}

/** @param {unknown} secret @returns {Promise<CryptoKey>} */
async function signingKey(secret) {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  if (isSigningKey(secret)) return secret;
  const bytes = bytesOf(secret);
  if (bytes.length >= SECRET_BYTES) return crypto.subtle.importKey('raw', bytes, algorithm, false, ['sign']);
  throw invalidArgument('secret', `at least ${SECRET_BYTES} bytes, or such a CryptoKey of HMAC-SHA-256 for signing,`);
}

/** A copy, and nothing of what has no bytes. @param {unknown} secret @returns {Uint8Array<ArrayBuffer>} */
function bytesOf(secret) {
  if (isText(secret)) return encoder.encode(secret);
  if (!ArrayBuffer.isView(secret)) return new Uint8Array();
  return Uint8Array.from(new Uint8Array(secret.buffer, secret.byteOffset, secret.byteLength));
}

/** @param {unknown} value @returns {value is CryptoKey} */
function isSigningKey(value) {
  // By its name: a key of another realm, an iframe's, is no instance of this one's class.
  if (Object.prototype.toString.call(value) !== '[object CryptoKey]') return false;
  const { algorithm, usages } = /** @type {CryptoKey} */ (value);
  const { name, hash, length } = /** @type {HmacKeyAlgorithm} */ (algorithm);
  return name === 'HMAC' && hash.name === 'SHA-256' && length >= SECRET_BYTES * 8 && usages.includes('sign');
}
