// The edge handler: who may what, and what is refused how.
import { describe, expect, test } from '@jest/globals';
import { envelope } from '../conformance/case.js';
import { createHandler, durableObjectStorage, memoryStorage } from '../../js/edge.js';
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

test.each([
  [{ storage: undefined }, 'storage'],
  [{ storage: { transact() {} } }, 'storage'],
  [{ authorize: undefined }, 'authorize'],
  [{ authorize: 'everybody' }, 'authorize'],
  [{ durabilty: 'strict' }, 'durabilty'],
  [{ durability: 'Strict' }, 'durability'],
  [{ claim_secret: '' }, 'claim_secret'],
  [{ claim_secret: 'fifteen letters' }, 'claim_secret'],
  [{ claim_secret: new Uint8Array(15) }, 'claim_secret'],
  [{ claim_secret: 1234567890123456 }, 'claim_secret'],
  [{ now: 5 }, 'now'],
  [{ random: 'x' }, 'random'],
  [{ onDamage: {} }, 'onDamage'],
  [{ not_found_status: 500 }, 'not_found_status'],
  [{ base_path: 7 }, 'base_path'],
  [{ base_path: 'genesys' }, 'base_path'],
  [{ base_path: '/genesys/' }, 'base_path'],
  [{ auto_complete_after: 0 }, 'auto_complete_after'],
  [{ auto_complete_after: 1.5 }, 'auto_complete_after'],
  [{ associations: 'no' }, 'associations'],
  [{ business_attributes: 'Media' }, 'business_attributes'],
])('createHandler with %j is refused by name', (options, name) => {
  const create = () => createHandler({ storage: memoryStorage(), authorize: () => null, ...options });
  expect(create).toThrow(expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(`${name}: `) }));
});

test('createHandler without options is refused', () => {
  expect(() => createHandler()).toThrow('options');
});

test('createHandler takes every option that it has, undefined ones as absent', async () => {
  const options = {
    base_path: '', not_found_status: 404, auto_complete_after: 60, business_attributes: { attributes: {} }, associations: false,
    claim_secret: new Uint8Array(16), durability: 'relaxed', onDamage() {}, now: () => 0, random: (bytes) => bytes.fill(1), wasm: undefined,
  };
  const absent = Object.fromEntries(Object.keys(options).map((name) => [name, undefined]));
  const required = { storage: memoryStorage(), authorize: () => ALL };
  const [given, plain] = [createHandler({ ...required, ...options }), createHandler({ ...required, ...absent })];
  await expectError(await given(new Request('http://shop.test/services/nope')), 404, 'not_found');
  await expectError(await plain(new Request(`http://shop.test${ENDPOINT}/services/nope`)), 400, 'not_found');
});

/** A Durable Object's storage in memory: one transaction at a time, which is undone where its work throws. */
function objectStorage() {
  const map = new Map();
  let last = Promise.resolve();
  const storage = {
    map,
    async list({ prefix, start = prefix, end, limit = Infinity }) {
      const within = ([key]) => key.startsWith(prefix) && key >= start && (end === undefined || key < end);
      return new Map([...map].filter(within).sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, limit));
    },
    async get(keys) {
      return new Map(keys.filter((key) => map.has(key)).map((key) => [key, map.get(key)]));
    },
    async put(entries) {
      for (const [key, value] of Object.entries(entries)) map.set(key, value);
    },
    async delete(keys) {
      return keys.filter((key) => map.delete(key)).length;
    },
    transaction(work) {
      const turn = last.then(async () => {
        const before = [...map];
        try {
          return await work(storage);
        } catch (error) {
          map.clear();
          for (const [key, value] of before) map.set(key, value);
          throw error;
        }
      });
      last = turn.catch(() => {});
      return turn;
    },
  };
  return storage;
}

describe('two handlers on one Durable Object', () => {
  const start = async ({ call }, contact_key) => {
    const response = await call('POST', '/services/start', { body: { contact_key } });
    return response.status === 201 ? (await response.json()).service_id : response.status;
  };
  const listed = async ({ call }, contact_key) =>
    (await (await call('GET', `/services/anonymous/${contact_key}?limit=1000`)).json()).map((one) => one.service_id);
  const pair = async (object, storages) => {
    const servers = storages.map((storage) => openServer(ALL, { storage }));
    for (const server of servers) expect(await listed(server, 'a')).toEqual([]);
    return { servers, fresh: () => openServer(ALL, { storage: durableObjectStorage(object) }) };
  };

  test.each(['one after the other', 'at once'])('what both acknowledged %s is there', async (when) => {
    for (const same of [false, true]) {
      const object = objectStorage();
      const first = durableObjectStorage(object);
      const { servers, fresh } = await pair(object, [first, same ? first : durableObjectStorage(object)]);
      const works = servers.map((server, i) => () => start(server, `key-${i}`));
      const ids = when === 'at once' ? await Promise.all(works.map((work) => work())) : [await works[0](), await works[1]()];
      const again = fresh();
      for (const [i, id] of ids.entries()) expect([same, await listed(again, `key-${i}`)]).toEqual([same, [id]]);
    }
  });

  test('nothing is lost where one has merged the files that the other never saw', async () => {
    const object = objectStorage();
    const { servers: [busy, idle], fresh } = await pair(object, [durableObjectStorage(object), durableObjectStorage(object)]);
    const first = `journal/${'1'.padStart(16, '0')}/000000`;
    const ids = [];
    while (ids.length === 0 || object.map.has(first)) {
      ids.push(await start(busy, 'a'));
      await new Promise((resolve) => setImmediate(resolve)); // compaction has its turns
    }
    const late = await start(idle, 'b');
    const again = fresh();
    expect(new Set(await listed(again, 'a'))).toEqual(new Set(ids));
    expect(await listed(again, 'b')).toEqual([late]);
  });
});

test('a Durable Object merges what is there, not what an opening remembers', async () => {
  const object = objectStorage();
  const [one, other] = [durableObjectStorage(object), durableObjectStorage(object)];
  await one.open();
  const bytes = (size, fill) => new Uint8Array(size).fill(fill);
  for (let sequence = 1; sequence <= 3; ++sequence) await one.transact(sequence - 1, () => ({ sequence, bytes: bytes(9, sequence) }), 'strict');
  await other.open();
  await one.replace(1, 2, () => bytes(300_000, 7)); // of more parts than file 2 had
  let shown;
  await other.replace(2, 3, (files) => ((shown = files.map((file) => [file.sequence, file.bytes.length])), bytes(5, 8)));
  expect(shown).toEqual([[2, 300_000], [3, 9]]);
  expect(await durableObjectStorage(object).open()).toEqual([{ sequence: 3, bytes: bytes(5, 8) }]);
});

test('what the work throws is what a Durable Object\'s transaction rejects with, and nothing is written', async () => {
  const object = objectStorage();
  const storage = durableObjectStorage(object);
  await storage.open();
  const reason = new RangeError('out of stack');
  const work = () => {
    throw reason;
  };
  await expect(storage.transact(0, work, 'strict')).rejects.toBe(reason);
  await expect(storage.replace(1, 2, work)).rejects.toBe(reason);
  expect(object.map.size).toBe(0);
});

test('a Durable Object repairs a file only where the damaged bytes are still there', async () => {
  const object = objectStorage();
  const storage = durableObjectStorage(object);
  const [damaged, merged, repaired] = [1, 2, 3].map((fill) => new Uint8Array(9).fill(fill));
  await storage.open();
  await storage.transact(0, () => ({ sequence: 1, bytes: merged }), 'strict');
  await storage.repair(1, repaired, damaged);
  expect(await storage.open()).toEqual([{ sequence: 1, bytes: merged }]);
  await storage.repair(1, repaired, merged);
  expect(await storage.open()).toEqual([{ sequence: 1, bytes: repaired }]);
  expect([...object.map.keys()].filter((key) => key.startsWith('damaged/'))).toHaveLength(1);
});

test('credentials of one tenant are good for no other', async () => {
  const storage = memoryStorage();
  const anybody = openServer(ALL, { storage });
  const headers = { ContactCenterId: 'south' };
  const { service_id } = await (await anybody.call('POST', '/services/start', { body: { customer_id: 'C-42' }, headers })).json();
  for (const tenant of ['north', '']) {
    const { call } = openServer({ ...ALL, ...PAT, tenant }, { storage });
    await expectError(await call('GET', '/customers/C-42/services', { headers }), 403, 'forbidden');
    await expectError(await call('DELETE', `/services/${service_id}`, { headers }), 403, 'forbidden');
    expect(await (await call('GET', '/customers/C-42/services')).json()).toEqual([]);
  }
  const { call } = openServer({ ...ALL, tenant: 'south' }, { storage });
  for (const more of [{}, headers]) {
    expect(await (await call('GET', '/customers/C-42/services', { headers: more })).json()).toEqual([expect.objectContaining({ service_id })]);
  }
  await expectError(await openServer({ ...ALL, tenant: 7 }, { storage }).call('GET', '/services/x'), 503, 'invalid_argument');
});
