// The demo's login: a cookie signed with HMAC-SHA-256 that holds the customer and when it ends. The server takes
// the customer from here, never from a body.

const encoder = new TextEncoder();
const LIFETIME_S = 8 * 3600;

/** The demo's customers. A shop of yours asks its own identity provider here. */
const ACCOUNTS = new Map([
  ['pat', { customer_id: 'C-42', password: 'demo' }],
  ['robin', { customer_id: 'C-43', password: 'demo' }],
]);

/** @param {string} user @param {string} password @returns {string | null} the customer id */
export function customerOf(user, password) {
  const account = ACCOUNTS.get(user);
  return account !== undefined && account.password === password ? account.customer_id : null;
}

/** @param {Uint8Array} secret */
const key = (secret) => crypto.subtle.importKey('raw', secret, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign', 'verify']);

/** @param {ArrayBuffer} bytes */
const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/**
 * The Set-Cookie value of a login.
 *
 * @param {Uint8Array} secret
 * @param {string} customer_id
 * @param {number} now  ms
 */
export async function sessionCookie(secret, customer_id, now) {
  const payload = btoa(JSON.stringify({ customer_id, ends: now + LIFETIME_S * 1000 }));
  const signature = hex(await crypto.subtle.sign('HMAC', await key(secret), encoder.encode(payload)));
  return `session=${payload}.${signature}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${LIFETIME_S}`;
}

/** The Set-Cookie value of a logout. */
export const NO_SESSION = 'session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0';

/**
 * The customer of a request, or null: no cookie, a forged one, or one that has ended.
 *
 * @param {Uint8Array} secret
 * @param {Request} request
 * @param {number} now  ms
 */
export async function customerFrom(secret, request, now) {
  const match = /(?:^|; )session=([^.;]+)\.([0-9a-f]{64})(?:;|$)/.exec(request.headers.get('Cookie') ?? '');
  if (match === null) return null;
  const [, payload, signature] = match;
  const bytes = Uint8Array.from(signature.match(/../g) ?? [], (pair) => parseInt(pair, 16));
  if (!(await crypto.subtle.verify('HMAC', await key(secret), bytes, encoder.encode(payload)))) return null;
  const { customer_id, ends } = JSON.parse(atob(payload));
  return now < ends ? customer_id : null;
}
