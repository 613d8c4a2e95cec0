// Contact keys: the published vectors, properties over random text, and what loads the library of phone numbers.
import { spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import fc from 'fast-check';
import * as edge from '../../js/edge.js';
import * as page from '../../js/index.js';
import { emailKey, hashedKey, nameKey, phoneKey } from '../../js/contact-key.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const source = new URL('../../js/contact-key.js', import.meta.url);
const vectors = JSON.parse(readFileSync(new URL('../vectors/contact-keys.json', import.meta.url), 'utf8'));
const secret = new Uint8Array(32).fill(7);
const bytes = (text) => Buffer.byteLength(text, 'utf8');

const secretOf = ({ secret, secret_hex }) => (secret_hex === undefined ? secret : new Uint8Array(Buffer.from(secret_hex, 'hex')));

/** @type {Record<string, (input: any, options: any) => string | Promise<string>>} */
const helpers = { emailKey, phoneKey, nameKey, hashedKey: (key, options) => hashedKey(key, secretOf(options)) };

/** The key, or the error. */
const outcome = async (make) => {
  try {
    return await make();
  } catch (error) {
    return error;
  }
};

/** Any text, with what matters to the helpers more often than chance has it. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...'aAzÉßẞςσΣıİiI\u0307\u0301ﬁ@@.+"\\ \t\u00a0\u200b\u0000ü。．-0123()＋٤ '.split(''), '\ud800', '\u{1f600}') }),
);
/** Text with no part that a message of its own could hold. */
const marked = anyText.map((text) => `q7${text}7q`);

const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => !text.includes('@'));
const keyOf = (last, first) => nameKey({ last, first });
/** Names that are accepted. */
const names = fc.tuple(name, name).filter(([last, first]) => {
  try {
    return Boolean(keyOf(last, first));
  } catch {
    return false;
  }
});

describe('vectors', () => {
  const titled = vectors.map((vector) => [vector.helper, vector.why, JSON.stringify(vector.input)?.slice(0, 60), vector]);

  test.each(titled)('%s: %s: %s', async (_helper, _why, _input, { helper, input, options, result, refused }) => {
    const key = await outcome(() => helpers[helper](input, options));
    if (refused) expect(key).toMatchObject({ name: 'ServicesError', code: 'invalid_argument' });
    else expect(key).toBe(result);
  });

  test('say of each either a result within the limits or that it is refused', () => {
    expect(vectors.length).toBeGreaterThanOrEqual(60);
    for (const { helper, why, result, refused } of vectors) {
      expect(Object.keys(helpers)).toContain(helper);
      expect(why).toBeTruthy();
      expect(refused === true).toBe(result === undefined);
      if (result !== undefined) expect(bytes(result)).toBeLessThanOrEqual(256);
    }
    expect(new Set(vectors.map(({ helper, input, options }) => JSON.stringify([helper, input, options]))).size).toBe(vectors.length);
  });

  test('of hashes are what another implementation of HMAC says', () => {
    const hashes = vectors.filter(({ helper, refused }) => helper === 'hashedKey' && !refused);
    expect(hashes.length).toBeGreaterThan(5);
    for (const { input, options, result } of hashes) {
      expect(result).toBe(`hmac-sha256:${createHmac('sha256', secretOf(options)).update(input).digest('hex')}`);
    }
  });

  test('whose results are given again have the same results', async () => {
    for (const { helper, result, options } of vectors) {
      if (result === undefined) continue;
      if (helper === 'emailKey') expect(emailKey(result, options)).toBe(result);
      if (helper === 'phoneKey') expect([await phoneKey(result), await phoneKey(result, options)]).toEqual([result, result]);
      if (helper === 'nameKey') {
        const [last, first] = result.split('+');
        expect(keyOf(last, first)).toBe(result);
      }
    }
  });
});

describe('any input', () => {
  /** Not everything can be written as text: { toString: 0 } cannot. */
  const written = (value) => {
    try {
      return `${value}`;
    } catch {
      return '';
    }
  };
  const calls = {
    emailKey: (value) => emailKey(value),
    'emailKey, case kept': (value) => emailKey(value, { local_case: 'keep' }),
    'emailKey, as local part': (value) => emailKey(`${written(value)}@example.org`),
    'emailKey, as domain': (value) => emailKey(`pat@${written(value)}`),
    'emailKey, as options': (value) => emailKey('q7pat7q@example.org', value),
    'emailKey, as option': (value) => emailKey('q7pat7q@example.org', { local_case: value }),
    phoneKey: (value) => phoneKey(value),
    'phoneKey, national': (value) => phoneKey(value, { region: 'GB' }),
    'phoneKey, as region': (value) => phoneKey('+44q7', { region: value }),
    'nameKey, last': (value) => keyOf(value, 'Pat'),
    'nameKey, first': (value) => keyOf('Doe', value),
    'nameKey, whole': (value) => nameKey(value),
    hashedKey: (value) => hashedKey(value, secret),
    'hashedKey, as secret': (value) => hashedKey('q7pat7q@example.org', value),
  };

  test.each(Object.entries(calls))('gives %s a key of 1 to 256 bytes or a ServicesError that does not hold it', async (_, call) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 3, arbitrary: marked }, anyText, fc.anything()), async (value) => {
        const key = await outcome(() => call(value));
        if (typeof key === 'string') {
          expect(key.isWellFormed?.() ?? true).toBe(true);
          expect(bytes(key)).toBeGreaterThanOrEqual(1);
          expect(bytes(key)).toBeLessThanOrEqual(256);
        } else {
          expect(key).toMatchObject({ name: 'ServicesError', code: 'invalid_argument' });
          expect(`${key.stack}${JSON.stringify(key)}${key.cause}`).not.toContain('q7');
        }
      }),
      { numRuns: 200 },
    );
  });

  test('of a length that nobody types is refused, and soon', async () => {
    const long = 1e6;
    for (const text of [`"${'a'.repeat(long)}"@example.org`, `${' '.repeat(long)}pat@example.org`, `+${'4'.repeat(long)}`, 'ß'.repeat(long)]) {
      for (const make of [() => emailKey(text), () => phoneKey(text), () => keyOf(text, ''), () => hashedKey(text, secret)]) {
        expect(await outcome(make)).toMatchObject({ name: 'ServicesError', code: 'invalid_argument' });
      }
    }
  });
});

describe('emailKey', () => {
  const atom = fc.string({ unit: fc.constantFrom(...'abcxyzABCXYZ0189.+-_éÉüÜ'), minLength: 1, maxLength: 20 });
  const domain = fc.array(fc.string({ unit: fc.constantFrom(...'abcxyz'), minLength: 1, maxLength: 8 }), { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'));
  const key = (text, options) => outcome(() => emailKey(text, options));

  test('of its own result is the same', async () => {
    const local = fc.oneof(anyText, atom, anyText.map((text) => `"${text}"`), anyText.map((text) => JSON.stringify(text)));
    await fc.assert(
      fc.asyncProperty(local, fc.oneof(domain, anyText), fc.constantFrom('lower', 'keep'), async (before, after, local_case) => {
        const first = await key(`${before}@${after}`, { local_case });
        if (typeof first === 'string') expect(emailKey(first, { local_case })).toBe(first);
      }),
      { numRuns: 2000 },
    );
  });

  test('is one for every spelling of an address', () => {
    fc.assert(
      fc.property(atom, domain, (local, after) => {
        const canonical = emailKey(`${local}@${after}`);
        const spellings = [
          `${local.toUpperCase()}@${after.toUpperCase()}`, `\n ${local}@${after}.\u00a0`, `"${local}"@${after}`,
          `${local.normalize('NFD')}@${after}`, `\u202a${local}\u200b@${after.replaceAll('.', '。')}\u202c`,
        ];
        for (const spelling of spellings) expect(emailKey(spelling)).toBe(canonical);
        expect(canonical).toBe(`${local.toLowerCase()}@${after}`);
        expect(emailKey(`${local}@${after.toUpperCase()}`, { local_case: 'keep' })).toBe(`${local}@${after}`);
      }),
    );
  });

  test('refuses the letters of a domain that an old browser would take for others', () => {
    // Chrome before 110: IDNA's transitional processing.
    const outcomes = inNode(`
      const { emailKey } = await import(${JSON.stringify(source.href)});
      const keys = () => ['pat@faß.example', 'pat@βόλος.example', 'pat@münchen.example', 'straße@example.org'].map((address) => {
        try {
          return emailKey(address);
        } catch (error) {
          return error.code;
        }
      });
      const now = keys();
      globalThis.URL = class extends URL {
        constructor(text) {
          super(text.replaceAll('ß', 'ss').replaceAll('ς', 'σ'));
        }
      };
      return { now, then: keys() };
    `);
    expect(outcomes).toEqual({
      now: ['pat@xn--fa-hia.example', 'pat@xn--nxasmm1c.example', 'pat@xn--mnchen-3ya.example', 'straße@example.org'],
      then: ['invalid_argument', 'invalid_argument', 'pat@xn--mnchen-3ya.example', 'straße@example.org'],
    });
  });

  test('never makes one key of two quoted local parts', () => {
    const content = fc.string({ unit: fc.constantFrom(...'ab"\\@,.<'), minLength: 1, maxLength: 8 });
    const quoted = (text) => emailKey(`"${text.replace(/["\\]/g, '\\$&')}"@example.org`);
    fc.assert(fc.property(content, content, (one, other) => expect(quoted(one) === quoted(other)).toBe(one === other)));
  });
});

describe('phoneKey', () => {
  const digits = (count) => fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: count, maxLength: count });

  test('is one for every spelling of a number', async () => {
    await fc.assert(
      fc.asyncProperty(digits(3), async (end) => {
        const canonical = `+442079460${end}`;
        const national = `020 7946 0${end}`;
        expect(await phoneKey(canonical)).toBe(canonical);
        for (const spelling of [national, ` (020) 7946-0${end}`, `+44 20 7946 0${end}`, `+44 (0)20\u202f7946\u20110${end}`, `00442079460${end}`]) {
          expect(await phoneKey(spelling, { region: 'GB' })).toBe(canonical);
        }
        await expect(phoneKey(national)).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining('region') });
      }),
      { numRuns: 50 },
    );
  });

  test('of its own result is the same, with whatever region', async () => {
    const region = fc.constantFrom('GB', 'US', 'AS', 'VA', 'IT', 'AR', 'MX', 'BR', 'KZ', 'CI', 'SM', 'DE');
    const number = fc.integer({ min: 5, max: 13 }).chain(digits);
    let found = 0;
    await fc.assert(
      fc.asyncProperty(number, fc.constantFrom('', '0', '+', '+1', '+39', '+54'), region, region, async (rest, prefix, here, there) => {
        const first = await outcome(() => phoneKey(prefix + rest, { region: here }));
        if (typeof first !== 'string') return;
        found += 1;
        expect(first).toMatch(/^\+[1-9]\d+$/);
        expect([await phoneKey(first), await phoneKey(first, { region: there })]).toEqual([first, first]);
      }),
      { numRuns: 1500 },
    );
    expect(found).toBeGreaterThan(50);
  });

  test('says so when the library cannot be loaded', () => {
    // A loader that has no library, as a page that has gone offline.
    const loader = `export const resolve = (name, context, next) => {
      if (name.startsWith('libphonenumber-js')) throw new Error('offline');
      return next(name, context);
    };`;
    expect(
      inNode(`
        import { register } from 'node:module';
        register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(loader)}));
        const { phoneKey } = await import(${JSON.stringify(source.href)});
        const { name, code, message, cause } = await phoneKey('+442079460958').catch((error) => error);
        return { name, code, cause: cause.message, told: message.includes('0958') };
      `),
    ).toEqual({ name: 'ServicesError', code: 'unavailable', cause: 'offline', told: false });
  });
});

describe('nameKey', () => {
  test('of its own parts is the same', () => {
    fc.assert(
      fc.property(names, ([last, first]) => {
        const key = keyOf(last, first);
        const parts = key.split('+');
        expect(parts).toHaveLength(2);
        expect(keyOf(parts[0], parts[1])).toBe(key);
        expect(key.normalize('NFC')).toBe(key);
      }),
      { numRuns: 1000 },
    );
  });

  test('is one for every spelling of a name', () => {
    fc.assert(
      fc.property(names, ([last, first]) => {
        const key = keyOf(last, first);
        for (const spell of [(text) => text.toUpperCase(), (text) => text.toLowerCase(), (text) => text.normalize('NFD'), (text) => `\u3000${text}\r\n`, (text) => text.replaceAll(' ', ' \t\u00a0')]) {
          expect(keyOf(spell(last), spell(first))).toBe(key);
        }
      }),
      { numRuns: 1000 },
    );
  });

  test('folds every character once and for all, and takes as one what case-insensitive matching does', () => {
    const cased = [];
    for (let point = 0; point < 0x20000; point += 1) {
      const letter = String.fromCodePoint(point);
      if (/\p{Changes_When_Casemapped}|\p{Changes_When_Casefolded}/u.test(letter)) cased.push(letter);
    }
    expect(cased.length).toBeGreaterThan(2500);
    const all = cased.join('');
    for (const letter of cased) {
      const key = keyOf(letter, '');
      const wrong = [key.slice(0, -1), letter.toLowerCase(), letter.toUpperCase(), letter.normalize('NFD')].filter((other) => keyOf(other, '') !== key);
      expect([letter, wrong]).toEqual([letter, []]);
      // `iu` matches by Unicode's simple case folding, in which full case folding is at least as coarse.
      const same = all.match(new RegExp(letter, 'giu')).filter((other) => keyOf(other, '') !== key);
      expect([letter, same]).toEqual([letter, []]);
    }
  });

  test('never makes one key of two names, wherever there is a +', () => {
    const part = fc.string({ unit: fc.constantFrom('a', 'b', '+'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(part, part, part, part, (a, b, c, d) => expect(keyOf(a, b) === keyOf(c, d)).toBe(a === c && b === d)),
      { numRuns: 2000 },
    );
  });

  test('is no key of another kind', () => {
    const likely = fc.string({ unit: fc.constantFrom(...'+@12a .'), minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(likely, likely, (last, first) => {
        let key;
        try {
          key = keyOf(last, first);
        } catch {
          return;
        }
        expect(key).toMatch(/^[^+@]+\+[^+@]*$/);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('hashedKey', () => {
  test('is the HMAC of any key under any secret, however the secret is given', async () => {
    const key = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }).filter((text) => bytes(text) <= 256);
    await fc.assert(
      fc.asyncProperty(key, fc.uint8Array({ minLength: 32, maxLength: 100 }), async (text, raw) => {
        const expected = `hmac-sha256:${createHmac('sha256', raw).update(text).digest('hex')}`;
        const imported = await crypto.subtle.importKey('raw', raw, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign']);
        const framed = new Uint8Array([0, ...raw, 0]).subarray(1, -1);
        for (const given of [raw, Buffer.from(raw), framed, imported]) expect(await hashedKey(text, given)).toBe(expected);
      }),
    );
  });

  test('refuses CryptoKeys of another kind', async () => {
    const hmac = (hash, usages, length = 64) => crypto.subtle.importKey('raw', randomBytes(length), { name: 'HMAC', hash }, false, usages);
    const keys = [
      await hmac('SHA-512', ['sign']),
      await hmac('SHA-256', ['verify']),
      await hmac('SHA-256', ['sign'], 31),
      await crypto.subtle.importKey('raw', randomBytes(32), 'AES-GCM', false, ['encrypt']),
    ];
    for (const key of keys) await expect(hashedKey('1234', key)).rejects.toMatchObject({ code: 'invalid_argument' });
    await expect(hashedKey('1234', await hmac('SHA-256', ['sign'], 32))).resolves.toMatch(/^hmac-sha256:[0-9a-f]{64}$/);
  });

  test('says so where there is no WebCrypto', () => {
    const { name, code } = inNode(`
      Object.defineProperty(globalThis, 'crypto', { value: {} });
      const { hashedKey } = await import(${JSON.stringify(source.href)});
      const { name, code } = await hashedKey('1234', 's'.repeat(32)).catch((error) => error);
      return { name, code };
    `);
    expect([name, code]).toEqual(['ServicesError', 'unavailable']);
  });
});

describe('the library of phone numbers', () => {
  test('is loaded by the first phoneKey, and by nothing before it', () => {
    // Every module that Node loads passes the loader, which tells it through a port.
    const loader = `let port;
      export const initialize = (given) => { port = given; };
      export const load = (url, context, next) => { port.postMessage(url); return next(url, context); };`;
    const counts = inNode(`
      import { register } from 'node:module';
      import { MessageChannel, receiveMessageOnPort } from 'node:worker_threads';
      const { port1, port2 } = new MessageChannel();
      port1.unref();
      register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(loader)}), { data: port2, transferList: [port2] });
      const loaded = () => {
        let [ours, library] = [0, 0];
        for (let message; (message = receiveMessageOnPort(port1)); ) {
          if (message.message.includes('/contact-key.js')) ours += 1;
          if (message.message.includes('libphonenumber')) library += 1;
        }
        return { ours, library: library > 0 };
      };
      const { emailKey, nameKey, hashedKey, phoneKey } = await import(${JSON.stringify(source.href)});
      emailKey('pat@example.org');
      nameKey({ last: 'Doe', first: 'Pat' });
      await hashedKey('1234', 's'.repeat(32));
      const before = loaded();
      const key = await phoneKey('+442079460958');
      return { before, key, after: loaded() };
    `);
    expect(counts).toEqual({ before: { ours: 1, library: false }, key: '+442079460958', after: { ours: 0, library: true } });
  });

  test('is in a chunk of its own after bundling, which phoneKey finds', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'contact-key-'));
    try {
      const { metafile } = await build({
        absWorkingDir: root,
        entryPoints: ['js/contact-key.js', 'js/index.js'],
        bundle: true,
        splitting: true,
        format: 'esm',
        platform: 'browser',
        outdir: folder,
        outExtension: { '.js': '.mjs' },
        metafile: true,
        logLevel: 'silent',
      });
      const outputs = Object.entries(metafile.outputs);
      const holds = (output) => Object.keys(output.inputs).some((path) => path.includes('libphonenumber-js'));
      const withLibrary = outputs.filter(([, output]) => holds(output)).map(([path]) => path);
      expect(withLibrary).toHaveLength(1);
      // Nothing imports that chunk but by import().
      const kinds = outputs.flatMap(([, { imports }]) => imports.filter(({ path }) => path === withLibrary[0]).map(({ kind }) => kind));
      expect(kinds.length).toBeGreaterThan(0);
      expect(new Set(kinds)).toEqual(new Set(['dynamic-import']));

      const entry = pathToFileURL(join(folder, 'contact-key.mjs')).href;
      expect(inNode(`return (await import(${JSON.stringify(entry)})).phoneKey('020 7946 0958', { region: 'GB' });`)).toBe('+442079460958');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('does not come with a page that makes no phone keys', async () => {
    const { metafile } = await build({
      stdin: { contents: "export { emailKey, openServices } from './js/index.js';", resolveDir: root },
      bundle: true,
      format: 'esm',
      platform: 'browser',
      write: false,
      outdir: root,
      metafile: true,
      logLevel: 'silent',
    });
    const [output] = Object.values(metafile.outputs);
    const inputs = Object.entries(output.inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0);
    expect(inputs.some(([path]) => path.endsWith('js/contact-key.js'))).toBe(true);
    expect(inputs.filter(([path]) => path.includes('phone'))).toEqual([]);
  });
});

test('pages and servers import the same helpers', () => {
  for (const [exported, helper] of Object.entries({ emailKey, phoneKey, nameKey, hashedKey })) {
    expect(page[exported]).toBe(helper);
    expect(edge[exported]).toBe(helper);
  }
});

/** What the body of a module returns, run in a process of its own. Its imports stand first. */
function inNode(code) {
  const lines = code.trim().split('\n');
  const imports = lines.filter((line) => line.trim().startsWith('import '));
  const body = lines.filter((line) => !line.trim().startsWith('import ')).join('\n');
  const program = `${imports.join('\n')}\nconsole.log(JSON.stringify(await (async () => {${body}})()));`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', '--input-type=module', '-e', program], { cwd: root, encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
