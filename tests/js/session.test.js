// The demo's session cookie.
import { expect, test } from '@jest/globals';
import { customerFrom, customerOf, sessionCookie } from '../../demo/session.js';

const secret = new Uint8Array(32).fill(7);
const now = Date.UTC(2026, 0, 1);

const showing = (cookie) => new Request('http://shop.test/', { headers: { Cookie: cookie.split(';')[0] } });

test('a cookie names its customer until it ends, and under its own key only', async () => {
  const cookie = await sessionCookie(secret, 'C-42', now);
  const ends = now + 8 * 3600 * 1000;
  expect(await customerFrom(secret, showing(cookie), ends - 1)).toBe('C-42');
  expect(await customerFrom(secret, showing(cookie), ends)).toBe(null);
  expect(await customerFrom(new Uint8Array(32), showing(cookie), now)).toBe(null);
  expect(await customerFrom(secret, showing(cookie.replace('session=', 'session=A')), now)).toBe(null);
  expect(await customerFrom(secret, new Request('http://shop.test/'), now)).toBe(null);
});

test('a wrong name or password is nobody', () => {
  expect(customerOf('pat', 'demo')).toBe('C-42');
  expect(customerOf('pat', 'x')).toBe(null);
  expect(customerOf('constructor', 'demo')).toBe(null);
  expect(customerOf(undefined, undefined)).toBe(null);
});
