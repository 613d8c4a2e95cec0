// Taking an association back (contract section 6, rule 5): before it was sent, after, and after the server's answer.
import { expect, test } from '@jest/globals';
import { memoryStorage } from '../../js/index.js';
import { envelope } from '../conformance/case.js';
import { ENDPOINT, asCustomer, exported, exportedBy, network, openMemory, openServer, quiet, receiptIn, shared, startWhole, trusting } from './support.js';

const KEY = 'pat@example.org';
const PAT = 'C-42';
const HOUR = 3600 * 1000;

/** A page and a server whose clock is the test's, and a network between them. */
async function connected({ client = {}, server: serverOptions = {} } = {}) {
  const clock = { now: Date.UTC(2026, 0, 1) };
  const now = () => clock.now;
  const server = openServer(trusting, { now, ...serverOptions });
  const net = network(server);
  const options = { endpoint: ENDPOINT, fetch: net.fetch, getCredentials: asCustomer, now, ...client };
  return { clock, server, net, options, services: await openMemory(options) };
}

const start = async (services, event = {}) => (await services.start({ contact_key: KEY, ...event })).service_id;

/** All that queries show of a service's owner, byte for byte, and the receipt-free rest of the store. */
async function seen(services) {
  return [await exported(services), JSON.stringify(await services.queryAnonymous(KEY)), JSON.stringify(await services.queryServices(PAT))];
}

test('what was never sent is withdrawn: nothing goes out, and the services are byte for byte what they were', async () => {
  const { services, net } = await connected({ client: { getCredentials: () => null } });
  await startWhole(services, { auto_complete_after: 600 });
  await startWhole(services, { customer_id: PAT });
  const before = await seen(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  expect(await seen(services)).not.toEqual(before);
  const receipt = await services.undo(association_id);
  expect(receipt).toMatchObject({ association_id, state: 'undone' });
  expect(receipt).not.toHaveProperty('undone_by');
  expect(await seen(services)).toEqual(before);
  services.retryDelivery();
  await quiet(services);
  expect(net.requests).toEqual([]);
  await services.close();
});

test('one that was never sent stays unsent after a reload with credentials too', async () => {
  const storage = memoryStorage();
  const { services, net, options } = await connected({ client: { storage, getCredentials: () => null } });
  await start(services);
  await services.undo((await services.associate({ customer_id: PAT })).association_id);
  await services.close();
  const again = await openMemory({ ...options, getCredentials: asCustomer });
  await quiet(again);
  expect(net.requests).toEqual([]);
  await again.close();
});

test('one that was acknowledged is undone at the server by an association of its own, and both sides keep the service', async () => {
  const { services, server, net } = await connected();
  const id = await startWhole(services);
  const before = await seen(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  await services.delivered(association_id);
  expect(JSON.parse(await exportedBy(server))).toMatchObject([{ customer_id: PAT }]);
  const { state, undone_by } = await services.undo(association_id);
  expect(state).toBe('undone');
  expect(await services.receipt(undone_by)).toMatchObject({ association_id: undone_by, customer_id: PAT, undoes: association_id });
  expect(await seen(services)).toEqual(before);
  expect(await services.delivered(undone_by)).toMatchObject({ state: 'acknowledged', services: [{ service_id: id, result: 'undone' }] });
  expect(net.requests.map(({ key }) => key)).toEqual([association_id, undone_by]);
  expect(await exportedBy(server)).toBe(await exported(services)); // whole, anonymous, under the same id
  await expect(services.delivered(association_id)).rejects.toMatchObject({ code: 'undone' });
  await services.close();
});

test('one whose answer was lost is undone at the server whether it had arrived or not', async () => {
  for (const fate of ['drop', 'lose']) {
    const { services, server, net } = await connected({ client: { retry: { first: 0 } } });
    const id = await start(services);
    const before = await seen(services);
    // The server does not answer before the undo is made.
    let answer;
    const undone = new Promise((resolve) => (answer = resolve));
    net.next.push(async (request) => {
      if (fate === 'lose') await server.handle(request.clone());
      await undone;
      throw new TypeError('network');
    });
    const { association_id } = await services.associate({ customer_id: PAT });
    await receiptIn(services, association_id, 'sent');
    const { undone_by } = await services.undo(association_id);
    answer();
    expect((await services.delivered(undone_by)).services).toEqual([{ service_id: id, result: fate === 'lose' ? 'undone' : 'already' }]);
    expect(await seen(services)).toEqual(before);
    expect(JSON.parse(await exportedBy(server)).filter((one) => one.customer_id !== undefined)).toEqual([]);
    expect(await services.receipt(association_id)).toMatchObject({ state: 'undone' });
    await services.close();
  }
});

test('an acknowledgement that comes in after the undo changes nothing any more', async () => {
  const { services, server, net } = await connected();
  await start(services);
  const before = await seen(services);
  let go;
  const held = new Promise((resolve) => (go = resolve));
  net.next.push(async (request) => {
    const response = await server.handle(request);
    await held;
    return response;
  });
  const { association_id } = await services.associate({ customer_id: PAT });
  await receiptIn(services, association_id, 'sent');
  const { undone_by } = await services.undo(association_id);
  go();
  await services.delivered(undone_by);
  expect(await services.receipt(association_id)).toMatchObject({ state: 'undone', undone_by });
  expect(await seen(services)).toEqual(before);
  await services.close();
});

test('a late duplicate of an undone association has no effect at the server', async () => {
  const { services, server, net } = await connected();
  await start(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  await services.delivered(association_id);
  const { undone_by } = await services.undo(association_id);
  await services.delivered(undone_by);
  const before = await exportedBy(server);
  const late = (n) => server.call('POST', '/associations', { body: net.requests[n].body, headers: { Authorization: PAT, 'Idempotency-Key': net.requests[n].key } });
  const response = await late(0);
  expect([response.status, (await response.json()).state]).toEqual([200, 'undone']);
  expect((await late(1)).status).toBe(200);
  expect(await exportedBy(server)).toBe(before);
  await services.close();
});

test('an undo that overtakes what it undoes leaves a mark, and what comes late has no effect', async () => {
  const { services, server, net } = await connected({ client: { retry: { first: 0 } } });
  await start(services);
  net.next.push('drop');
  const receipt = await services.associate({ customer_id: PAT });
  await receiptIn(services, receipt.association_id, 'sent');
  const { undone_by } = await services.undo(receipt.association_id);
  await services.delivered(undone_by);
  const [first] = net.requests;
  const response = await server.call('POST', '/associations', { body: first.body, headers: { Authorization: PAT } });
  expect([response.status, (await response.json()).state]).toEqual([200, 'undone']);
  expect(JSON.parse(await exportedBy(server)).filter((one) => one.customer_id !== undefined)).toEqual([]);
  await services.close();
});

test('a rejected one is taken back like any other, and may be made again', async () => {
  const { services, server, net } = await connected();
  const id = await start(services);
  const before = await seen(services);
  net.next.push(new Response('{"code":"forbidden","message":"not you"}', { status: 403 }));
  const { association_id } = await services.associate({ customer_id: PAT });
  await receiptIn(services, association_id, 'rejected');
  const undone = await services.undo(association_id);
  expect(undone.state).toBe('undone');
  expect(undone).not.toHaveProperty('error');
  expect(await seen(services)).toEqual(before);
  await expect(services.retry(association_id)).rejects.toMatchObject({ code: 'conflict' });
  if (undone.undone_by) await services.delivered(undone.undone_by);
  const again = await services.associate({ customer_id: PAT });
  expect((await services.delivered(again.association_id)).services).toEqual([{ service_id: id, result: 'associated' }]);
  expect(JSON.parse(await exportedBy(server))).toMatchObject([{ service_id: id, customer_id: PAT }]);
  await services.close();
});

test('what has changed in a service since it was handed over is kept', async () => {
  const { services } = await connected();
  const id = await startWhole(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  await services.delivered(association_id);
  await services.replaceExtension(id, 'Cart', ['changed']);
  await services.startState(id, { state_type: 'late' });
  await services.complete(id, { disposition: 'sold' });
  const [after] = JSON.parse(await exported(services));
  await services.undo(association_id);
  const { customer_id, ...rest } = after;
  expect(customer_id).toBe(PAT);
  expect(JSON.parse(await exported(services))).toEqual([rest]);
  await services.close();
});

test('a service that was given to somebody else since is left with them', async () => {
  const { services } = await connected({ client: { endpoint: undefined } });
  const [a, b] = [await start(services), await start(services)];
  const { association_id } = await services.associate({ customer_id: PAT });
  await services.associateService({ customer_id: 'C-43', service_id: a });
  await services.undo(association_id);
  expect((await services.queryAnonymous(KEY)).map((one) => one.service_id)).toEqual([b]);
  expect((await services.queryServices('C-43')).map((one) => one.service_id)).toEqual([a]);
  await services.close();
});

test('an undone service ends by itself when it would have ended, and one that was changed since when that says', async () => {
  const { services, clock } = await connected({ client: { endpoint: undefined } });
  const [idle, busy] = [await start(services, { auto_complete_after: 600 }), await start(services, { auto_complete_after: 600 })];
  clock.now += 400_000;
  const { association_id } = await services.associate({ customer_id: PAT });
  clock.now += 1;
  await services.startState(busy);
  await services.undo(association_id);
  clock.now += 199_999;
  const active = async () => (await services.queryAnonymous(KEY, { status: 'active' })).map((one) => one.service_id);
  expect(await active()).toEqual([busy]);
  expect((await services.queryService(idle)).completed).toEqual({ timestamp: new Date(clock.now).toISOString() });
  clock.now += 400_001;
  expect(await active()).toEqual([]);
  await services.close();
});

test('an undo of several tabs at once is one, and again it answers the same', async () => {
  const storage = memoryStorage();
  const { services, net, options } = await connected({ client: { storage } });
  const tab = await openMemory(options);
  await start(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  await services.delivered(association_id);
  const [first, second, third] = await Promise.all([services.undo(association_id), tab.undo(association_id), services.undo(association_id)]);
  expect([second, third]).toEqual([first, first]);
  await services.delivered(first.undone_by);
  expect(await tab.undo(association_id)).toEqual(first);
  expect(new Set(net.requests.map(({ key }) => key))).toEqual(new Set([association_id, first.undone_by]));
  expect(await services.receipts()).toHaveLength(2);
  await Promise.all([services.close(), tab.close()]);
});

test('an undo is not undone', async () => {
  const { services } = await connected();
  await start(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  await services.delivered(association_id);
  const { undone_by } = await services.undo(association_id);
  await expect(services.undo(undone_by)).rejects.toMatchObject({ code: 'conflict' });
  await services.delivered(undone_by);
  const before = services.digest();
  await expect(services.undo(undone_by)).rejects.toMatchObject({ code: 'conflict' });
  await expect(services.undo('nope')).rejects.toMatchObject({ code: 'not_found' });
  expect(services.digest()).toBe(before);
  await services.close();
});

test.each([['the default of a day', {}, 24 * HOUR], ['the window that was set', { undo_window: 60 }, 60_000]])(
  'an acknowledged association can be undone until %s is over, and not a moment longer',
  async (_what, client, window) => {
    for (const late of [0, 1]) {
      const { services, clock } = await connected({ client });
      await start(services);
      const { association_id } = await services.associate({ customer_id: PAT });
      await services.delivered(association_id);
      clock.now += window + late;
      const before = services.digest();
      if (late === 0) {
        expect(await services.undo(association_id)).toMatchObject({ state: 'undone' });
      } else {
        await expect(services.undo(association_id)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('undo window') });
        expect(services.digest()).toBe(before);
      }
      await services.close();
    }
  },
);

test('what was undone in time is undone at the server however late it hears of it', async () => {
  let credentials = asCustomer;
  const { services, server, clock } = await connected({ client: { getCredentials: (about) => credentials(about) } });
  const id = await start(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  await services.delivered(association_id);
  credentials = () => null;
  const { undone_by } = await services.undo(association_id);
  clock.now += 1000 * HOUR;
  credentials = asCustomer;
  services.retryDelivery();
  expect((await services.delivered(undone_by)).services).toEqual([{ service_id: id, result: 'undone' }]);
  expect(await exportedBy(server)).toBe(await exported(services));
  await services.close();
});

test('what was not acknowledged yet can be withdrawn however long ago it was made', async () => {
  const { services, clock } = await connected({ client: { getCredentials: () => null, undo_window: 1 } });
  await start(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  clock.now += 1000 * HOUR;
  expect(await services.undo(association_id)).toMatchObject({ state: 'undone' });
  await services.close();
});

test('undone and handed over again, a service is delivered again, with what it has become', async () => {
  const { services, server, net } = await connected();
  const id = await start(services);
  const first = await services.associate({ customer_id: PAT });
  await services.delivered(first.association_id);
  await services.delivered((await services.undo(first.association_id)).undone_by);
  await services.startState(id, { state_type: 'later' });
  await services.replaceExtension(id, 'Cart', ['more']);
  const second = await services.associate({ customer_id: PAT });
  expect(second.association_id).not.toBe(first.association_id);
  expect((await services.delivered(second.association_id)).services).toEqual([{ service_id: id, result: 'associated' }]);
  expect(JSON.parse(net.requests.at(-1).body).follows).toEqual([first.association_id]);
  expect(await exportedBy(server)).toBe(await exported(services));
  expect(JSON.parse(await exportedBy(server))).toMatchObject([{ customer_id: PAT, Cart: ['more'], active_states: [{ state_type: 'later' }] }]);
  await services.close();
});

test('undo and hand-over may follow each other before anything was answered; the last word counts at both ends', async () => {
  const { services, server, net } = await connected({ client: { retry: { first: 0 } } });
  const id = await start(services);
  let go;
  const held = new Promise((resolve) => (go = resolve));
  net.next.push(() => held);
  const first = await services.associate({ customer_id: PAT });
  await receiptIn(services, first.association_id, 'sent');
  await services.undo(first.association_id);
  const second = await services.associate({ customer_id: PAT });
  const { undone_by } = await services.undo(second.association_id);
  expect(undone_by).toBeUndefined(); // it waits behind the first, and was never sent
  const third = await services.associate({ customer_id: PAT });
  go();
  expect((await services.delivered(third.association_id)).services).toEqual([{ service_id: id, result: 'associated' }]);
  expect(JSON.parse(await exportedBy(server))).toMatchObject([{ service_id: id, customer_id: PAT }]);
  expect(await exportedBy(server)).toBe(await exported(services));
  await services.close();
});

test('after an undo neither the page nor the server gives the service to anybody but whom it came from', async () => {
  const { services, server } = await connected();
  const id = await start(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  await services.delivered(association_id);
  await services.delivered((await services.undo(association_id)).undone_by);
  await services.signOut();
  const before = await exportedBy(server);
  // Its visit was Pat's: for anybody else it is sealed.
  await expect(services.associate({ customer_id: 'C-43', service_ids: [id] }, { confirm: true })).rejects.toMatchObject({ code: 'conflict' });
  // From whatever page: without its claim, or the association that had brought it, nobody has it.
  for (const [customer_id, follows] of [['C-43', []], ['C-43', ['guessed']], [PAT, []]]) {
    const body = envelope(`forged by ${customer_id} ${follows}`, [{ service_id: id, contact_key: KEY, started: { timestamp: '2026-01-01T00:00:00Z' } }], { customer_id, follows });
    const response = await server.call('POST', '/associations', { body, headers: { Authorization: customer_id } });
    expect((await response.json()).services).toEqual([{ service_id: id, result: 'conflict' }]);
  }
  expect(await exportedBy(server)).toBe(before);
  await services.close();
});

test('what went in parts is undone whole: before it was sent, half-way, and after', async () => {
  const Data = 'x'.repeat(200 * 1024);
  for (const parts of [0, 1, 2]) {
    const { services, server, net } = await connected({ client: { retry: { first: 0 } } });
    const ids = new Set([await start(services, { Data }), await start(services, { Data })]);
    const before = await seen(services);
    let go;
    const held = new Promise((resolve) => (go = resolve));
    // The part under way is lost: the undo overtakes it.
    net.next.push(...Array(parts).fill(undefined), () => held.then(() => Promise.reject(new TypeError('network'))));
    const arrived = new Promise((resolve) => {
      const { push } = net.requests;
      net.requests.push = (...one) => {
        push.apply(net.requests, one);
        if (net.requests.length > parts || parts === 2) resolve();
      };
    });
    const { association_id } = await services.associate({ customer_id: PAT });
    if (parts === 2) await services.delivered(association_id);
    else await arrived;
    const { undone_by } = await services.undo(association_id);
    expect(await seen(services)).toEqual(before);
    go();
    const { services: results } = await services.delivered(undone_by);
    expect(new Set(results.map((one) => one.service_id))).toEqual(ids);
    const there = JSON.parse(await exportedBy(server));
    expect(there.filter((one) => one.customer_id !== undefined)).toEqual([]);
    // Late copies of the parts find it undone.
    const copies = net.requests.filter(({ key }) => key.startsWith(`${association_id}.`));
    for (const { body, key } of copies) {
      const response = await server.call('POST', '/associations', { body, headers: { Authorization: PAT, 'Idempotency-Key': key } });
      expect((await response.json()).state).toBe('undone');
    }
    expect(JSON.parse(await exportedBy(server)).filter((one) => one.customer_id !== undefined)).toEqual([]);
    const again = await services.associate({ customer_id: PAT });
    expect((await services.delivered(again.association_id)).services.map((one) => one.result)).toEqual(['associated', 'associated']);
    await services.close();
  }
});

test('an undo is seen at once in the other tabs', async () => {
  const storage = shared();
  const { services, options } = await connected({ client: { storage, endpoint: undefined } });
  const tab = await openMemory({ ...options, endpoint: undefined });
  const id = await start(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  await receiptIn(tab, association_id, 'pending');
  const waiting = tab.delivered(association_id).catch((error) => error);
  await services.undo(association_id);
  expect(await waiting).toMatchObject({ code: 'undone' });
  expect((await tab.queryAnonymous(KEY)).map((one) => one.service_id)).toEqual([id]);
  await Promise.all([services.close(), tab.close()]);
});
