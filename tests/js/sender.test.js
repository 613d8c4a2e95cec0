// The sender: order, credentials, waits, refusals, and everything around it that can fail (contract section 6, rules 3
// and 4). Timers go off when the test says so.
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { CHANGED, MORE, NOW, RETRY, retryAfter, waitFor } from '../../js/delivery/backoff.js';
import { ServicesError, memoryStorage } from '../../js/index.js';
import { ENDPOINT, asCustomer, exportedBy, heldTimers, network, openMemory, openServer, quiet, receiptIn, shared, trusting } from './support.js';

const KEY = 'pat@example.org';
const PAT = 'C-42';
const ROBIN = 'C-43';
const TIMEOUT = 60_000;

/** After so many failures in a row the wait is so long, with the random number that `timers` leaves. */
const RETRIES = { first: 8, longest: 30, tries: 4, rest: 700 };
const WAITS = [4_000, 8_000, 15_000, 15_000];
const REST = 700_000;

let timers;
const globals = ['navigator', 'document', 'addEventListener', 'removeEventListener'].map((name) => [name, Object.getOwnPropertyDescriptor(globalThis, name)]);

beforeEach(() => {
  timers = heldTimers();
  jest.spyOn(Math, 'random').mockReturnValue(0.5);
});

afterEach(() => {
  timers.restore();
  jest.restoreAllMocks();
  for (const [name, was] of globals) {
    delete globalThis[name];
    if (was) Object.defineProperty(globalThis, name, was);
  }
});

const pretend = (name, value) => Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });

async function connected(client = {}) {
  const server = openServer(trusting);
  const net = network(server);
  const options = { endpoint: ENDPOINT, fetch: net.fetch, getCredentials: asCustomer, retry: RETRIES, storage: memoryStorage(), ...client };
  const services = await openMemory(options);
  await services.signIn(PAT);
  await quiet(services);
  return { server, net, options, services };
}

const start = async (services, event = {}) => (await services.start({ contact_key: KEY, ...event })).service_id;

/** Hands one new service over. @returns {Promise<string>} the association's id */
async function handOver(services, event) {
  const id = await start(services, event);
  return (await services.associate({ customer_id: PAT, service_ids: [id] })).association_id;
}

const answer = (status, body = '', headers = {}) => new Response(typeof body === 'string' ? body : JSON.stringify(body), { status, headers });
const contractError = (status, code) => answer(status, { code, message: 'why', exception: 'x' });
const keys = (net) => net.requests.map(({ key }) => key);

/** A request that the test answers. */
function held() {
  let go;
  const answered = new Promise((resolve) => (go = resolve));
  let came;
  const arrived = new Promise((resolve) => (came = resolve));
  return { arrived, go, fate: () => (came(), answered) };
}

test('associations go in their order, one request at a time, and none overtakes one that fails', async () => {
  const { services, net } = await connected();
  net.next.push('drop', answer(503), 'lose');
  const ids = [await handOver(services), await handOver(services), await handOver(services)];
  for (const ms of WAITS.slice(0, 3)) await timers.fire(ms);
  await services.delivered(ids[2]);
  expect(keys(net)).toEqual([ids[0], ids[0], ids[0], ids[0], ids[1], ids[2]]);
  expect(net.requests.every(({ underWay }) => underWay === 1)).toBe(true);
  // The page's own requests may have used up what `keepalive` allows.
  expect(net.requests.map(({ keepalive }) => keepalive)).toEqual([true, false, true, false, true, true]);
  await services.close();
});

test('the failures that are counted are those in a row', async () => {
  const { services, net } = await connected();
  net.next.push('drop', 'drop', undefined, 'drop');
  await handOver(services);
  const second = await handOver(services);
  for (const ms of [WAITS[0], WAITS[1], WAITS[0]]) await timers.fire(ms);
  await services.delivered(second);
  await services.close();
});

/** Web Locks, as far as the sender needs them. */
function locks() {
  let last = Promise.resolve();
  const request = (_name, { signal }, work) => {
    const aborted = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    const turn = last.then(() => signal.throwIfAborted());
    const mine = turn.then(work);
    last = mine.catch(() => {});
    return Promise.race([mine, turn.then(() => mine), aborted]);
  };
  return { request };
}

test('of two tabs one sends for both, and when it closes the other goes on', async () => {
  pretend('navigator', { locks: locks() });
  const { services, net, options } = await connected({ storage: shared() });
  const first = await handOver(services);
  await services.delivered(first);
  const hold = held();
  net.next.push(hold.fate);
  const second = await handOver(services);
  await hold.arrived;
  const tab = await openMemory(options);
  const third = await handOver(tab);
  await quiet(tab);
  expect(keys(net)).toEqual([first, second]);
  const closed = services.close();
  hold.go('drop');
  await closed;
  await tab.delivered(third);
  expect(keys(net)).toEqual([first, second, second, third]);
  expect(net.requests.filter(({ underWay }) => underWay > 1).length).toBeLessThanOrEqual(1); // the closed one's, aborted
  await tab.close();
});

test('what a tab that cannot send hands over, another one sends at once', async () => {
  const { services, net, options } = await connected({ storage: shared() });
  const tab = await openMemory({ ...options, endpoint: undefined });
  const id = await handOver(tab);
  await tab.delivered(id);
  expect(keys(net)).toEqual([id]);
  await Promise.all([services.close(), tab.close()]);
});

test('where there are no locks to be had it is sent all the same', async () => {
  const request = jest.fn(async () => {
    throw new DOMException('The request was denied.', 'SecurityError');
  });
  pretend('navigator', { locks: { request } });
  const { services } = await connected();
  await services.delivered(await handOver(services));
  expect(request).toHaveBeenCalled();
  await services.close();
});

test('a sender whose lock is taken from it in the middle does not send the same twice at once', async () => {
  const { services, net, options } = await connected();
  await services.close();
  // As where another one steals it: the request rejects, what it had begun goes on.
  pretend('navigator', { locks: { request: async (_name, _options, work) => (void work(), Promise.reject(new DOMException('stolen', 'AbortError'))) } });
  const tab = await openMemory(options);
  const hold = held();
  net.next.push(hold.fate);
  const id = await handOver(tab);
  await hold.arrived;
  await quiet(tab);
  hold.go();
  await tab.delivered(id);
  expect(keys(net)).toEqual([id]);
  await tab.close();
});

test('credentials are asked for each try, with whom it is for, and their headers go along', async () => {
  const getCredentials = jest.fn(async () => ({ headers: { Authorization: PAT, 'X-Token': 't' } }));
  const seen = [];
  const { services, server } = await connected({
    getCredentials, tenant: 'north',
    fetch: async (target, init) => {
      seen.push(init.headers);
      return seen.length === 1 ? answer(503) : server.handle(new Request(`http://shop.test${target}`, { ...init, signal: null }));
    },
  });
  const association_id = await handOver(services);
  await timers.fire(WAITS[0]);
  await services.delivered(association_id);
  expect(getCredentials.mock.calls).toEqual(Array(2).fill([{ customer_id: PAT, association_id, refused: false }]));
  for (const headers of seen) {
    expect(headers).toEqual({ 'Content-Type': 'application/json', 'Idempotency-Key': association_id, ContactCenterId: 'north', Authorization: PAT, 'X-Token': 't' });
  }
  await services.close();
});

test.each([['a 401', answer(401)], ['another customer\'s cookie', contractError(403, 'customer_mismatch')]])(
  'after %s new credentials are asked for once, and the request repeated at once',
  async (_what, refusal) => {
    const getCredentials = jest.fn(({ refused }) => ({ headers: { Authorization: PAT, Renewed: String(refused) } }));
    const { services, net } = await connected({ getCredentials });
    net.next.push(refusal);
    const id = await handOver(services);
    await services.delivered(id);
    expect(getCredentials.mock.calls.map(([{ refused }]) => refused)).toEqual([false, true]);
    expect(keys(net)).toEqual([id, id]);
    await services.close();
  },
);

/** What ends a wait for credentials. */
const LOGINS = {
  signIn: (services) => services.signIn(PAT),
  associate: (services) => handOver(services),
  retryDelivery: (services) => services.retryDelivery(),
};

test.each(Object.keys(LOGINS))('refused a second time it waits, longer than after a failure; %s ends the wait', async (how) => {
  let who = 'nobody';
  const { services, net } = await connected({ getCredentials: () => ({ headers: { Authorization: who } }) });
  const id = await handOver(services);
  await timers.until(REST);
  expect(keys(net)).toEqual([id, id]);
  expect(await services.receipt(id)).toMatchObject({ state: 'sent' });
  who = PAT;
  if (how === 'signIn') await services.signOut(); // else there is nothing new to tell
  await LOGINS[how](services);
  await services.delivered(id);
  await services.close();
});

test('refused for the first association of a visit, it has asked for credentials twice', async () => {
  const { services, net } = await connected({ getCredentials: () => ({ headers: { Authorization: 'nobody' } }) });
  await services.signOut();
  const id = await handOver(services);
  await timers.until(REST);
  await services.close();
  expect(keys(net)).toEqual([id, id]);
});

test.each([
  ['null', () => null],
  ['nothing', async () => {}],
  ['an error', () => { throw new Error('the page\'s own'); }],
  ['a rejection', async () => { throw new Error('the page\'s own'); }],
])('where getCredentials answers %s nothing is sent, and it is asked again after a login', async (_what, none) => {
  let credentials = none;
  const { services, net } = await connected({ getCredentials: (about) => credentials(about) });
  const id = await handOver(services);
  await timers.until(REST);
  expect(net.requests).toEqual([]);
  expect(await services.receipt(id)).toMatchObject({ state: 'pending' });
  credentials = asCustomer;
  services.retryDelivery();
  await services.delivered(id);
  expect(net.requests).toHaveLength(1);
  await services.close();
});

test('without getCredentials a 401 waits too, with the page\'s cookies at the next try', async () => {
  const { services, net } = await connected({ getCredentials: undefined, retry: RETRIES });
  const id = await handOver(services);
  await timers.until(REST);
  expect(keys(net)).toEqual([id]);
  net.next.push(contractError(422, 'invalid_request'));
  services.retryDelivery();
  await receiptIn(services, id, 'rejected');
  await services.close();
});

test('a Retry-After is obeyed: a new association does not hurry it', async () => {
  const { services, net } = await connected();
  net.next.push(answer(429, '', { 'Retry-After': '20' }));
  const first = await handOver(services);
  await timers.until(20_000);
  const second = await handOver(services);
  await services.signIn(PAT);
  await quiet(services);
  expect(timers.has(20_000)).toBe(true);
  expect(keys(net)).toEqual([first]);
  await timers.fire(20_000);
  await services.delivered(second);
  expect(keys(net)).toEqual([first, first, second]);
  await services.close();
});

test('retryDelivery hurries a Retry-After, in whichever tab it is called', async () => {
  pretend('navigator', { locks: locks() });
  const { services, net, options } = await connected({ storage: shared() });
  const tab = await openMemory(options);
  for (const one of [services, tab]) {
    net.next.push(answer(503, '', { 'Retry-After': '3600' }));
    const id = await handOver(services);
    await timers.until(3600_000);
    one.retryDelivery();
    await services.delivered(id);
    expect(timers.has(3600_000)).toBe(false);
  }
  await Promise.all([services.close(), tab.close()]);
});

test('a wait after a failure is not hurried by more to send, but by what may help', async () => {
  const { services, net } = await connected();
  net.next.push('drop', 'drop');
  const first = await handOver(services);
  await timers.until(WAITS[0]);
  await handOver(services);
  await quiet(services);
  expect(keys(net)).toEqual([first]);
  await services.signIn(PAT);
  await timers.fire(WAITS[1]);
  await services.delivered(first);
  await services.close();
});

test('the network coming back hurries a wait, and offline it rests', async () => {
  const page = new EventTarget();
  pretend('addEventListener', page.addEventListener.bind(page));
  pretend('navigator', { onLine: false });
  const { services, net } = await connected();
  net.next.push('drop');
  const id = await handOver(services);
  await timers.until(REST);
  expect(keys(net)).toEqual([id]);
  page.dispatchEvent(new Event('online'));
  await services.delivered(id);
  await services.close();
});

test('a login during a request is not lost: refused by then, the request is made again at once', async () => {
  const { services, net } = await connected({ getCredentials: undefined });
  const hold = held();
  const robin = (request) => request.headers.set('Authorization', PAT);
  net.next.push(hold.fate, robin);
  const id = await handOver(services);
  await hold.arrived;
  services.retryDelivery();
  hold.go(answer(401));
  await services.delivered(id);
  expect(keys(net)).toEqual([id, id]);
  expect(timers.has(REST)).toBe(false);
  await services.close();
});

test('an association made during the request of another is sent after it', async () => {
  const { services, net } = await connected();
  const hold = held();
  net.next.push(hold.fate);
  const first = await handOver(services);
  await hold.arrived;
  const second = await handOver(services);
  hold.go();
  await services.delivered(second);
  expect(keys(net)).toEqual([first, second]);
  await services.close();
});

test.each([[400, 'invalid_request'], [403, 'forbidden'], [404, 'no_such_path'], [405, 'method_not_allowed'], [409, 'conflict'], [415, 'unsupported_media_type'], [422, 'invalid_request']])(
  'the contract\'s %i %s ends it as rejected, with the reason; what comes after it is sent; retry sends it again',
  async (status, code) => {
    const { services, net, server } = await connected();
    net.next.push(contractError(status, code));
    const id = await handOver(services);
    const next = await handOver(services);
    await expect(services.delivered(id)).rejects.toMatchObject({ code: 'rejected', status, cause: { status, code, message: 'why' } });
    await services.delivered(next);
    expect(await services.receipt(id)).toMatchObject({ state: 'rejected', error: { status, code, message: 'why' } });
    expect(await services.queryServices(PAT)).toHaveLength(2);
    expect(await services.retry(id)).toMatchObject({ state: 'pending' });
    expect(await services.delivered(id)).toEqual(expect.not.objectContaining({ error: expect.anything() }));
    expect(keys(net)).toEqual([id, next, id]);
    expect(net.requests[2].body).toBe(net.requests[0].body);
    expect(JSON.parse(await exportedBy(server))).toHaveLength(2);
    await services.close();
  },
);

test('only what was rejected is tried again on demand', async () => {
  const { services } = await connected();
  const id = await handOver(services);
  await services.delivered(id);
  await expect(services.retry(id)).rejects.toMatchObject({ code: 'conflict' });
  await expect(services.retry('nope')).rejects.toMatchObject({ code: 'not_found' });
  await services.close();
});

test.each([
  ['a firewall\'s 403', answer(403, '<html>no</html>')], ['a missing route', answer(404, '{"error":"x"}')], ['a proxy\'s 400', answer(400)],
  ['a 500', contractError(500, 'x')], ['a 408', answer(408)], ['a redirect to a login page', answer(200, '<html>log in</html>')],
  ['an empty 200', answer(200)], ['a 204', new Response(null, { status: 204 })], ['JSON that is no receipt', answer(200, '[]')], ['null', answer(200, 'null')],
])('%s speaks for nobody: it is tried again', async (_what, response) => {
  const { services, net } = await connected();
  net.next.push(response);
  const id = await handOver(services);
  await timers.fire(WAITS[0]);
  await services.delivered(id);
  expect(keys(net)).toEqual([id, id]);
  await services.close();
});

test('what is too large for the server is cut in halves until each is taken, under one receipt', async () => {
  const getCredentials = jest.fn(asCustomer);
  const { services, net, server } = await connected({ getCredentials });
  const ids = await Promise.all(Array.from({ length: 5 }, () => start(services)));
  const most = (request) => request.clone().text().then((text) => (JSON.parse(text).services.length > 1 ? answer(413, '<html>') : undefined));
  net.next.push(...Array(20).fill(most));
  const { association_id } = await services.associate({ customer_id: PAT, service_ids: ids });
  const receipt = await services.delivered(association_id);
  expect(receipt.services).toEqual(ids.map((service_id) => ({ service_id, result: 'associated' })));
  expect(await services.receipts()).toEqual([receipt]);
  // The page is asked about what it knows, not about parts.
  for (const [about] of getCredentials.mock.calls) expect(about.association_id).toBe(association_id);
  // In order all the same: nothing overtakes.
  const delivered = net.requests.map(({ body }) => JSON.parse(body).services).filter((list) => list.length === 1).map(([one]) => one.service_id);
  expect(delivered).toEqual(ids);
  expect(JSON.parse(await exportedBy(server))).toHaveLength(5);
  await services.close();
});

test.each([['a page', answer(413, '<html>'), 'too_large'], ['the contract\'s error', contractError(413, 'too_large'), 'too_large']])(
  'one service that alone is too large is rejected where the server says so with %s; the others are handed over; retry works',
  async (_what, response, code) => {
    const { services, net, server } = await connected();
    const [small, large] = [await start(services), await start(services, { Large: true })];
    const most = (request) => request.clone().text().then((text) => (text.includes('"Large"') ? response.clone() : undefined));
    net.next.push(most, most, most);
    const { association_id } = await services.associate({ customer_id: PAT, service_ids: [small, large] });
    await expect(services.delivered(association_id)).rejects.toMatchObject({ code: 'rejected', status: 413, cause: { code } });
    expect((await services.receipt(association_id)).services).toEqual([{ service_id: small, result: 'associated' }, { service_id: large }]);
    expect(JSON.parse(await exportedBy(server))).toHaveLength(1);
    await services.retry(association_id);
    expect((await services.delivered(association_id)).services).toEqual([{ service_id: small, result: 'associated' }, { service_id: large, result: 'associated' }]);
    await services.close();
  },
);

/** Makes the nth commit from now on fail once, after the work was done. */
function failCommit(storage, nth) {
  const { transact } = storage;
  let commits = 0;
  storage.transact = async (lastSeen, work, durability) => {
    let written = false;
    const counted = (newer) => {
      const file = work(newer);
      written = file !== null;
      if (written && ++commits === nth) throw new ServicesError('quota_exceeded', 'full');
      return file;
    };
    return transact(lastSeen, counted, durability);
  };
  return () => commits;
}

test.each([['sent', 2, 1], ['the receipt', 3, 2]])('a store that cannot take %s down is tried again, and it is one effect', async (_what, nth, posts) => {
  const { services, net, options, server } = await connected();
  const id = await start(services);
  const commits = failCommit(options.storage, nth);
  const { association_id } = await services.associate({ customer_id: PAT, service_ids: [id] });
  await timers.fire(WAITS[0]);
  await services.delivered(association_id);
  expect(commits()).toBeGreaterThan(nth);
  expect(keys(net)).toEqual(Array(posts).fill(association_id));
  expect(JSON.parse(await exportedBy(server))).toHaveLength(1);
  await services.close();
});

test('a server that never answers is given up, and asked again', async () => {
  const { services, net } = await connected();
  net.next.push('hang');
  const id = await handOver(services);
  await timers.fire(TIMEOUT);
  await timers.fire(WAITS[0]);
  await services.delivered(id);
  expect(keys(net)).toEqual([id, id]);
  expect(timers.has(TIMEOUT)).toBe(false);
  await services.close();
});

test('closing breaks off the request under way, and the next opening sends it', async () => {
  const { services, net, options } = await connected();
  let id;
  await new Promise((resolve) => {
    net.next.push((_request, signal) => new Promise((_, reject) => {
      signal.addEventListener('abort', () => (reject(signal.reason), resolve()));
      void services.close();
    }));
    void handOver(services).then((association) => (id = association));
  });
  const again = await openMemory(options);
  await again.delivered(id);
  expect(keys(net)).toEqual([id, id]);
  await again.close();
});

test('a page that goes away takes what is under way with it: small requests outlive it, of large ones there go slices', async () => {
  const page = new EventTarget();
  pretend('addEventListener', page.addEventListener.bind(page));
  pretend('removeEventListener', page.removeEventListener.bind(page));
  pretend('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }));
  const { services, net, server, options } = await connected();
  await services.delivered(await handOver(services));
  expect(net.requests.pop().keepalive).toBe(true);
  const ids = new Set();
  for (let i = 0; i < 12; ++i) ids.add(await start(services, { Data: 'x'.repeat(7000) }));
  net.next.push('hang');
  const { association_id } = await services.associate({ customer_id: PAT });
  await receiptIn(services, association_id, 'sent');
  await quiet(services);
  page.dispatchEvent(new Event('pagehide'));
  await quiet(services);
  const [whole, ...slices] = net.requests;
  expect(whole).toMatchObject({ key: association_id, keepalive: false });
  expect(slices.length).toBeGreaterThan(1);
  for (const { key, keepalive } of slices) expect([key.startsWith(`${association_id}.`), keepalive]).toEqual([true, true]);
  expect(slices.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThanOrEqual(60_000);
  await services.close();
  net.next.length = 0;
  // At the next opening the whole is sent again, and says of each service that it is there.
  const again = await openMemory(options);
  const { services: results } = await again.delivered(association_id);
  expect(new Set(results.map((one) => one.service_id))).toEqual(ids);
  expect(JSON.parse(await exportedBy(server))).toHaveLength(ids.size + 1);
  await again.close();
});

test('a store without an endpoint keeps everything, and sends it once there is one', async () => {
  const { services, net, options } = await connected({ endpoint: undefined });
  const id = await handOver(services);
  services.retryDelivery();
  await quiet(services);
  expect(net.requests).toEqual([]);
  await services.close();
  const again = await openMemory({ ...options, endpoint: ENDPOINT });
  await again.delivered(id);
  await again.close();
});

test('waits are anywhere between nothing and a bound that doubles up to the longest; after the budget of tries they rest', () => {
  const seconds = fc.double({ min: 0, max: 1000, noNaN: true });
  const retry = fc.record({ first: seconds, longest: seconds, tries: fc.nat(100), rest: seconds });
  const unit = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(retry, fc.nat(200), unit, (set, failures, random) => {
      const { ms, until } = waitFor(set, { later: undefined }, failures, () => random);
      expect(until).toBe(CHANGED);
      if (failures >= set.tries) return expect(ms).toBe(set.rest * 1000);
      expect(ms).toBe(random * Math.min(set.longest, set.first * 2 ** failures) * 1000);
      expect(ms).toBeLessThanOrEqual(set.longest * 1000);
      // The whole range is used, from nothing on: no two pages come back together.
      expect(waitFor(set, { later: undefined }, failures, () => 0).ms).toBe(0);
    }),
  );
  expect(waitFor(RETRY, 'refused', 0)).toEqual({ ms: 600_000, until: MORE });
  expect([MORE < CHANGED, CHANGED < NOW]).toEqual([true, true]);
});

test('a Retry-After is seconds or a date, at most a day, and nothing else', () => {
  jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2026, 0, 1));
  const ms = (value) => retryAfter(answer(503, '', value === undefined ? {} : { 'Retry-After': value }));
  expect(ms(undefined)).toBeUndefined();
  expect(ms('0')).toBe(0);
  expect(ms('120')).toBe(120_000);
  expect(ms('99999999999')).toBe(24 * 3600_000);
  expect(ms('Thu, 01 Jan 2026 00:00:30 GMT')).toBe(30_000);
  expect(ms('Thu, 01 Jan 2015 00:00:30 GMT')).toBe(0);
  expect(ms('soon')).toBeUndefined();
});

test('a rest that no timer can hold is the longest that one can', async () => {
  const { services, net } = await connected({ retry: { first: 1, longest: 1, tries: 0, rest: Infinity } });
  net.next.push('drop');
  const id = await handOver(services);
  await timers.fire(2 ** 31 - 1);
  await services.delivered(id);
  expect(net.requests).toHaveLength(2);
  await services.close();
});

test('a store that could not be opened leaves nobody who sends', async () => {
  const signals = [];
  pretend('addEventListener', (_, __, { signal } = {}) => signals.push(signal));
  const storage = { ...memoryStorage(), open: () => Promise.reject(new ServicesError('storage_failed', 'no')) };
  await expect(openMemory({ endpoint: ENDPOINT, storage })).rejects.toMatchObject({ code: 'storage_failed' });
  expect(signals.length).toBeGreaterThan(0);
  expect(signals.every((signal) => signal.aborted)).toBe(true);
});
