// The edge handler: who may what, and what is refused how.
import { expect, test } from '@jest/globals';
import { envelope } from '../conformance/case.js';
import { createHandler, memoryStorage } from '../../js/edge.js';
import { ENDPOINT, openServer } from './support.js';

const KEY = 'pat@example.org';
const ALL = { roles: ['reader', 'writer'] };
const PAT = { roles: ['visitor'], customer_id: 'C-42' };
const SECRET = 'a key of the tests, thirty-two bytes';

async function expectError(response, status, code) {
  const text = await response.text();
  expect({ status: response.status, ...JSON.parse(text) }).toMatchObject({
    status,
    code,
    message: expect.any(String),
    exception: expect.stringMatching(/^com\.genesyslab\.gsg\.services\.contextservices\.exceptions\./),
  });
  expect(text).not.toContain(KEY);
}

test('starts, finds, associates and completes over HTTP', async () => {
  const { call } = openServer(ALL);
  const started = await call('POST', '/services/start', { body: { contact_key: KEY, service_type: 'WebOrder' } });
  expect(started.status).toBe(201);
  const { service_id } = await started.json();
  expect(started.headers.get('Location')).toBe(`${ENDPOINT}/services/${service_id}`);
  const path = `/services/anonymous/${encodeURIComponent(KEY)}`;
  expect(await (await call('GET', path)).json()).toEqual([expect.objectContaining({ service_id })]);
  expect((await call('POST', `/customers/C-42/services/${service_id}`)).status).toBe(204);
  expect(await (await call('GET', path)).json()).toEqual([]);
  expect((await call('POST', `/services/${service_id}/end`, { body: { disposition: 'sold' } })).status).toBe(204);
  expect(await (await call('GET', '/customers/C-42/services/completed')).json()).toHaveLength(1);
});

test('a list goes on page by page until there is no next link', async () => {
  const { call } = openServer(ALL);
  for (let i = 0; i < 5; ++i) await call('POST', '/services/start', { body: { contact_key: KEY } });
  const seen = [];
  let target = `/services/anonymous/${encodeURIComponent(KEY)}?limit=2`;
  while (target) {
    const response = await call('GET', target);
    seen.push(...(await response.json()).map((one) => one.service_id));
    target = /<(.+)>; rel="next"/.exec(response.headers.get('Link') ?? '')?.[1].slice(ENDPOINT.length);
  }
  expect(new Set(seen).size).toBe(5);
});

test('who has no credentials gets 401, whatever is asked', async () => {
  const { call } = openServer(null);
  await expectError(await call('GET', '/services/x'), 401, 'unauthorized');
  await expectError(await call('POST', '/associations', { body: {} }), 401, 'unauthorized');
});

test('the bad requests', async () => {
  const { call } = openServer(ALL);
  await expectError(await call('GET', '/nowhere'), 404, 'no_such_path');
  await expectError(await call('GET', '/services/nope'), 400, 'not_found');
  await expectError(await call('POST', '/services/start', { body: '{"contact_key":' }), 400, 'invalid_request');
  await expectError(await call('POST', '/services/start', { body: new Uint8Array([0x22, 0xff, 0x22]) }), 400, 'invalid_request');
  await expectError(await call('POST', '/services/start', { body: { contact_key: 'x'.repeat(300 * 1024) } }), 413, 'too_large');
  await expectError(await call('POST', '/services/start', { body: '{}', type: 'text/plain' }), 415, 'unsupported_media_type');
  await expectError(await call('POST', '/services/start', { body: new Uint8Array([123, 125]), type: null }), 415, 'unsupported_media_type');
  const wrong = await call('DELETE', '/services/start');
  expect(wrong.headers.get('Allow')).toBe('POST');
  await expectError(wrong, 405, 'method_not_allowed');
  await expectError(await call('GET', '/local/outbox'), 404, 'no_such_path');
});

test('an unknown id is 404 where the option says so', async () => {
  const { call } = openServer(ALL, { not_found_status: 404 });
  await expectError(await call('GET', '/services/nope'), 404, 'not_found');
});

test('a customer sees and takes only what is theirs', async () => {
  const storage = memoryStorage();
  let who = ALL;
  const { call } = openServer(() => who, { storage });
  const start = async (body) => (await (await call('POST', '/services/start', { body })).json()).service_id;
  const anonymous = await start({ contact_key: KEY });
  const theirs = await start({ customer_id: 'C-43' });
  who = PAT;
  await expectError(await call('GET', `/services/${anonymous}`), 400, 'not_found');
  await expectError(await call('GET', `/services/${theirs}`), 400, 'not_found');
  await expectError(await call('POST', `/services/${theirs}/end`), 400, 'not_found');
  await expectError(await call('GET', '/customers/C-43/services'), 403, 'customer_mismatch');
  await expectError(await call('POST', `/customers/C-42/services/${anonymous}`), 400, 'not_found');
  await expectError(await call('POST', '/services/start', { body: { customer_id: 'C-43' } }), 403, 'customer_mismatch');
  await expectError(await call('DELETE', `/services/${theirs}`), 403, 'forbidden');
  await expectError(await call('POST', '/maintenance/purge', { body: {} }), 403, 'forbidden');
  expect(await (await call('GET', `/services/anonymous/${encodeURIComponent(KEY)}`)).json()).toEqual([]);
  who = ALL;
  expect(await (await call('GET', `/services/anonymous/${encodeURIComponent(KEY)}`)).json()).toHaveLength(1);
});

test('a visitor acts on a service with the claim token that its start answered, and not without', async () => {
  const { call } = openServer({ roles: ['visitor'] }, { claim_secret: SECRET });
  const started = await call('POST', '/services/start', { body: { contact_key: KEY } });
  const token = started.headers.get('Claim-Token');
  const { service_id } = await started.json();
  const headers = { 'Claim-Token': token };
  expect((await call('GET', `/services/${service_id}`, { headers })).status).toBe(200);
  await expectError(await call('GET', `/services/${service_id}`), 400, 'not_found');
  const forged = { 'Claim-Token': token.replace(/.$/, (digit) => (digit === '0' ? '1' : '0')) };
  await expectError(await call('GET', `/services/${service_id}`, { headers: forged }), 400, 'not_found');
});

test('a body that claims another customer than the credentials is refused and changes nothing', async () => {
  const { call } = openServer(PAT);
  const body = { association_id: 'a', customer_id: 'C-43', digest: '', services: [] };
  const services = [{ service_id: 's', contact_key: 'k', started: { timestamp: '2026-01-01T00:00:00Z' } }];
  const theirs = envelope('a', services, { customer_id: 'C-43' });
  await expectError(await call('POST', '/associations', { body: theirs }), 403, 'customer_mismatch');
  await expectError(await call('POST', '/associations', { body }), 400, 'invalid_request');
  await expectError(await call('POST', '/associations', { body: theirs.replace('C-43', 'C-42') }), 400, 'invalid_request');
  const own = envelope('a', services);
  await expectError(await call('POST', '/associations', { body: own.replace('"k"', '"l"') }), 400, 'invalid_request');
  expect(await (await call('GET', '/customers/C-42/services')).json()).toEqual([]);
  expect((await call('POST', '/associations', { body: own })).status).toBe(200);
  await expectError(await call('GET', '/services/s?extensions=*&colour=red'), 400, 'invalid_request');
});

test('headers that only the host may set have no effect from outside', async () => {
  const { call } = openServer(PAT);
  const headers = { Role: 'local writer', Customer: 'C-43', Claims: 's' };
  await expectError(await call('GET', '/customers/C-43/services', { headers }), 403, 'customer_mismatch');
  await expectError(await call('GET', '/local/associations', { headers }), 404, 'no_such_path');
});

test('two tenants never meet', async () => {
  const { call } = openServer(ALL);
  const headers = { ContactCenterId: 'north' };
  const started = await call('POST', '/services/start', { body: { contact_key: KEY }, headers });
  const { service_id } = await started.json();
  expect((await call('GET', `/services/${service_id}`, { headers })).status).toBe(200);
  await expectError(await call('GET', `/services/${service_id}`), 400, 'not_found');
  await expectError(await call('GET', `/services/${service_id}`, { headers: { ContactCenterId: 'south' } }), 400, 'not_found');
});

test('an export of many services streams as one JSON array', async () => {
  const { call } = openServer(ALL);
  const data = 'x'.repeat(2000);
  await Promise.all(Array.from({ length: 400 }, () => call('POST', '/services/start', { body: { contact_key: KEY, data } })));
  const response = await call('GET', '/maintenance/services/stream?time_from=2000-01-01T00:00:00Z');
  let pieces = 0;
  let text = '';
  const decoder = new TextDecoder();
  for await (const piece of response.body) {
    ++pieces;
    text += decoder.decode(piece, { stream: true });
  }
  expect(pieces).toBeGreaterThan(2);
  expect(new Set(JSON.parse(text).map((one) => one.service_id)).size).toBe(400);
});

test('a storage that fails is 503 without a trace, and the next request works', async () => {
  const storage = memoryStorage();
  const { call } = openServer(ALL, { storage });
  const { transact } = storage;
  storage.transact = async () => {
    throw new Error('disk at /secret/place');
  };
  const failed = await call('POST', '/services/start', { body: { contact_key: KEY } });
  expect(failed.headers.get('Retry-After')).toBe('1');
  expect(await failed.clone().text()).not.toContain('secret');
  await expectError(failed, 503, 'storage_failed');
  storage.transact = transact;
  expect((await call('POST', '/services/start', { body: { contact_key: KEY } })).status).toBe(201);
});

test('createHandler wants a storage and someone who says who asks', () => {
  expect(() => createHandler({ storage: memoryStorage() })).toThrow('authorize');
  expect(() => createHandler({ authorize: () => null })).toThrow('storage');
});
