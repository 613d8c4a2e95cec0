// What would be handed over, and handing over exactly that (contract section 6, rules 1, 2 and 6).
import { expect, jest, test } from '@jest/globals';
import { memoryStorage } from '../../js/index.js';
import { ENDPOINT, asCustomer, exported, exportedBy, network, openMemory, openServer, startWhole, trusting } from './support.js';

const KEY = 'pat@example.org';
const PAT = 'C-42';
const ROBIN = 'C-43';

const WHOLE = {
  extensions: ['*', 'State.*', 'Task.*'], active_states: true, completed_states: true, active_tasks: true, completed_tasks: true,
};

/** A plan's lists as `id: reason`. */
function fates({ attach, already, conflicts, unverified, expired }) {
  const pairs = (list) => list.map(({ service_id, reason }) => [service_id, reason]);
  return { attach: pairs(attach), already: pairs(already), conflicts: pairs(conflicts), unverified: pairs(unverified), expired: pairs(expired) };
}

const NONE = { attach: [], already: [], conflicts: [], unverified: [], expired: [] };

const start = async (services, event = {}) => (await services.start({ contact_key: KEY, ...event })).service_id;

/** One service for every reason that there is, seen by Pat, who has not signed in yet. */
async function everyFate(services) {
  const handed_over = await start(services);
  await services.associate({ customer_id: PAT, service_ids: [handed_over] });
  await services.signOut();
  const sealed = await start(services, { contact_key: 'robin' });
  await services.signIn(ROBIN);
  await services.signOut();
  const other_visit = await start(services, { contact_key: 'typed' });
  const verified_key = await start(services);
  await services.signOut();
  const this_visit = await start(services, { contact_key: 'new' });
  const own = await start(services, { customer_id: PAT });
  const other_customer = await start(services, { customer_id: ROBIN });
  return { handed_over, sealed, other_visit, verified_key, this_visit, own, other_customer };
}

test('a plan says of every service what would become of it and why, and shows it whole where it is the customer\'s to see', async () => {
  const services = await openMemory();
  const ids = await everyFate(services);
  await startWhole(services);
  const service_ids = [...Object.values(ids), 'nope'];
  const plan = await services.plan({ customer_id: PAT, service_ids, verified_keys: [KEY] });
  expect(fates(plan)).toEqual({
    attach: [[ids.verified_key, 'verified_key'], [ids.this_visit, 'this_visit'], [ids.own, 'own']],
    already: [[ids.handed_over, 'handed_over']],
    conflicts: [[ids.sealed, 'sealed'], [ids.other_customer, 'other_customer']],
    unverified: [[ids.other_visit, 'other_visit']],
    expired: [['nope', 'gone']],
  });
  expect(plan).toMatchObject({ customer_id: PAT, digest: expect.stringMatching(/^[0-9a-f]{64}$/), selection: { service_ids, verified_keys: [KEY] } });
  for (const { service_id, service } of [...plan.attach, ...plan.unverified]) {
    expect(service).toEqual(await services.queryService(service_id, WHOLE));
  }
  expect(plan.conflicts[0]).not.toHaveProperty('service');
  expect(plan.expired[0]).not.toHaveProperty('service');
  await services.close();
});

test('a service in a plan has its states, tasks and extensions', async () => {
  const services = await openMemory();
  const id = await startWhole(services);
  const { attach: [{ service }] } = await services.plan({ customer_id: PAT });
  expect(service).toEqual(await services.queryService(id, WHOLE));
  expect(service.completed_states[0]).toMatchObject({ Note: 'é ☕' });
  await services.close();
});

test('a plan changes nothing: not the state, not the visit, not a file', async () => {
  const storage = memoryStorage();
  const services = await openMemory({ storage });
  await everyFate(services);
  const [digest, visit, files] = [services.digest(), await services.visit(), [...storage.files.keys()]];
  const changed = jest.fn();
  for (const type of ['change', 'receipt', 'visit']) services.addEventListener(type, changed);
  await services.plan({ customer_id: PAT, contact_keys: [KEY], visit: true, verified_keys: [KEY] });
  expect([services.digest(), await services.visit(), [...storage.files.keys()]]).toEqual([digest, visit, files]);
  expect(changed).not.toHaveBeenCalled();
  await services.close();
});

test('a selection is by ids, by keys, of this visit, or any of them together, each service once', async () => {
  let now = Date.UTC(2026, 0, 1);
  const services = await openMemory({ now: () => ++now }); // lists are in the order of start
  const old = await start(services);
  await services.signOut();
  const [a, b] = [await start(services), await start(services, { contact_key: 'other' })];
  const ids = async (selection) => {
    const { attach, unverified } = await services.plan({ customer_id: PAT, ...selection });
    return [attach.map((one) => one.service_id), unverified.map((one) => one.service_id)];
  };
  expect(await ids({})).toEqual([[a, b], []]);
  expect(await ids({ visit: true })).toEqual([[a, b], []]);
  expect(await ids({ service_ids: [b] })).toEqual([[b], []]);
  expect(await ids({ contact_keys: [KEY] })).toEqual([[a], [old]]);
  expect(await ids({ contact_keys: [KEY], verified_keys: [KEY] })).toEqual([[old, a], []]);
  expect(await ids({ contact_keys: [KEY, KEY], service_ids: [a, a], visit: true })).toEqual([[a, b], [old]]);
  expect(await ids({ contact_keys: ['nobody'] })).toEqual([[], []]);
  // Verified or not, what is not selected is not handed over.
  expect(await ids({ service_ids: [b], verified_keys: [KEY] })).toEqual([[b], []]);
  await services.close();
});

test.each([
  [{}, 'customer_id'],
  [{ customer_id: 7 }, 'customer_id'],
  [{ customer_id: PAT, service_ids: [] }, 'service_ids'],
  [{ customer_id: PAT, service_ids: 'a' }, 'service_ids'],
  [{ customer_id: PAT, contact_keys: [''] }, 'contact_keys'],
  [{ customer_id: PAT, contact_keys: [7] }, 'contact_keys'],
  [{ customer_id: PAT, verified_keys: [KEY.repeat(20)] }, 'verified_keys'],
  [{ customer_id: PAT, visit: false }, 'visit'],
  [{ customer_id: PAT, colour: KEY }, 'body'],
  [null, 'request'],
])('the selection %j is refused by name, by plan and associate alike, and no key is in the error', async (request, field) => {
  const services = await openMemory();
  await start(services);
  const digest = services.digest();
  for (const call of [() => services.plan(request), () => services.associate(request)]) {
    const error = await call().catch((reason) => reason);
    expect(error).toMatchObject({ name: 'ServicesError', message: expect.stringContaining(field) });
    expect(error.message).not.toContain(KEY);
  }
  expect(services.digest()).toBe(digest);
  await services.close();
});

test.each(['null', 'undefined', ' NaN ', '[object Object]', 'anonymous', 'Guest', 'none', '   ', ''])(
  'the junk customer %j can neither plan, sign in nor have anything',
  async (customer_id) => {
    const services = await openMemory();
    const id = await start(services);
    const digest = services.digest();
    await expect(services.plan({ customer_id })).rejects.toMatchObject({ code: 'invalid_request', message: expect.stringContaining('customer_id') });
    await expect(services.associate({ customer_id, service_ids: [id] })).rejects.toMatchObject({ code: 'invalid_request' });
    await expect(services.signIn(customer_id)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(services.digest()).toBe(digest);
    await services.close();
  },
);

test.each([[{ colour: 1 }, 'colour'], [{ confirm: 'yes' }, 'confirm'], [{ confirm: [7] }, 'confirm'], [{ on_conflict: 'take' }, 'on_conflict'], [null, 'options']])(
  'associate with the options %j is refused by name',
  async (options, field) => {
    const services = await openMemory();
    await start(services);
    const digest = services.digest();
    await expect(services.associate({ customer_id: PAT }, options)).rejects.toThrow(field);
    expect(services.digest()).toBe(digest);
    await services.close();
  },
);

test('what was planned is what is handed over, and nothing else', async () => {
  const services = await openMemory();
  const ids = await everyFate(services);
  const plan = await services.plan({ customer_id: PAT, contact_keys: [KEY, 'typed'], visit: true, verified_keys: [KEY] });
  await expect(services.associate(plan)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining(ids.other_customer) });
  const receipt = await services.associate(plan, { on_conflict: 'keep' });
  expect(receipt).toMatchObject({ customer_id: PAT, state: 'pending' });
  expect(receipt.services).toEqual(plan.attach.map(({ service_id }) => ({ service_id })));
  expect(await services.visit()).toEqual({ visit: 3, customer_id: PAT });
  const mine = (await services.queryServices(PAT)).map((one) => one.service_id);
  expect(new Set(mine)).toEqual(new Set([ids.handed_over, ids.verified_key, ids.this_visit, ids.own]));
  expect(await services.queryAnonymous('typed')).toHaveLength(1);
  expect(await services.queryServices(ROBIN)).toHaveLength(1);
  await services.close();
});

/** What another tab may do between a plan and its going ahead; each answers a changed plan. */
const MEANWHILE = {
  'completes the service': (tab, { a }) => tab.complete(a),
  'starts a state': (tab, { a }) => tab.startState(a, {}),
  'starts a task': (tab, { a }) => tab.startTask(a, {}),
  'changes an extension': (tab, { a }) => tab.replaceExtension(a, 'Cart', []),
  'deletes the service': (tab, { a }) => tab.deleteService(a),
  'gives it to somebody else': (tab, { a }) => tab.associateService({ customer_id: ROBIN, service_id: a }),
  'starts another service': (tab) => tab.start({ contact_key: KEY }),
  'hands one of two over': (tab, { a }) => tab.associate({ customer_id: PAT, service_ids: [a] }),
  'signs somebody else in': (tab) => tab.signIn(ROBIN),
  'signs out': (tab) => tab.signOut(),
  'resets': (tab) => tab.reset(),
};

test.each(Object.keys(MEANWHILE))('a plan is carried out whole or not at all: meanwhile another tab %s', async (what) => {
  const storage = memoryStorage();
  const [services, tab] = [await openMemory({ storage }), await openMemory({ storage })];
  const [a, b] = [await start(services), await start(services)];
  const plan = await services.plan({ customer_id: PAT });
  await MEANWHILE[what](tab, { a, b });
  const before = tab.digest();
  await expect(services.associate(plan, { confirm: true })).rejects.toMatchObject({ code: 'conflict' });
  expect([services.digest(), tab.digest()]).toEqual([before, before]);
  await Promise.all([services.close(), tab.close()]);
});

test('a plan that something became older than is made again and then holds', async () => {
  const services = await openMemory();
  const a = await start(services);
  const old = await services.plan({ customer_id: PAT });
  await services.complete(a);
  await expect(services.associate(old)).rejects.toMatchObject({ code: 'conflict' });
  const receipt = await services.associate(await services.plan({ customer_id: PAT }));
  expect(receipt.services).toEqual([{ service_id: a }]);
  await services.close();
});

test('time alone makes a plan void: a service that has expired since is not handed over', async () => {
  let now = Date.UTC(2026, 0, 1);
  const services = await openMemory({ now: () => now });
  await start(services, { ttl: 10 });
  await start(services);
  const plan = await services.plan({ customer_id: PAT });
  now += 10_000;
  await expect(services.associate(plan)).rejects.toMatchObject({ code: 'conflict' });
  await services.close();
});

test('a plan whose lists were bent on the way hands over what the digest stands for, or nothing', async () => {
  const services = await openMemory();
  const [a, b] = [await start(services), await start(services)];
  const plan = await services.plan({ customer_id: PAT, service_ids: [a] });
  const bent = { ...plan, selection: { service_ids: [a, b] } };
  await expect(services.associate(bent)).rejects.toMatchObject({ code: 'conflict' });
  await expect(services.associate({ ...plan, customer_id: ROBIN })).rejects.toMatchObject({ code: 'conflict' });
  await expect(services.associate({ ...plan, digest: 'f' })).rejects.toMatchObject({ code: 'invalid_request' });
  expect(await services.queryAnonymous(KEY)).toHaveLength(2);
  expect(await services.visit()).toEqual({ visit: 0 });
  await services.close();
});

test('a service planted under the victim\'s key is never handed over without a verified key or an explicit yes', async () => {
  const services = await openMemory();
  const planted = await start(services, { Loan: 'evil' });
  await services.signOut();
  const mine = await start(services);
  const attached = (receipt) => receipt.services.map((one) => one.service_id);
  const byKey = { customer_id: PAT, contact_keys: [KEY] };
  expect(fates(await services.plan(byKey))).toEqual({ ...NONE, attach: [[mine, 'this_visit']], unverified: [[planted, 'other_visit']] });
  await expect(services.associate({ customer_id: PAT, service_ids: [planted] })).rejects.toMatchObject({ code: 'unverified' });
  await expect(services.associate({ customer_id: PAT, service_ids: [planted] }, { confirm: false })).rejects.toMatchObject({ code: 'unverified' });
  await expect(services.associate({ customer_id: PAT, service_ids: [planted] }, { confirm: [mine] })).rejects.toMatchObject({ code: 'unverified' });
  expect(await services.visit()).toEqual({ visit: 1 });
  expect(attached(await services.associate({ ...byKey, visit: true, verified_keys: ['another'] }))).toEqual([mine]);
  expect((await services.queryAnonymous(KEY)).map((one) => one.service_id)).toEqual([planted]);
  expect(attached(await services.associate({ ...byKey, verified_keys: [KEY] }))).toEqual([planted]);
  await services.close();
});

test('a yes is to all that is unverified, or to the services it names', async () => {
  const storage = memoryStorage();
  const first = await openMemory({ storage });
  const [a, b, c] = [await start(first), await start(first), await start(first)];
  await first.signOut();
  const plan = await first.plan({ customer_id: PAT, contact_keys: [KEY] });
  expect(plan.attach).toEqual([]);
  expect((await first.associate(plan, { confirm: [b, 'nope'] })).services).toEqual([{ service_id: b }]);
  expect((await first.associate({ customer_id: PAT, service_ids: [a] }, { confirm: [a] })).services).toEqual([{ service_id: a }]);
  expect((await first.associate({ customer_id: PAT, contact_keys: [KEY] }, { confirm: true })).services).toEqual([{ service_id: c }]);
  await first.close();
});

test('where nothing is handed over there is no receipt, and the visit is the customer\'s all the same', async () => {
  const services = await openMemory();
  await start(services);
  await services.signOut();
  expect(await services.associate({ customer_id: PAT, contact_keys: [KEY] })).toBeUndefined();
  expect(await services.visit()).toEqual({ visit: 1, customer_id: PAT });
  expect(await services.receipts()).toEqual([]);
  await services.close();
});

test('the same association twice, at once, from two tabs, or after a reload is one, with one receipt', async () => {
  const storage = memoryStorage();
  const server = openServer(trusting);
  const net = network(server);
  const open = () => openMemory({ storage, endpoint: ENDPOINT, fetch: net.fetch, getCredentials: asCustomer });
  const [services, tab] = [await open(), await open()];
  const id = await start(services);
  const request = { customer_id: PAT, service_ids: [id] };
  const receipts = await Promise.all([services.associate(request), tab.associate(request), services.associate({ ...request }), tab.associate(request)]);
  expect(new Set(receipts.map((one) => one.association_id)).size).toBe(1);
  const [{ association_id }] = receipts;
  const receipt = await services.delivered(association_id);
  expect(await services.associate({ customer_id: PAT })).toEqual(receipt);
  expect(await tab.associate(await tab.plan(request))).toEqual(receipt);
  await Promise.all([services.close(), tab.close()]);
  const again = await open();
  expect(await again.associate(request)).toEqual(receipt);
  expect(await again.receipts()).toEqual([receipt]);
  expect(new Set(net.requests.map(({ key, body }) => key + body)).size).toBe(1);
  expect(JSON.parse(await exportedBy(server))).toHaveLength(1);
  await again.close();
});

test('an association of what was handed over and something new is of the new only', async () => {
  const services = await openMemory();
  const a = await start(services);
  const first = await services.associate({ customer_id: PAT });
  const b = await start(services);
  const plan = await services.plan({ customer_id: PAT });
  expect(fates(plan)).toEqual({ ...NONE, attach: [[b, 'this_visit']], already: [[a, 'handed_over']] });
  const second = await services.associate(plan);
  expect(second.services).toEqual([{ service_id: b }]);
  expect(new Set((await services.receipts()).map((one) => one.association_id))).toEqual(new Set([first.association_id, second.association_id]));
  await services.close();
});

test('a conflict is a value with both sides in it; by default nothing at all is done about it', async () => {
  const services = await openMemory();
  const [mine, theirs] = [await start(services), await start(services, { customer_id: ROBIN, Cart: ['theirs'] })];
  const plan = await services.plan({ customer_id: PAT });
  expect(plan.attach).toMatchObject([{ service_id: mine, service: { contact_key: KEY } }]);
  expect(plan.conflicts).toMatchObject([{ service_id: theirs, reason: 'other_customer', service: { customer_id: ROBIN, Cart: ['theirs'] } }]);
  const before = services.digest();
  for (const what of [plan, { customer_id: PAT }, { customer_id: PAT, service_ids: [mine, theirs] }]) {
    for (const options of [{}, { on_conflict: 'reject' }, { confirm: true }, { confirm: [theirs] }]) {
      const error = await services.associate(what, options).catch((reason) => reason);
      expect(error).toMatchObject({ code: 'conflict', status: 409 });
      expect(error.message).not.toContain(KEY);
    }
  }
  expect(services.digest()).toBe(before);
  const receipt = await services.associate(plan, { on_conflict: 'keep' });
  expect(receipt.services).toEqual([{ service_id: mine }]);
  expect(await services.queryServices(ROBIN)).toHaveLength(1);
  await services.close();
});

/** A server where Robin has a service, and a page that holds the same one as Robin's and now has Pat before it. */
async function robinsHereAndThere(authorize) {
  let now = Date.UTC(2026, 0, 1);
  // Of the same random bytes: what is made in the same millisecond has the same id.
  const options = { endpoint: ENDPOINT, now: () => now, random: (bytes) => bytes.fill(7) };
  const server = openServer(authorize);
  const event = { customer_id: ROBIN, Cart: ['theirs'] };
  const robin = await openMemory({ ...options, fetch: network(server).fetch, getCredentials: asCustomer });
  const there = await start(robin, event);
  await robin.delivered((await robin.associate({ customer_id: ROBIN })).association_id);
  await robin.close();
  const services = await openMemory({ ...options, fetch: network(server).fetch, getCredentials: asCustomer });
  expect(await start(services, event)).toBe(there);
  ++now;
  const before = await exportedBy(server);
  const receipt = await services.associate({ customer_id: PAT }, { on_conflict: 'reassign' });
  expect(await services.queryServices(PAT)).toHaveLength(1);
  await services.delivered(receipt.association_id);
  ++now;
  return { server, services, before, there, receipt: await services.receipt(receipt.association_id) };
}

test('a reassignment is refused by the server to anybody but a writer, and the service goes back to its owner here too', async () => {
  const { server, services, before, there, receipt } = await robinsHereAndThere(trusting);
  expect(receipt.services).toEqual([{ service_id: there, result: 'conflict' }]);
  expect(await exportedBy(server)).toBe(before);
  expect(await services.queryServices(PAT)).toEqual([]);
  expect(JSON.parse(await exported(services))).toMatchObject([{ service_id: there, customer_id: ROBIN }]);
  await services.close();
});

test('a reassignment that a writer asks for is granted, and can be undone', async () => {
  const { server, services, before, there, receipt } = await robinsHereAndThere((request) => {
    const who = trusting(request);
    return who?.customer_id === PAT ? { roles: ['writer'], customer_id: PAT } : who;
  });
  expect(receipt.services).toEqual([{ service_id: there, result: 'associated' }]);
  expect(JSON.parse(await exportedBy(server))).toMatchObject([{ service_id: there, customer_id: PAT, Cart: ['theirs'] }]);
  const { undone_by } = await services.undo(receipt.association_id);
  expect((await services.delivered(undone_by)).services).toEqual([{ service_id: there, result: 'undone' }]);
  expect(await exportedBy(server)).toBe(before);
  await services.close();
});

test('a reassignment of what the server has never seen needs a writer too', async () => {
  const server = openServer(trusting);
  const services = await openMemory({ endpoint: ENDPOINT, fetch: network(server).fetch, getCredentials: asCustomer });
  await start(services, { customer_id: ROBIN });
  const { association_id } = await services.associate({ customer_id: PAT }, { on_conflict: 'reassign' });
  const { services: [{ result }] } = await services.delivered(association_id);
  await services.close();
  expect(result).toBe('conflict');
  expect(await exportedBy(server)).toBe('[]');
});

test('what is sealed is not reassigned either: nobody here may say whose it is', async () => {
  const services = await openMemory();
  const id = await start(services);
  await services.associate({ customer_id: ROBIN });
  await services.signOut();
  const before = services.digest();
  for (const on_conflict of ['reject', 'reassign']) {
    await expect(services.associate({ customer_id: PAT, service_ids: [id] }, { on_conflict })).rejects.toMatchObject({ code: 'conflict' });
  }
  expect(services.digest()).toBe(before);
  expect(await services.associate({ customer_id: PAT, service_ids: [id] }, { on_conflict: 'keep', confirm: true })).toBeUndefined();
  await services.signOut();
  await services.signIn(ROBIN);
  expect(await services.queryServices(ROBIN)).toHaveLength(1);
  await services.close();
});

test('more than 1,000 services are refused in one association, and none of them is handed over', async () => {
  const services = await openMemory();
  await Promise.all(Array.from({ length: 1001 }, () => start(services)));
  const before = services.digest();
  await expect(services.associate({ customer_id: PAT })).rejects.toMatchObject({ code: 'too_large' });
  expect(services.digest()).toBe(before);
  await services.close();
});

test('the same association by contact key twice is one, with one receipt', async () => {
  const services = await openMemory();
  const id = await start(services);
  const request = { customer_id: PAT, contact_keys: [KEY] };
  const [first, second] = await Promise.all([services.associate(request), services.associate(request)]);
  const plan = await services.plan(request);
  await services.close();
  expect(second).toEqual(first);
  expect(fates(plan)).toEqual({ ...NONE, already: [[id, 'handed_over']] });
});
