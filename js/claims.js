// Claim tokens: an HMAC-SHA-256 of a service id under the server's key, given to the visitor who started the
// service. Who holds the token may act on the service; nothing is stored for it.
import { fromHex, toHex } from './hex.js';

const encoder = new TextEncoder();

/** @param {string | Uint8Array} secret  32 bytes or more of randomness, kept by the server */
export function claimTokens(secret) {
  const bytes = typeof secret === 'string' ? encoder.encode(secret) : secret;
  /** @type {Promise<CryptoKey> | undefined} */
  let made;
  const key = () =>
    (made ??= crypto.subtle.importKey('raw', /** @type {BufferSource} */ (bytes), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'sign',
      'verify',
    ]));
  return {
    /** @param {string} service_id @returns {Promise<string>} `<service_id>.<64 hex digits>` */
    async issue(service_id) {
      return `${service_id}.${toHex(await crypto.subtle.sign('HMAC', await key(), encoder.encode(service_id)))}`;
    },
    /** The service ids of the tokens that are genuine. @param {string | null} header  comma-separated tokens */
    async verify(header) {
      /** @type {string[]} */
      const claimed = [];
      for (const token of (header ?? '').split(',').map((one) => one.trim()).filter(Boolean).slice(0, 1000)) {
        const match = /^(.+)\.([0-9a-f]{64})$/.exec(token);
        if (match === null) continue;
        const [, id, hex] = match;
        // subtle.verify compares in constant time.
        if (await crypto.subtle.verify('HMAC', await key(), fromHex(hex), encoder.encode(id))) claimed.push(id);
      }
      return claimed;
    },
  };
}
