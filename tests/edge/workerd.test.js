// The demo's server in a real workerd, its Durable Object on disk: sessions, refusals, associations that arrive
// twice, and what is left after it was stopped or killed.
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDemo } from '../../demo/serve.mjs';
import { newFolder } from '../browser/chromium.js';
import { envelope } from '../conformance/case.js';

const BASE = '/genesys/1/cs';

let demo;
let dataDir;
let pat;

beforeAll(async () => {
  dataDir = newFolder();
  demo = await startDemo({ port: 0, dataDir });
  pat = await logIn('pat');
});

afterAll(() => demo?.stop());

const call = (method, path, { body, cookie, headers = {} } = {}) =>
  fetch(demo.url + path, {
    method,
    headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...(cookie ? { Cookie: cookie } : {}), ...headers },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
  });

async function logIn(user) {
  const response = await call('POST', '/login', { body: { user, password: 'demo' } });
  expect(response.status).toBe(200);
  expect(response.headers.get('Set-Cookie')).toMatch(/HttpOnly; SameSite=Lax/);
  return response.headers.get('Set-Cookie').split(';')[0];
}

/** An envelope as the page makes it. */
function arriving(id, service_id, customer_id = 'C-42') {
  return envelope(id, [
    {
      service_id,
      service_type: 'WebOrder',
      customer_id,
      contact_key: 'visit:1',
      started: { timestamp: '2026-01-01T10:00:00.000Z' },
      active_states: [{ state_id: 0, state_type: 'basket', started: { timestamp: '2026-01-01T10:00:01.000Z' } }],
      Cart: { tea: 1 },
    },
  ], { customer_id });
}

async function expectError(response, status, code) {
  expect([response.status, (await response.json()).code]).toEqual([status, code]);
}

const listed = async (cookie, customer = 'C-42') =>
  (await call('GET', `${BASE}/customers/${customer}/services?extensions=*&active_states=true`, { cookie })).json();

test('an association that arrives twice is one effect and one receipt', async () => {
  const body = arriving('a-1', 's-1');
  const headers = { 'Idempotency-Key': 'a-1' };
  const answers = [];
  for (let i = 0; i < 2; ++i) {
    const response = await call('POST', `${BASE}/associations`, { body, cookie: pat, headers });
    expect(response.status).toBe(200);
    answers.push(await response.text());
  }
  expect(answers[0]).toBe(answers[1]);
  expect(JSON.parse(answers[0])).toMatchObject({ state: 'acknowledged', services: [{ service_id: 's-1', result: 'associated' }] });
  expect(await listed(pat)).toEqual([
    expect.objectContaining({ service_id: 's-1', customer_id: 'C-42', Cart: { tea: 1 }, active_states: [expect.objectContaining({ state_id: 0 })] }),
  ]);
});

test('a service that is another customer\'s is a conflict, and stays theirs', async () => {
  const robin = await logIn('robin');
  const response = await call('POST', `${BASE}/associations`, { body: arriving('a-2', 's-1', 'C-43'), cookie: robin });
  expect((await response.json()).services).toEqual([{ service_id: 's-1', result: 'conflict' }]);
  expect(await listed(robin, 'C-43')).toEqual([]);
  expect(await listed(pat)).toHaveLength(1);
});

test('who is not logged in, or shows a forged cookie, gets 401', async () => {
  await expectError(await call('POST', `${BASE}/associations`, { body: arriving('a-3', 's-3') }), 401, 'unauthorized');
  const forged = pat.replace(/.$/, (digit) => (digit === '0' ? '1' : '0'));
  await expectError(await call('GET', `${BASE}/services/s-1`, { cookie: forged }), 401, 'unauthorized');
  const payload = Buffer.from(JSON.stringify({ customer_id: 'C-42', ends: Date.now() + 1e6 })).toString('base64');
  const own = createHmac('sha256', 'a key of ours').update(payload).digest('hex');
  await expectError(await call('GET', `${BASE}/services/s-1`, { cookie: `session=${payload}.${own}` }), 401, 'unauthorized');
  expect(await (await call('GET', '/session', { cookie: pat })).json()).toEqual({ customer_id: 'C-42' });
  expect(await (await call('GET', '/session')).json()).toEqual({ customer_id: null });
});

test('another site can log nobody in or out: only JSON is taken', async () => {
  for (const path of ['/login', '/logout']) {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const response = await call('POST', path, { body: 'user=pat&password=demo', cookie: pat, headers });
    expect([path, response.status, response.headers.get('Set-Cookie')]).toEqual([path, 415, null]);
  }
});

test('bad requests are refused in the contract\'s words and change nothing', async () => {
  const cookie = pat;
  const before = await listed(pat);
  await expectError(await call('POST', `${BASE}/associations`, { body: arriving('a-4', 's-4', 'C-43'), cookie }), 403, 'customer_mismatch');
  await expectError(await call('POST', `${BASE}/associations`, { body: arriving('a-4', 's-4').replace('tea', 'gold'), cookie }), 400, 'invalid_request');
  await expectError(await call('POST', `${BASE}/services/start`, { body: '{', cookie }), 400, 'invalid_request');
  await expectError(await call('POST', `${BASE}/services/start`, { body: '{}', cookie }), 400, 'invalid_request');
  await expectError(await call('POST', `${BASE}/services/start`, { body: { contact_key: 7 }, cookie }), 400, 'invalid_request');
  await expectError(await call('POST', `${BASE}/services/start`, { body: { customer_id: 'C-42', data: 'x'.repeat(300 * 1024) }, cookie }), 413, 'too_large');
  await expectError(await call('GET', `${BASE}/services/nobody-knows-me`, { cookie }), 400, 'not_found');
  const wrong = await call('PUT', `${BASE}/services/start`, { body: {}, cookie });
  expect(wrong.headers.get('Allow')).toBe('POST');
  await expectError(wrong, 405, 'method_not_allowed');
  expect(await listed(pat)).toEqual(before);
});

test('what was answered is there after a stop, and after a kill', async () => {
  const start = () => call('POST', `${BASE}/services/start`, { body: { customer_id: 'C-42' }, cookie: pat });
  const port = Number(new URL(demo.url).port);
  for (const end of ['stop', 'kill']) {
    const { service_id } = await (await start()).json();
    await demo[end]();
    demo = await startDemo({ port, dataDir });
    const ids = (await listed(pat)).map((one) => one.service_id);
    expect(ids).toContain('s-1');
    expect(ids).toContain(service_id);
  }
  const again = await call('POST', `${BASE}/associations`, { body: arriving('a-1', 's-1'), cookie: pat });
  expect((await again.json()).services).toEqual([{ service_id: 's-1', result: 'associated' }]);
});

test('workerd runs the very module that the page downloads', async () => {
  const served = Buffer.from(await (await fetch(`${demo.url}/engine.wasm`)).arrayBuffer());
  const bundled = readFileSync(new URL('../../build/demo/engine.wasm', import.meta.url));
  const built = readFileSync(new URL('../../dist/engine.wasm', import.meta.url));
  expect(served.equals(built)).toBe(true);
  expect(bundled.equals(built)).toBe(true);
});
