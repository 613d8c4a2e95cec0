// Associations at a plain Context Services server: as start, state, task, end and associate calls. The server is this
// package's own, without POST associations.
import { expect, test } from '@jest/globals';
import { memoryStorage } from '../../js/index.js';
import { ENDPOINT, asCustomer, exported, exportedBy, heldTimers, network, openMemory, openServer, quiet, receiptIn, startWhole, trusting } from './support.js';

const KEY = 'pat@example.org';
const PAT = 'C-42';

const plainServer = () => openServer(trusting, { associations: false });

/** A page and a plain server. `knows: false`: it has never heard of idempotency keys. */
async function connected({ knows = true, server = plainServer(), ...client } = {}) {
  const net = network(server);
  const fetch = (target, init) => {
    const headers = { ...init.headers };
    if (!knows) delete headers['Idempotency-Key'];
    return net.fetch(target, { ...init, headers });
  };
  const options = { endpoint: ENDPOINT, transport: 'context-services', fetch, getCredentials: asCustomer, retry: { first: 0 }, storage: memoryStorage(), ...client };
  return { server, net, options, services: await openMemory(options) };
}

/** A service as text, every number as it was written. */
const EXACT = `{"contact_key":"${KEY}","service_type":"Exact","est_duration":90,"session_id":"s","Numbers":[1.0,9007199254740993,1e2,-0.0],"Deep":{"b":{"a":[]}, "a":"\\u00e9"}}`;

/** One of each kind: whole and active, completed with everything ended, and a bare one. */
async function startAll(services) {
  const whole = await startWhole(services);
  const { service_id: exact } = await services.request('POST', 'services/start', { body: EXACT });
  await services.startState(exact, { state_type: 'only', Score: { x: 1.5 } });
  await services.startTask(exact, { task_type: 't', state_id: 0 });
  await services.completeTask(exact, 0, { disposition: 5, session_id: 'end' });
  await services.completeState(exact, 0, {});
  await services.complete(exact, { disposition: 'sold', disposition_desc: 'at last', application_id: 'web' });
  const { service_id: bare } = await services.start({ contact_key: KEY });
  return [whole, exact, bare];
}

/** How many requests handing them over takes when nothing happens. */
const REQUESTS = 17;

/** What the server holds, as the page would show it: under the page's ids, without the mark. */
async function thereAsHere(server, { customer_id, services }) {
  const list = sorted(await exportedBy(server)).filter((text) => JSON.parse(text).customer_id === customer_id);
  let text = list.join(',\n');
  for (const { service_id, server_service_id } of services) {
    text = text.replaceAll(new RegExp(`"AnonymousService":"${service_id}",|,"AnonymousService":"${service_id}"`, 'g'), '').replaceAll(server_service_id, service_id);
  }
  return sorted(`[${text}]`);
}

/** The services of an export, in the order of their ids: each stands in a line of its own. */
const sorted = (text) => text.slice(1, -1).split(',\n').sort();

test('a service is at the server as it is here, byte for byte: extensions, states, tasks, ends, dispositions', async () => {
  const { services, server, net } = await connected();
  const ids = await startAll(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  const receipt = await services.delivered(association_id);
  expect(receipt.services).toEqual(expect.arrayContaining(ids.map((service_id) => ({ service_id, result: 'associated', server_service_id: expect.any(String) }))));
  const here = sorted(await exported(services));
  expect(await thereAsHere(server, receipt)).toEqual(here);
  expect(here.join()).toContain('"Numbers":[1.0,9007199254740993,1e2,-0.0]');
  expect(net.requests.filter(({ target }) => target.endsWith('/associations'))).toEqual([]);
  await services.close();
});

test('no contact key stands in any URL', async () => {
  const { services, net } = await connected();
  await startAll(services);
  net.next.push('lose');
  await services.delivered((await services.associate({ customer_id: PAT })).association_id);
  for (const { target } of net.requests) expect(decodeURIComponent(target)).not.toContain(KEY);
  await services.close();
});

test('services follow each other in order, each with its calls in order, one request at a time', async () => {
  const { services, net } = await connected({ now: ((now) => () => ++now)(Date.UTC(2026, 0, 1)) });
  await startAll(services);
  const { services: list } = await services.delivered((await services.associate({ customer_id: PAT })).association_id);
  let calls = net.requests.map(({ method, target }) => `${method} ${target.slice(ENDPOINT.length + 1)}`).join('\n');
  for (const [i, { server_service_id }] of list.entries()) calls = calls.replaceAll(server_service_id, 'abc'[i]);
  expect(calls.split('\n')).toEqual([
    'POST services/start', 'POST services/a/states/start', 'POST services/a/states/0/end', 'POST services/a/states/start',
    'POST services/a/tasks/start', 'POST services/a/tasks/0/end', 'POST services/a/tasks/start', `POST customers/${PAT}/services/a`,
    'POST services/start', 'POST services/b/states/start', 'POST services/b/states/0/end', 'POST services/b/tasks/start', 'POST services/b/tasks/0/end',
    'POST services/b/end', `POST customers/${PAT}/services/b`,
    'POST services/start', `POST customers/${PAT}/services/c`,
  ]);
  expect(net.requests.every(({ underWay, who }) => underWay === 1 && who === PAT)).toBe(true);
  // Only starts could be doubled by a copy that arrives late.
  const starts = net.requests.filter(({ target }) => target.endsWith('/services/start'));
  expect(starts.map(({ key }) => key)).toEqual(list.map(({ service_id }) => service_id));
  await services.close();
});

test('what is done with is not asked for again, not after a reload either', async () => {
  const one = await connected();
  await startAll(one.services);
  let came;
  const arrived = new Promise((resolve) => (came = resolve));
  const gone = () => (came(), Promise.reject(new TypeError('gone')));
  one.net.next.push(...Array(REQUESTS - 1).fill(undefined), gone, ...Array(5).fill('drop'));
  const { association_id } = await one.services.associate({ customer_id: PAT });
  await arrived;
  await one.services.close();
  one.net.next.length = one.net.requests.length = 0;
  const services = await openMemory(one.options);
  const { services: list } = await services.delivered(association_id);
  const last = list.at(-1).server_service_id;
  expect(one.net.requests.map(({ method, target }) => `${method} ${target.split('?')[0].slice(ENDPOINT.length + 1)}`)).toEqual([
    `GET services/${last}`, `POST customers/${PAT}/services/${last}`,
  ]);
  await services.close();
});

async function expectAllOnce({ services, server }, ids, receipt) {
  expect(receipt.state).toBe('acknowledged');
  expect(receipt.services.map((one) => one.service_id).sort()).toEqual([...ids].sort());
  for (const { server_service_id } of receipt.services) expect(server_service_id).toEqual(expect.any(String));
  expect(await thereAsHere(server, receipt)).toEqual(sorted(await exported(services)));
}

test.each([['drop', true], ['lose', true], ['lose', false], [503, true]])(
  'whichever request meets %j, every service is at the server once and whole (idempotency keys known: %j)',
  async (what, knows) => {
    const server = plainServer();
    for (let at = 0; at < REQUESTS; ++at) {
      const one = await connected({ server, knows });
      const ids = await startAll(one.services);
      one.net.next.push(...Array(at).fill(undefined), what === 503 ? new Response('', { status: 503 }) : what);
      const { association_id } = await one.services.associate({ customer_id: `C-${at}` });
      await expectAllOnce(one, ids, await one.services.delivered(association_id));
      expect(one.net.requests.length).toBeGreaterThan(REQUESTS);
      // What is known to be there is not sent again: another server might take it for a second one.
      const posts = one.net.requests.filter(({ method, target }) => method === 'POST' && !target.includes('/customers/'));
      if (what === 'lose') expect(new Set(posts.map(({ target, body }) => target + body)).size).toBe(posts.length);
      await one.services.close();
    }
  },
);

test.each([true, false])('whichever request the page goes away in, the next opening finishes it, each service once (idempotency keys known: %j)', async (knows) => {
  const server = plainServer();
  for (let at = 0; at < REQUESTS; ++at) {
    const one = await connected({ server, knows });
    const ids = await startAll(one.services);
    // The server has done it; the page never hears of it.
    const arrived = new Promise((resolve) => {
      one.net.next.push(...Array(at).fill(undefined), async (request) => {
        await server.handle(request);
        resolve();
        throw new TypeError('gone');
      }, ...Array(5).fill('drop'));
    });
    const { association_id } = await one.services.associate({ customer_id: `C-${at}` });
    await arrived;
    await one.services.close();
    one.net.next.length = 0;
    const services = await openMemory(one.options);
    await expectAllOnce({ server, services }, ids, await services.delivered(association_id));
    await services.close();
  }
});

test('a service among more than one page of the customer\'s is found again', async () => {
  const one = await connected({ knows: false });
  const started = Array.from({ length: 1001 }, () => one.server.call('POST', '/services/start', { body: { customer_id: PAT }, headers: { Authorization: PAT } }));
  await Promise.all(started);
  const { service_id } = await one.services.start({ contact_key: KEY });
  one.net.next.push('lose');
  const { association_id } = await one.services.associate({ customer_id: PAT });
  await one.services.delivered(association_id);
  expect(one.net.requests.filter(({ target }) => target.includes('after=')).length).toBeGreaterThan(0);
  const marked = (await exportedBy(one.server)).split(`"AnonymousService":"${service_id}"`);
  expect(marked).toHaveLength(2);
  await one.services.close();
});

test.each([['a lost answer', 'lose'], ['a dropped request', 'drop'], ['nothing amiss', undefined]])(
  'once it may have reached the server it is not undone: after %s',
  async (_what, fate) => {
    const { services, net } = await connected();
    await startWhole(services);
    let go;
    const held = new Promise((resolve) => (go = resolve));
    net.next.push(fate, () => held);
    const { association_id } = await services.associate({ customer_id: PAT });
    await receiptIn(services, association_id, 'sent');
    const before = await exported(services);
    await expect(services.undo(association_id)).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('no way to undo') });
    expect(await exported(services)).toBe(before);
    go();
    await services.delivered(association_id);
    await expect(services.undo(association_id)).rejects.toMatchObject({ code: 'conflict' });
    await services.close();
  },
);

test('what was never sent is withdrawn here as well', async () => {
  const { services, net } = await connected({ getCredentials: () => null });
  await startWhole(services);
  const before = await exported(services);
  const { association_id } = await services.associate({ customer_id: PAT });
  await quiet(services);
  expect(await services.undo(association_id)).toMatchObject({ state: 'undone' });
  expect(await exported(services)).toBe(before);
  services.retryDelivery();
  await quiet(services);
  expect(net.requests).toEqual([]);
  await services.close();
});

test('a call that the server refuses ends it as rejected, with its reason; retry goes on where it stopped', async () => {
  const one = await connected();
  const ids = await startAll(one.services);
  one.net.next.push(undefined, new Response('{"code":"invalid_request","message":"state_type: unknown"}', { status: 400 }));
  const { association_id } = await one.services.associate({ customer_id: PAT });
  await expect(one.services.delivered(association_id)).rejects.toMatchObject({ code: 'rejected', status: 400, cause: { message: 'state_type: unknown' } });
  expect(await one.services.queryServices(PAT)).toHaveLength(3);
  const [started] = one.net.requests;
  await one.services.retry(association_id);
  await expectAllOnce(one, ids, await one.services.delivered(association_id));
  expect(one.net.requests.filter(({ body, target }) => target.endsWith('/start') && body === started.body)).toHaveLength(1);
  await one.services.close();
});

test('refused credentials are asked for anew in the middle, and it goes on there', async () => {
  const asked = [];
  const one = await connected({ getCredentials: (about) => (asked.push(about.refused), asCustomer(about)) });
  const ids = await startAll(one.services);
  one.net.next.push(undefined, undefined, undefined, new Response('', { status: 401 }));
  const { association_id } = await one.services.associate({ customer_id: PAT });
  await expectAllOnce(one, ids, await one.services.delivered(association_id));
  expect(asked).toEqual([false, true]);
  await one.services.close();
});

test('a Retry-After in the middle is obeyed', async () => {
  const timers = heldTimers();
  try {
    const one = await connected();
    const ids = await startAll(one.services);
    one.net.next.push(undefined, undefined, new Response('', { status: 503, headers: { 'Retry-After': '7' } }));
    const { association_id } = await one.services.associate({ customer_id: PAT });
    await timers.until(7000);
    expect(one.net.requests).toHaveLength(3);
    await timers.fire(7000);
    await expectAllOnce(one, ids, await one.services.delivered(association_id));
    await one.services.close();
  } finally {
    timers.restore();
  }
});

test('a server that numbers states otherwise gets no task on a wrong state: it ends as rejected', async () => {
  const { services, net } = await connected();
  await startWhole(services);
  net.next.push(undefined, new Response('{"state_id":1}', { status: 201 }));
  const { association_id } = await services.associate({ customer_id: PAT });
  await expect(services.delivered(association_id)).rejects.toMatchObject({ code: 'rejected', cause: { code: 'numbers_differ' } });
  await services.close();
});

test('what a customer left half-way goes on under their own credentials only', async () => {
  let cookie = PAT;
  const one = await connected({ getCredentials: () => cookie && { headers: { Authorization: cookie } } });
  const ids = await startAll(one.services);
  const loggedOut = new Promise((resolve) => {
    one.net.next.push(undefined, undefined, () => {
      cookie = null;
      resolve();
      return new Response('', { status: 401 });
    });
  });
  const { association_id } = await one.services.associate({ customer_id: PAT });
  await loggedOut;
  await quiet(one.services);
  await one.services.signOut();
  cookie = 'C-43';
  await one.services.start({ contact_key: 'robin' });
  const robins = await one.services.associate({ customer_id: 'C-43' });
  const { services: [{ server_service_id }] } = await one.services.delivered(robins.association_id);
  await one.services.signOut();
  cookie = PAT;
  await one.services.signIn(PAT);
  const receipt = await one.services.delivered(association_id);
  expect(receipt.services.map((service) => service.service_id).sort()).toEqual([...ids].sort());
  const there = JSON.parse(await exportedBy(one.server));
  expect(there.filter((service) => service.customer_id === 'C-43').map((service) => service.service_id)).toEqual([server_service_id]);
  expect(there.filter((service) => service.customer_id === PAT)).toHaveLength(3);
  for (const { who, target, body } of one.net.requests) if (who === 'C-43') expect(target + body).not.toMatch(/C-42|pat@/);
  await one.services.close();
});
