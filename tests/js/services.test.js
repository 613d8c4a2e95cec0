// The page's API over memory storage.
import { readFileSync } from 'node:fs';
import { runInNewContext } from 'node:vm';
import { expect, jest, test } from '@jest/globals';
import { Operations } from '../../js/operations.js';
import { ServicesError, memoryStorage, openServices } from '../../js/index.js';
import { openMemory } from './support.js';

const KEY = 'pat@example.org';

test('a service started with a contact key is found by it, with its extensions byte for byte', async () => {
  const services = await openMemory();
  const cart = [{ sku: 'tea', count: 2, note: 'naïve ☕ 𝒳' }];
  const { service_id } = await services.start({ contact_key: KEY, service_type: 'WebOrder', Cart: cart });
  expect(await services.queryAnonymous(KEY, { status: 'active', extensions: ['Cart'] })).toEqual([
    { service_id, service_type: 'WebOrder', contact_key: KEY, started: { timestamp: expect.any(String) }, Cart: cart },
  ]);
  expect(await services.queryAnonymous(KEY)).toEqual([expect.not.objectContaining({ Cart: cart })]);
  expect(await services.queryAnonymous('someone@example.org')).toEqual([]);
  await services.close();
});

test('what was awaited is there after the store is opened again', async () => {
  const storage = memoryStorage();
  const first = await openMemory({ storage });
  const { service_id } = await first.start({ contact_key: KEY, service_type: 'WebOrder' });
  await first.complete(service_id, { disposition: 'sold' });
  const digest = first.digest();
  await first.close();
  const second = await openMemory({ storage });
  expect(second.digest()).toBe(digest);
  expect(await second.queryAnonymous(KEY, { status: 'completed' })).toEqual([
    expect.objectContaining({ service_id, disposition: 'sold' }),
  ]);
  await second.close();
});

test('two openings of one storage see each other at once and never take the same id or number', async () => {
  const storage = memoryStorage();
  const [a, b] = await Promise.all([openMemory({ storage }), openMemory({ storage })]);
  const starts = [];
  for (let i = 0; i < 100; ++i) starts.push(a.start({ contact_key: KEY }), b.start({ contact_key: KEY }));
  const ids = (await Promise.all(starts)).map((one) => one.service_id);
  expect(new Set(ids).size).toBe(200);
  const seen = (await b.queryAnonymous(KEY, { limit: 1000 })).map((one) => one.service_id);
  expect(new Set(seen)).toEqual(new Set(ids));
  expect(await a.queryAnonymous(KEY, { limit: 1000 })).toHaveLength(200);
  expect(a.digest()).toBe(b.digest());
  await Promise.all([a.close(), b.close()]);
});

test('calls made together share one commit', async () => {
  // A commit ends with a frame's time.
  const clock = jest.spyOn(performance, 'now').mockReturnValue(0);
  const storage = memoryStorage();
  const services = await openMemory({ storage });
  await Promise.all(Array.from({ length: 200 }, () => services.start({ contact_key: KEY })));
  expect(storage.files.size).toBe(1);
  clock.mockRestore();
  await services.close();
});

test('many calls made together keep no task for longer than a frame, and none is lost', async () => {
  let now = 0;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => (now += 1));
  const storage = memoryStorage();
  const services = await openMemory({ storage });
  const started = await Promise.all(Array.from({ length: 100 }, () => services.start({ contact_key: KEY })));
  expect(storage.files.size).toBeGreaterThan(4);
  clock.mockRestore();
  expect(new Set(started.map((one) => one.service_id)).size).toBe(100);
  expect(await services.queryAnonymous(KEY, { limit: 1000 })).toHaveLength(100);
  await services.close();
});

test('what another opening commits while this one reads is taken in and told of, without a further call', async () => {
  const storage = memoryStorage();
  const open = () => openMemory({ storage: { ...storage, kind: 'persistent', refresh: (lastSeen) => storage.refresh(lastSeen) } });
  const [a, b] = [await open(), await open()];
  const told = new Promise((resolve) =>
    b.addEventListener('change', ({ detail }) => detail.origin === 'remote' && resolve(detail.service_ids)),
  );
  // b has looked at the storage already when a's commit is made, and is not done when the hint comes.
  const { refresh } = storage;
  let started;
  storage.refresh = async (lastSeen) => {
    storage.refresh = refresh;
    const files = await refresh(lastSeen);
    started = await a.start({ contact_key: KEY });
    return files;
  };
  await b.queryAnonymous(KEY);
  expect(await told).toEqual([started.service_id]);
  await Promise.all([a.close(), b.close()]);
});

test('a commit that the storage rejects leaves memory as it was, and the next one works', async () => {
  const storage = memoryStorage();
  const services = await openMemory({ storage });
  const { service_id } = await services.start({ contact_key: KEY });
  const digest = services.digest();
  const { transact } = storage;
  const reason = new ServicesError('quota_exceeded', 'full');
  storage.transact = async (lastSeen, work) => {
    work([]);
    throw reason;
  };
  await expect(services.start({ contact_key: KEY })).rejects.toBe(reason);
  await expect(services.complete(service_id)).rejects.toBe(reason);
  storage.transact = transact;
  expect(services.digest()).toBe(digest);
  expect(await services.queryAnonymous(KEY, { status: 'active' })).toHaveLength(1);
  await services.start({ contact_key: KEY });
  expect(await services.queryAnonymous(KEY)).toHaveLength(2);
  await services.close();
});

test('where the budget is used up, what is asked for together with deletions and hand-overs is refused, they are not', async () => {
  const services = await openMemory({ budget: 1500 });
  const [one, two] = [await services.start({ contact_key: KEY }), await services.start({ contact_key: KEY })];
  const filler = 'x'.repeat(2000);
  const outcomes = await Promise.allSettled([
    services.start({ contact_key: KEY, filler }),
    services.deleteService(one.service_id),
    services.queryService(two.service_id),
    services.associate({ customer_id: 'C-42', service_ids: [two.service_id] }),
    services.replaceExtension(two.service_id, 'filler', filler),
  ]);
  expect(outcomes.map(({ status, reason }) => reason?.code ?? status)).toEqual([
    'quota_exceeded', 'fulfilled', 'fulfilled', 'fulfilled', 'quota_exceeded',
  ]);
  expect(await services.queryServices('C-42')).toHaveLength(1);
  expect(await services.queryAnonymous(KEY)).toEqual([]);
  await services.close();
});

test('one refused operation of a batch leaves the others alone', async () => {
  const services = await openMemory();
  const outcomes = await Promise.allSettled([
    services.start({ contact_key: KEY }),
    services.start({}),
    services.start({ contact_key: KEY }),
  ]);
  expect(outcomes.map((one) => one.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await services.queryAnonymous(KEY)).toHaveLength(2);
  await services.close();
});

test('a repeated start with one idempotency key is one service', async () => {
  const services = await openMemory();
  const event = { contact_key: KEY, service_type: 'WebOrder', idempotency_key: 'once' };
  const [first, second] = await Promise.all([services.start(event), services.start(event)]);
  expect(second).toEqual(first);
  expect(await services.queryAnonymous(KEY)).toHaveLength(1);
  await expect(services.start({ ...event, contact_key: 'robin@example.org' })).rejects.toMatchObject({ code: 'conflict' });
  await services.close();
});

test.each([
  ['no key and no customer', {}, 'contact_key'],
  ['a key of another type', { contact_key: 7 }, 'contact_key'],
  ['an empty key', { contact_key: '' }, 'contact_key'],
  ['a key over 256 bytes', { contact_key: 'é'.repeat(129) }, 'contact_key'],
  ['a junk customer', { customer_id: 'undefined' }, 'customer_id'],
  ['a session id over 32 characters', { contact_key: KEY, session_id: 'x'.repeat(33) }, 'session_id'],
  ['a negative duration', { contact_key: KEY, est_duration: -1 }, 'est_duration'],
  ['a time that is none', { contact_key: KEY, timestamp: 'yesterday' }, 'timestamp'],
  ['a reserved name', JSON.parse(`{"contact_key":"${KEY}","__proto__":1}`), '__proto__'],
  ['a body over 256 KiB', { contact_key: KEY, data: 'x'.repeat(300 * 1024) }, 'body'],
])('a start with %s is refused by name and changes nothing', async (_what, event, field) => {
  const services = await openMemory();
  const digest = services.digest();
  const error = await services.start(event).catch((reason) => reason);
  expect(error).toBeInstanceOf(ServicesError);
  expect(error.message).toContain(field);
  expect(error.message).not.toContain(KEY);
  expect(services.digest()).toBe(digest);
  await services.close();
});

test.each([
  ['a cycle', (() => { const loop = { contact_key: KEY }; loop.loop = loop; return loop; })()],
  ['a bigint', { contact_key: KEY, count: 1n }],
  ['a function', { contact_key: KEY, then: () => {} }],
  ['NaN', { contact_key: KEY, count: NaN }],
  ['a list', [KEY]],
  ['null', null],
])('an event that is or holds %s is refused before it reaches the core', async (_what, event) => {
  const services = await openMemory();
  await expect(services.start(event)).rejects.toMatchObject({ code: 'invalid_argument' });
  await services.close();
});

/** Every request that would reach the core. */
class Requests extends Operations {
  sent = [];
  async request(method, target, more) {
    this.sent.push({ method, target, ...more });
  }
}

const otherRealm = (source) => runInNewContext(source);

test.each([
  ['a Map', new Map([['sku', 'tea']])],
  ['a Set', new Set(['tea'])],
  ['a WeakMap', new WeakMap()],
  ['a promise', Promise.resolve({ sku: 'tea' })],
  ['a regular expression', /tea/],
  ['an error', new Error('tea')],
  ['an ArrayBuffer', new ArrayBuffer(8)],
  ['a typed array', new Uint8Array(8)],
  ['a DataView', new DataView(new ArrayBuffer(8))],
  ['a form', new FormData()],
  ['parameters of a URL', new URLSearchParams('sku=tea')],
  ['a Blob', new Blob(['tea'])],
  ['an invalid date', new Date('soon')],
  ['a Map of another realm', otherRealm('new Map()')],
  ['a promise of another realm', otherRealm('Promise.resolve()')],
  ['an invalid date of another realm', otherRealm('new Date(NaN)')],
  ['what toJSON makes a Map', { toJSON: () => new Map() }],
])('%s is refused by the name of its field, however deep, as JSON has no place for it', async (_what, value) => {
  const services = new Requests();
  const named = (name) => ({ name: 'ServicesError', code: 'invalid_argument', message: `${name}: a value that JSON can hold is expected` });
  const deep = { contact_key: KEY, a: Array.from({ length: 20 }).reduce((inner) => [inner], { cart: value }) };
  await expect(services.start({ contact_key: KEY, cart: value })).rejects.toMatchObject(named('cart'));
  await expect(services.start({ contact_key: KEY, items: [{ cart: value }] })).rejects.toMatchObject(named('cart'));
  await expect(services.start(deep)).rejects.toMatchObject(named('cart'));
  await expect(services.complete('383-a', value)).rejects.toMatchObject(named('event'));
  await expect(services.replaceExtension('383-a', 'Cart', value)).rejects.toMatchObject(named('value'));
  expect(services.sent).toEqual([]);
});

test.each([
  ['an instance of a class', new (class { sku = 'tea'; #hidden = 1; get price() { return this.#hidden; } })(), { sku: 'tea' }],
  ['an object without prototype', Object.assign(Object.create(null), { sku: 'tea' }), { sku: 'tea' }],
  ['an object of another realm', otherRealm('({ list: [{ sku: "tea" }] })'), { list: [{ sku: 'tea' }] }],
  ['a proxy', new Proxy({ list: new Proxy(['tea'], {}) }, {}), { list: ['tea'] }],
  ['a date', new Date(0), '1970-01-01T00:00:00.000Z'],
  ['a date of another realm', otherRealm('new Date(0)'), '1970-01-01T00:00:00.000Z'],
  ['a URL', new URL('https://example.org/'), 'https://example.org/'],
  ['a Map with toJSON', Object.assign(new Map(), { toJSON: () => ['tea'] }), ['tea']],
  ['null from toJSON', { toJSON: () => null }, null],
  ['boxed text', Object('tea'), 'tea'],
  ['undefined in a list', [undefined, 1], [null, 1]],
  ['undefined in an object', { sku: undefined }, {}],
])('%s is sent as JSON has it', async (_what, value, sent) => {
  const services = new Requests();
  await services.start({ contact_key: KEY, cart: value });
  await services.start({ contact_key: KEY, items: [{ cart: value }, new Date(0)] });
  expect(services.sent.map(({ body }) => JSON.parse(body))).toEqual([
    { contact_key: KEY, cart: sent },
    { contact_key: KEY, items: [{ cart: sent }, '1970-01-01T00:00:00.000Z'] },
  ]);
});

test.each([
  ['filter', (services) => services.queryAnonymous(KEY, null)],
  ['filter', (services) => services.queryAnonymous(KEY, 'active')],
  ['filter', (services) => services.queryServices('CU-1', null)],
  ['filter', (services) => services.queryStates('383-a', null)],
  ['filter', (services) => services.queryTasks('383-a', null)],
  ['filter', (services) => services.queryBusinessAttributes(null)],
  ['show', (services) => services.queryService('383-a', null)],
  ['show', (services) => services.queryState('383-a', 0, null)],
  ['show', (services) => services.queryTask('383-a', 0, [])],
  ['part', (services) => services.replaceExtension('383-a', 'Cart', 1, null)],
  ['part', (services) => services.mergeExtension('383-a', 'Cart', {}, null)],
  ['selection', (services) => services.exportServices(null).next()],
  ['selection', (services) => services.exportServices().next()],
  ['started_from', (services) => services.queryAnonymous(KEY, { started_from: new Date('x') })],
  ['started_to', (services) => services.queryServices('CU-1', { started_to: new Date('x') })],
])('%s: what it cannot be is refused by its name, as in %s', async (name, call) => {
  const services = new Requests();
  await expect(call(services)).rejects.toMatchObject({ name: 'ServicesError', code: 'invalid_argument', message: expect.stringMatching(`^${name}: `) });
  expect(services.sent).toEqual([]);
});

test('dates in a filter are sent as ISO 8601 has them', async () => {
  const services = new Requests();
  await services.queryAnonymous(KEY, { status: 'active', started_from: new Date(0), limit: 5 });
  expect(services.sent).toEqual([
    { method: 'GET', target: 'services/anonymous/pat%40example.org/active?started_from=1970-01-01T00%3A00%3A00.000Z&limit=5' },
  ]);
});

test('an unknown id is the contract\'s error', async () => {
  const services = await openMemory();
  await expect(services.queryService('383-nope')).rejects.toMatchObject({
    code: 'not_found',
    status: 400,
    message: 'There are no service found for : 383-nope',
    exception: 'com.genesyslab.gsg.services.contextservices.exceptions.NotFoundException',
  });
  await services.close();
});

test.each(['a@b+c/d%e f', 'Müller+Zoë', '+49 30 1234', '../..', 'active', 'states', '"quoted"'])(
  'the contact key %j finds its service',
  async (key) => {
    const services = await openMemory();
    const { service_id } = await services.start({ contact_key: key });
    expect((await services.queryAnonymous(key)).map((one) => one.service_id)).toEqual([service_id]);
    expect(await services.queryAnonymous(key, { status: 'completed' })).toEqual([]);
    await services.close();
  },
);

test('a lone surrogate becomes the replacement character, wherever it stands', async () => {
  const services = await openMemory();
  const { service_id } = await services.start({ contact_key: KEY, ['a\ud800']: ['\udfffx'] });
  const service = await services.queryService(service_id, { extensions: ['*'] });
  expect(service['a\ufffd']).toEqual(['\ufffdx']);
  await services.close();
});

test('states, tasks, transitions, extensions and composite starts go through the same door', async () => {
  const services = await openMemory();
  const { service_id } = await services.start({ contact_key: KEY, service_type: 'Claim' });
  expect(await services.startState(service_id, { state_type: 'open' })).toEqual({ state_id: 0 });
  const to = { from: { state_id: 0, disposition: 'seen' }, to: { state_type: 'checked' } };
  expect(await services.transitionState(service_id, to)).toEqual({ state_id: 1 });
  expect(await services.startTask(service_id, { task_type: 3, state_id: 1 })).toEqual({ task_id: 0 });
  await services.completeTask(service_id, 0, { disposition: 'done' });
  await services.replaceExtension(service_id, 'Photos', { front: 1 });
  await services.mergeExtension(service_id, 'Photos', { back: 2 });
  await services.mergeExtension(service_id, 'Note', { by: 'pat' }, { state_id: 1 });
  const whole = await services.queryService(service_id, {
    extensions: ['*', 'State.*'],
    active_states: true,
    completed_states: true,
    completed_tasks: true,
  });
  expect(whole).toMatchObject({
    Photos: { front: 1, back: 2 },
    active_states: [{ state_id: 1, state_type: 'checked', previous_state_id: 0, Note: { by: 'pat' } }],
    completed_states: [{ state_id: 0, disposition: 'seen' }],
    completed_tasks: [{ task_id: 0, task_type: 3, state_id: 1, disposition: 'done' }],
  });
  expect(await services.queryStates(service_id, { status: 'active' })).toHaveLength(1);
  expect(await services.queryState(service_id, 1)).toMatchObject({ service_id, state_id: 1 });
  expect(await services.queryTasks(service_id, { task_types: [3] })).toHaveLength(1);
  expect(await services.queryTask(service_id, 0)).toMatchObject({ task_id: 0 });
  const item = { service: { contact_key: KEY, service_type: 'Claim' }, state: { state_type: 'checked' }, task: { task_type: 9 } };
  expect(await services.startComposite({ services: [item] })).toEqual([
    { service_id, service_created: false, state_id: 1, state_created: false, task_id: 1, task_created: true },
  ]);
  await services.close();
});

test('a service is gone the moment its time is over, and an export leaves it out', async () => {
  let time = Date.UTC(2026, 0, 1);
  const services = await openMemory({ now: () => time });
  const { service_id } = await services.start({ contact_key: KEY, ttl: 10 });
  await services.start({ contact_key: KEY });
  time += 9_999;
  await services.queryService(service_id);
  time += 1;
  await expect(services.queryService(service_id)).rejects.toMatchObject({ code: 'not_found' });
  let text = '';
  for await (const piece of services.exportServices({ time_from: '2026-01-01T00:00:00Z' })) text += piece;
  expect(JSON.parse(text)).toHaveLength(1);
  expect(await services.purge({ limit: '2027-01-01T00:00:00Z', operation: 'purge.service.all' })).toEqual({ purged: 1 });
  await services.close();
});

test('business attributes check a field and name the values that are accepted', async () => {
  const services = await openMemory({
    business_attributes: {
      attributes: { Media: { email: 'E-mail', chat: 'Chat' } },
      mapping: { 'Service.media_type': 'Media' },
    },
  });
  await services.start({ contact_key: KEY, media_type: 'chat' });
  await expect(services.start({ contact_key: KEY, media_type: 'fax' })).rejects.toThrow('chat, email');
  expect(await services.queryBusinessAttribute('Media')).toMatchObject({ name: 'Media' });
  expect(await services.queryBusinessAttributes({ 'cv-attribute': 'Service.media_type' })).toHaveLength(1);
  await services.close();
});

test('an event tells which services changed', async () => {
  const services = await openMemory();
  const changed = new Promise((resolve) => services.addEventListener('change', (event) => resolve(event.detail)));
  const { service_id } = await services.start({ contact_key: KEY });
  expect(await changed).toEqual({ service_ids: [service_id], association_ids: [], origin: 'local' });
  await services.close();
});

test('closing settles what was asked for; calls after it are refused', async () => {
  const storage = memoryStorage();
  const services = await openMemory({ storage });
  const pending = services.start({ contact_key: KEY });
  await services.close();
  await pending;
  expect(storage.files.size).toBe(1);
  await expect(services.start({ contact_key: KEY })).rejects.toMatchObject({ code: 'closed' });
  await services.close();
});

test('the log is replaced by one snapshot when it outweighs it, and nothing changes by that', async () => {
  const storage = memoryStorage();
  const services = await openMemory({ storage });
  for (let i = 0; i < 70; ++i) await services.start({ contact_key: KEY });
  expect(storage.files.size).toBeLessThan(10);
  const again = await openMemory({ storage });
  expect(again.digest()).toBe(services.digest());
  await again.start({ contact_key: KEY });
  expect(await services.queryAnonymous(KEY, { limit: 1000 })).toHaveLength(71);
  await Promise.all([services.close(), again.close()]);
});

test('a file of a newer format is refused and left as it is', async () => {
  const storage = memoryStorage();
  const services = await openMemory({ storage });
  await services.start({ contact_key: KEY });
  await services.close();
  const { withVersion } = await import('./files.js');
  const file = withVersion(storage.files.get(1), 4);
  storage.files.set(1, file);
  await expect(openMemory({ storage })).rejects.toMatchObject({ code: 'newer_format' });
  expect(storage.files.get(1)).toBe(file);
});

test('a damaged file is set aside, what came before the damage is kept', async () => {
  const storage = memoryStorage();
  const first = await openMemory({ storage });
  await first.start({ contact_key: KEY });
  await Promise.all([first.start({ contact_key: KEY }), first.start({ contact_key: KEY })]);
  await first.close();
  const whole = storage.files.get(2);
  storage.files.set(2, whole.slice(0, whole.length - 1));
  const second = await openMemory({ storage });
  expect(await second.queryAnonymous(KEY)).toHaveLength(2);
  expect(storage.damaged.get(2)).toHaveLength(whole.length - 1);
  await second.close();
  const third = await openMemory({ storage });
  expect(await third.queryAnonymous(KEY)).toHaveLength(2);
  await third.close();
});

test.each([
  [{}, 'name'],
  [{ name: '../x' }, 'name'],
  [{ name: 'x', durability: 'maybe' }, 'durability'],
  [{ name: 'x', storage: 'disk' }, 'storage'],
  [{ name: 'x', endpoint: 7 }, 'endpoint'],
  [{ name: 'x', colour: 'red' }, 'colour'],
  [{ name: 'x', auto_complete_after: 0 }, 'auto_complete_after'],
  [undefined, 'options'],
])('openServices(%j) is refused by name', async (options, field) => {
  await expect(openServices(options)).rejects.toMatchObject({ code: 'invalid_argument', message: expect.stringContaining(field) });
});

test('every operation of the core\'s table is a method, and every method an operation', () => {
  const table = readFileSync(new URL('../../core/rest/table.cc', import.meta.url), 'utf8');
  const rows = [...table.matchAll(/\{"(\w+)",\s*"[A-Z]+",\s*"([^"]+)"/g)];
  expect(rows.length).toBeGreaterThan(40);
  const operations = new Set(rows.filter(([, , pattern]) => !pattern.startsWith('local/')).map(([, name]) => name));
  operations.delete('deliverAssociations'); // the server's side; the page's is `associate`
  const methods = Object.getOwnPropertyNames(Operations.prototype).filter(
    (name) => name !== 'constructor' && name !== 'request',
  );
  expect(new Set(methods)).toEqual(operations);
});
