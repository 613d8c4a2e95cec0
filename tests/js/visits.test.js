// One browser, two people (contract section 6, rule 7): signing in and out, and what is left of whoever was here before.
import { expect, jest, test } from '@jest/globals';
import { memoryStorage } from '../../js/index.js';
import { ENDPOINT, asCustomer, exported, exportedBy, network, openMemory, openServer, quiet, receiptIn, shared, startWhole, told, trusting } from './support.js';

const KEY = 'pat@example.org';
const PAT = 'C-42';
const ROBIN = 'C-43';

const start = async (services, event = {}) => (await services.start({ contact_key: KEY, ...event })).service_id;

test('a visit is nobody\'s until somebody signs in or takes services over; signing out begins the next', async () => {
  const services = await openMemory();
  expect(await services.visit()).toEqual({ visit: 0 });
  expect(await services.signOut()).toEqual({ visit: 0 }); // nobody was here and nothing is: nothing to seal
  await start(services);
  expect(await services.signOut()).toEqual({ visit: 1 });
  expect(await services.signOut()).toEqual({ visit: 1 });
  expect(await services.signIn(PAT)).toEqual({ visit: 1, customer_id: PAT });
  expect(await services.signIn(PAT)).toEqual({ visit: 1, customer_id: PAT });
  expect(await services.signIn(ROBIN)).toEqual({ visit: 2, customer_id: ROBIN });
  expect(await services.signOut()).toEqual({ visit: 3 });
  await start(services);
  await services.associate({ customer_id: PAT });
  expect(await services.visit()).toEqual({ visit: 3, customer_id: PAT });
  await expect(services.associate({ customer_id: ROBIN })).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('visit') });
  expect(await services.visit()).toEqual({ visit: 3, customer_id: PAT });
  await services.close();
});

test('visits are there after a reload, and those of two tenants are two', async () => {
  const storage = memoryStorage();
  const services = await openMemory({ storage });
  await services.signIn(PAT);
  await services.close();
  const [again, north] = [await openMemory({ storage }), await openMemory({ storage, tenant: 'north' })];
  expect(await again.visit()).toEqual({ visit: 0, customer_id: PAT });
  expect(await north.visit()).toEqual({ visit: 0 });
  await Promise.all([again.close(), north.close()]);
});

/** Pat was here and left: a service handed over, one that was Pat's anyway, one only started, a receipt. */
async function patWasHere(services) {
  const handed = await startWhole(services, { idempotency_key: 'once' });
  const { association_id } = await services.associate({ customer_id: PAT });
  const own = await start(services, { customer_id: PAT });
  const anonymous = await start(services);
  await services.signOut();
  return { handed, own, anonymous, association_id };
}

/** Whoever is before the browser next. */
const NEXT = { 'nobody': async () => {}, 'another customer': (services) => services.signIn(ROBIN) };

test.each(Object.keys(NEXT))('nothing of one customer is shown to %s after them', async (who) => {
  const services = await openMemory();
  const { handed, own, anonymous, association_id } = await patWasHere(services);
  await NEXT[who](services);
  const gone = (promise) => expect(promise).rejects.toMatchObject({ code: 'not_found' });
  for (const id of [handed, own, anonymous]) {
    await gone(services.queryService(id, { extensions: ['*'] }));
    await gone(services.complete(id));
    await gone(services.updateExpiration(id, { ttl: 0 }));
    await gone(services.deleteService(id));
    await gone(services.startState(id));
    await gone(services.transitionState(id, { from: { state_id: 1 }, to: {} }));
    await gone(services.completeState(id, 1));
    await gone(services.queryStates(id));
    await gone(services.queryState(id, 0));
    await gone(services.startTask(id));
    await gone(services.completeTask(id, 1));
    await gone(services.queryTasks(id));
    await gone(services.queryTask(id, 0));
    await gone(services.replaceExtension(id, 'Cart', 1));
    await gone(services.mergeExtension(id, 'Cart', {}, { state_id: 0 }));
    await gone(services.associateService({ customer_id: ROBIN, service_id: id }));
  }
  for (const customer of [PAT, ROBIN]) expect(await services.queryServices(customer)).toEqual([]);
  expect(await services.queryAnonymous(KEY)).toEqual([]);
  expect(await exported(services)).toBe('[]');
  expect(await services.receipts()).toEqual([]);
  await gone(services.receipt(association_id));
  await gone(services.delivered(association_id));
  await gone(services.undo(association_id));
  await gone(services.retry(association_id));
  const limit = '2100-01-01T00:00:00Z';
  expect(await services.purge({ limit, operation: 'purge.service.all' })).toEqual({ purged: 0 });
  // Composite starts and idempotency keys find nothing of a former visit, and begin anew.
  const item = { service: { contact_key: KEY, service_type: 'Order' } };
  const [composite] = await services.startComposite({ services: [item] });
  expect(composite).toMatchObject({ service_created: true });
  const again = await start(services, { idempotency_key: 'once', service_type: 'Order' });
  const mine = [composite.service_id, again];
  expect([handed, own, anonymous]).not.toContain(again);
  expect(new Set((await services.queryAnonymous(KEY)).map((one) => one.service_id))).toEqual(new Set(mine));
  const asPat = [composite, await services.startComposite({ services: [{ service: { customer_id: PAT, contact_key: KEY, service_type: 'Order' } }] })];
  expect(asPat[1][0]).toMatchObject({ service_created: true });
  await services.close();
});

test('nothing of one customer can be selected for another: by id, by key, by visit, with any yes', async () => {
  const services = await openMemory();
  const { handed, own, anonymous } = await patWasHere(services);
  const ids = [handed, own, anonymous];
  for (const selection of [{}, { contact_keys: [KEY], verified_keys: [KEY] }, { visit: true, verified_keys: [KEY] }]) {
    const { attach, already, conflicts, unverified, expired } = await services.plan({ customer_id: ROBIN, ...selection });
    expect([attach, already, conflicts, unverified, expired]).toEqual([[], [], [], [], []]);
    expect(await services.associate({ customer_id: ROBIN, ...selection }, { confirm: true, on_conflict: 'reassign' })).toBeUndefined();
  }
  for (const id of ids) {
    const plan = await services.plan({ customer_id: ROBIN, service_ids: [id], verified_keys: [KEY] });
    expect(plan).toMatchObject({ attach: [], conflicts: [{ service_id: id, reason: 'sealed' }] });
    expect(JSON.stringify(plan.conflicts)).not.toContain('contact_key');
    for (const on_conflict of ['reject', 'reassign']) {
      const error = await services.associate({ customer_id: ROBIN, service_ids: [id], verified_keys: [KEY] }, { confirm: ids, on_conflict }).catch((reason) => reason);
      expect(error).toMatchObject({ code: 'conflict' });
      expect(error.message).not.toMatch(/pat@|C-42/);
    }
  }
  await services.signOut();
  await services.signIn(PAT);
  expect(JSON.parse(await exported(services)).map((one) => one.service_id).sort()).toEqual([...ids].sort());
  await services.close();
});

test('in another customer\'s visit a plan for one who was here before shows nothing of theirs', async () => {
  const services = await openMemory();
  const { handed } = await patWasHere(services);
  await services.signIn(ROBIN);
  const text = await services.plan({ customer_id: PAT, contact_keys: [KEY], service_ids: [handed] }).then(JSON.stringify, () => '');
  await services.close();
  expect(text).not.toMatch(/Cart|started/);
});

test('what was started while nobody was signed in is anybody\'s to see, but not without a yes to have', async () => {
  const services = await openMemory();
  const id = await start(services);
  await services.signOut();
  await services.signIn(ROBIN);
  expect(await services.queryService(id)).toMatchObject({ service_id: id });
  expect((await services.plan({ customer_id: ROBIN, service_ids: [id] })).unverified).toMatchObject([{ service_id: id, reason: 'other_visit' }]);
  await services.close();
});

test('nothing of one customer is sent under another\'s credentials, and what was left unsent goes out once they are back', async () => {
  const server = openServer(trusting);
  const net = network(server);
  let cookie = null;
  const asked = [];
  const getCredentials = ({ customer_id }) => {
    asked.push(customer_id);
    return cookie && { headers: { Authorization: cookie } };
  };
  const storage = memoryStorage();
  const options = { storage, endpoint: ENDPOINT, fetch: net.fetch, getCredentials };
  const services = await openMemory(options);
  const pats = await start(services);
  const a = await services.associate({ customer_id: PAT });
  await quiet(services);
  await services.signOut();
  cookie = ROBIN;
  asked.length = 0;
  const robins = await start(services, { contact_key: 'robin' });
  const b = await services.associate({ customer_id: ROBIN });
  services.retryDelivery();
  await services.delivered(b.association_id);
  await services.close();
  // Nor after a reload, which starts with the whole outbox.
  const again = await openMemory(options);
  again.retryDelivery();
  await quiet(again);
  expect(net.requests.map(({ key, who }) => [key, who])).toEqual([[b.association_id, ROBIN]]);
  expect(new Set(asked)).toEqual(new Set([ROBIN]));
  await again.signOut();
  cookie = PAT;
  await again.signIn(PAT);
  expect(await again.delivered(a.association_id)).toMatchObject({ services: [{ service_id: pats, result: 'associated' }] });
  expect(net.requests.slice(1).map(({ key, who }) => [key, who])).toEqual([[a.association_id, PAT]]);
  const owners = JSON.parse(await exportedBy(server)).map(({ service_id, customer_id }) => [service_id, customer_id]);
  expect(new Map(owners)).toEqual(new Map([[pats, PAT], [robins, ROBIN]]));
  await again.close();
});

test('a sign-out while credentials are fetched comes in time: nothing is sent', async () => {
  const net = network(openServer(trusting));
  let go;
  const fetched = new Promise((resolve) => (go = resolve));
  let came;
  const asked = new Promise((resolve) => (came = resolve));
  const getCredentials = (about) => (came(about), fetched);
  const services = await openMemory({ endpoint: ENDPOINT, fetch: net.fetch, getCredentials });
  await start(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  expect(await asked).toEqual({ customer_id: PAT, association_id, refused: false });
  await services.signOut();
  go({ headers: { Authorization: PAT } });
  await quiet(services);
  expect(net.requests).toEqual([]);
  await services.signIn(PAT);
  await services.delivered(association_id);
  await services.close();
});

test('an undo that was left unsent waits for its customer too', async () => {
  const server = openServer(trusting);
  const net = network(server);
  const services = await openMemory({ endpoint: ENDPOINT, fetch: net.fetch, getCredentials: asCustomer, retry: { first: 0 } });
  await start(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  await services.delivered(association_id);
  net.next.push('hang');
  const { undone_by } = await services.undo(association_id);
  await services.signOut();
  await services.close();
  expect(net.requests.filter(({ who }) => who !== PAT)).toEqual([]);
  expect(undone_by).toEqual(expect.any(String));
});

test('what the customer had comes back with them, in the next visit and after a reload', async () => {
  const storage = memoryStorage();
  const services = await openMemory({ storage });
  const { handed, own, anonymous, association_id } = await patWasHere(services);
  await services.signIn(ROBIN);
  await services.signOut();
  await services.close();
  const again = await openMemory({ storage });
  await again.signIn(PAT);
  expect(new Set((await again.queryServices(PAT)).map((one) => one.service_id))).toEqual(new Set([handed, own]));
  expect((await again.queryAnonymous(KEY)).map((one) => one.service_id)).toEqual([anonymous]);
  expect(await again.receipts()).toMatchObject([{ association_id }]);
  // It was started in Pat's visit, but not in this one: somebody else may have typed.
  expect((await again.plan({ customer_id: PAT, service_ids: [anonymous] })).unverified).toHaveLength(1);
  await again.close();
});

test('whoever waits for a delivery hears that its customer has signed out, in both tabs', async () => {
  const storage = shared();
  const [services, tab] = [await openMemory({ storage }), await openMemory({ storage })];
  await start(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  await receiptIn(tab, association_id, 'pending');
  const waits = [services, tab].map((one) => one.delivered(association_id).catch((error) => error.code));
  await services.signOut();
  expect(await Promise.all(waits)).toEqual(['not_found', 'not_found']);
  await Promise.all([services.close(), tab.close()]);
});

test('every change of a receipt and of the visit is told in both tabs, by its origin', async () => {
  const storage = shared();
  const server = openServer(trusting);
  const net = network(server);
  const services = await openMemory({ storage, endpoint: ENDPOINT, fetch: net.fetch, getCredentials: asCustomer });
  const tab = await openMemory({ storage });
  const heard = new Map();
  for (const [name, one] of Object.entries({ here: services, there: tab })) {
    heard.set(name, []);
    for (const type of ['receipt', 'visit']) {
      one.addEventListener(type, ({ detail: { origin, ...detail } }) => heard.get(name).push([origin, type, detail.state ?? detail.customer_id ?? null]));
    }
  }
  /** Waits for the other tab to have heard, so that no two changes are told as one. */
  const change = async (type, fits, work) => {
    const remote = told(tab, type, fits);
    const done = await work();
    await remote;
    return done;
  };
  await start(services);
  await change('visit', (visit) => visit.customer_id === PAT, () => services.signIn(PAT));
  const receipt = await change('receipt', ({ state }) => state === 'acknowledged', () => services.associate({ customer_id: PAT }));
  await change('receipt', ({ undoes, state }) => undoes && state === 'acknowledged', () => services.undo(receipt.association_id));
  await change('visit', ({ customer_id }) => customer_id === undefined, () => services.signOut());
  await change('visit', ({ customer_id }) => customer_id === ROBIN, () => services.signIn(ROBIN));
  await change('visit', ({ customer_id }) => customer_id === undefined, () => services.reset());
  const here = heard.get('here');
  expect(here.every(([origin]) => origin === 'local')).toBe(true);
  expect(here.map(([, type, what]) => `${type} ${what}`)).toEqual([
    `visit ${PAT}`, 'receipt pending', 'receipt sent', 'receipt acknowledged',
    expect.stringMatching(/^receipt (undone|pending)$/), expect.stringMatching(/^receipt (undone|pending)$/), 'receipt sent', 'receipt acknowledged',
    'visit null', `visit ${ROBIN}`, 'visit null',
  ]);
  const there = heard.get('there');
  expect(there.every(([origin]) => origin === 'remote')).toBe(true);
  expect(there.filter(([, type]) => type === 'visit').map(([, , what]) => what)).toEqual([PAT, null, ROBIN, null]);
  await Promise.all([services.close(), tab.close()]);
});

test('no event tells anything of a customer who is not here', async () => {
  const storage = shared();
  const [services, tab] = [await openMemory({ storage }), await openMemory({ storage })];
  await patWasHere(services);
  await services.signIn(ROBIN);
  await told(tab, 'visit', ({ customer_id }) => customer_id === ROBIN);
  const receipts = jest.fn();
  for (const one of [services, tab]) one.addEventListener('receipt', receipts);
  await start(services, { contact_key: 'robin' });
  const remote = told(tab, 'receipt');
  await services.associate({ customer_id: ROBIN });
  await remote;
  for (const [{ detail }] of receipts.mock.calls) expect(detail.customer_id).toBe(ROBIN);
  await Promise.all([services.close(), tab.close()]);
});

/** What is left of Pat, for Pat, after the end of a visit and after a reset. */
test.each([
  ['signOut', { services: 4, acknowledged: true, rejected: true, unsent: true }],
  ['reset', { services: 0, acknowledged: false, rejected: true, unsent: true }],
])('%s keeps for the customer %j', async (how, kept) => {
  const server = openServer(trusting);
  const net = network(server);
  let cookie = PAT;
  const getCredentials = () => cookie && { headers: { Authorization: cookie } };
  const services = await openMemory({ endpoint: ENDPOINT, fetch: net.fetch, getCredentials });
  await start(services);
  const acknowledged = await services.associate({ customer_id: PAT });
  await services.delivered(acknowledged.association_id);
  await start(services);
  net.next.push(new Response('{"code":"forbidden","message":"no"}', { status: 403 }));
  const rejected = await services.associate({ customer_id: PAT });
  await receiptIn(services, rejected.association_id, 'rejected');
  cookie = null;
  const sent = await start(services);
  const unsent = await services.associate({ customer_id: PAT });
  await quiet(services);
  await start(services);
  expect(await services[how]()).toEqual({ visit: 1 });
  expect(await exported(services)).toBe('[]');
  expect(await services.receipts()).toEqual([]);
  cookie = PAT;
  await services.signIn(PAT);
  expect(JSON.parse(await exported(services))).toHaveLength(kept.services);
  const has = async ({ association_id }) => services.receipt(association_id).then(() => true, () => false);
  expect({ acknowledged: await has(acknowledged), rejected: await has(rejected), unsent: await has(unsent) }).toEqual({ acknowledged: kept.acknowledged, rejected: kept.rejected, unsent: kept.unsent });
  // What was not delivered is delivered all the same.
  expect(await services.delivered(unsent.association_id)).toMatchObject({ services: [{ service_id: sent, result: 'associated' }] });
  await services.retry(rejected.association_id);
  await services.delivered(rejected.association_id);
  expect(JSON.parse(await exportedBy(server))).toHaveLength(3);
  await services.close();
});

/** Whether a text stands in any file, however the file is cut. */
const inFiles = ({ files }, text) => [...files.values()].some((bytes) => Buffer.from(bytes).includes(text));

test('after a reset no byte of the customer is reachable: by no method, and in no file', async () => {
  const server = openServer(trusting);
  const storage = memoryStorage();
  const services = await openMemory({ storage, endpoint: ENDPOINT, fetch: network(server).fetch, getCredentials: asCustomer });
  const traces = [KEY, PAT, 'Chamomile', 'typed+twice', 's-1', 'by hand'];
  const id = await startWhole(services, { Cart: 'Chamomile', idempotency_key: 'typed+twice' });
  traces.push(id);
  const { association_id } = await services.associate({ customer_id: PAT });
  await services.delivered(association_id);
  const undone = await start(services, { Cart: 'Chamomile' });
  const second = await services.associate({ customer_id: PAT });
  await services.delivered(second.association_id);
  const { undone_by } = await services.undo(second.association_id);
  await services.delivered(undone_by);
  traces.push(association_id, undone, second.association_id, undone_by);
  for (const text of traces.slice(0, 3)) expect(inFiles(storage, text)).toBe(true);
  await services.reset();
  for (const text of traces) expect([text, inFiles(storage, text)]).toEqual([text, false]);
  for (const signIn of [undefined, ROBIN, PAT]) {
    if (signIn) await services.signIn(signIn);
    expect(await exported(services)).toBe('[]');
    expect(await services.receipts()).toEqual([]);
    expect(await services.queryAnonymous(KEY)).toEqual([]);
    for (const association of [association_id, second.association_id, undone_by]) {
      await expect(services.receipt(association)).rejects.toMatchObject({ code: 'not_found' });
      await expect(services.undo(association)).rejects.toMatchObject({ code: 'not_found' });
    }
    await expect(services.queryService(id)).rejects.toMatchObject({ code: 'not_found' });
    const plan = await services.plan({ customer_id: PAT, service_ids: [id] }).catch(() => ({ attach: [] }));
    expect(plan.attach).toEqual([]);
    if (signIn) await services.signOut();
  }
  expect(await start(services, { idempotency_key: 'typed+twice' })).not.toBe(id);
  await services.close();
});

test('a reset in one tab empties the other, also of what it was about to ask', async () => {
  const storage = shared();
  const [services, tab] = [await openMemory({ storage }), await openMemory({ storage })];
  const id = await start(services);
  await tab.queryService(id);
  await services.reset();
  await expect(tab.complete(id)).rejects.toMatchObject({ code: 'not_found' });
  expect(tab.digest()).toBe(services.digest());
  await Promise.all([services.close(), tab.close()]);
});

test('work that was under way when the store was reset brings nothing back', async () => {
  const server = openServer(trusting);
  const storage = memoryStorage();
  const net = network(server);
  let go;
  const held = new Promise((resolve) => (go = resolve));
  net.next.push(async (request) => {
    const response = await server.handle(request);
    await held;
    return response;
  });
  const services = await openMemory({ storage, endpoint: ENDPOINT, fetch: net.fetch, getCredentials: asCustomer });
  const id = await startWhole(services, { Cart: 'Chamomile' });
  const plan = await services.plan({ customer_id: PAT });
  const { association_id } = await services.associate(plan);
  await receiptIn(services, association_id, 'sent');
  await services.reset();
  go(); // the server's answer comes in after the reset
  for (const late of [services.complete(id), services.startState(id), services.replaceExtension(id, 'Cart', 1), services.undo(association_id)]) {
    await expect(late).rejects.toMatchObject({ code: 'not_found' });
  }
  await expect(services.associate({ ...plan, customer_id: PAT })).rejects.toMatchObject({ code: 'conflict' });
  await quiet(services);
  expect(await exported(services)).toBe('[]');
  expect(await services.visit()).toEqual({ visit: 1 });
  // The answer was taken in: what had been kept because it was unsent is done with, and goes with the next reset.
  expect(net.requests).toHaveLength(1);
  await services.signIn(PAT);
  expect(await services.receipts()).toMatchObject([{ association_id, state: 'acknowledged' }]);
  expect(await exported(services)).toBe('[]');
  await services.reset();
  for (const text of ['Chamomile', KEY, PAT]) expect(inFiles(storage, text)).toBe(false);
  await services.close();
});

test('a reset together with other calls, in any order, leaves nothing of what was before it', async () => {
  const services = await openMemory();
  const before = await start(services);
  const outcomes = await Promise.allSettled([
    services.startState(before), services.start({ contact_key: KEY }), services.reset(), services.startState(before), services.start({ contact_key: KEY }),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
  expect((await services.queryAnonymous(KEY)).map((one) => one.service_id)).toEqual([outcomes[4].value.service_id]);
  await services.close();
});
