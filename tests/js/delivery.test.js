// Association and delivery, over a network that a test can cut.
import { createHash } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { memoryStorage } from '../../js/index.js';
import { ENDPOINT, network, openMemory, openServer, receiptIn } from './support.js';

const KEY = 'pat@example.org';
const PAT = { roles: ['visitor'], customer_id: 'C-42' };

async function listed(server, customer = 'C-42') {
  const response = await server.call('GET', `/customers/${customer}/services?extensions=*`);
  return response.json();
}

test('an association reaches the server once, whole, under the same ids', async () => {
  const server = openServer(PAT);
  const net = network(server);
  const services = await openMemory({ endpoint: ENDPOINT, fetch: net.fetch });
  const order = await services.start({ contact_key: KEY, service_type: 'WebOrder', Cart: [1.5, { a: null }] });
  await services.startState(order.service_id, { state_type: 'basket', Note: 'x' });
  const receipt = await services.associate({ customer_id: 'C-42', service_ids: [order.service_id] });
  expect(receipt).toMatchObject({ state: 'pending', customer_id: 'C-42', services: [{ service_id: order.service_id }] });
  expect(await services.delivered(receipt.association_id)).toMatchObject({
    association_id: receipt.association_id,
    state: 'acknowledged',
    services: [{ service_id: order.service_id, result: 'associated' }],
  });
  expect(net.requests).toHaveLength(1);
  expect(net.requests[0]).toMatchObject({ target: `${ENDPOINT}/associations`, key: receipt.association_id });
  const { digest } = JSON.parse(net.requests[0].body);
  const list = net.requests[0].body.slice(net.requests[0].body.indexOf('"services":') + 11, -1);
  expect(digest).toBe(createHash('sha256').update(`${receipt.association_id}\nC-42\n\n\n${list}`).digest('hex'));
  const show = 'extensions=*,State.*&active_states=true';
  const there = await (await server.call('GET', `/services/${order.service_id}?${show}`)).json();
  const here = await services.queryService(order.service_id, { extensions: ['*', 'State.*'], active_states: true });
  expect(there).toEqual(here);
  expect(await services.queryAnonymous(KEY)).toEqual([]);
  expect(await services.queryServices('C-42')).toHaveLength(1);
  await services.close();
});

test('the same association again is one effect and the same receipt, byte for byte', async () => {
  const server = openServer(PAT);
  const net = network(server);
  const services = await openMemory({ endpoint: ENDPOINT, fetch: net.fetch });
  const { service_id } = await services.start({ contact_key: KEY });
  const first = await services.associate({ customer_id: 'C-42', service_ids: [service_id] });
  const acknowledged = await services.delivered(first.association_id);
  expect(await services.associate({ customer_id: 'C-42', service_ids: [service_id] })).toEqual(acknowledged);
  const [{ body, key }] = net.requests;
  const answers = [];
  for (let i = 0; i < 2; ++i) {
    const response = await server.call('POST', '/associations', { body, headers: { 'Idempotency-Key': key } });
    expect(response.status).toBe(200);
    answers.push(await response.text());
  }
  expect(answers[0]).toBe(answers[1]);
  expect(JSON.parse(answers[0]).services).toEqual([{ service_id, result: 'associated' }]);
  expect(await listed(server)).toHaveLength(1);
  await services.close();
});

test('a lost answer, a dropped request, a 503, proxies\' pages and a bad deploy all end in one effect', async () => {
  const server = openServer(PAT);
  const net = network(server);
  net.next.push(
    'drop',
    'lose',
    new Response('', { status: 503, headers: { 'Retry-After': '0' } }),
    new Response('<html>welcome to the hotel</html>', { status: 200 }),
    new Response('{"association_id":"another","services":[]}', { status: 200 }),
    new Response('<html>blocked</html>', { status: 403 }),
    new Response('{"error":"no such route"}', { status: 404 }),
  );
  const services = await openMemory({ endpoint: ENDPOINT, fetch: net.fetch });
  const { service_id } = await services.start({ contact_key: KEY });
  const { association_id } = await services.associate({ customer_id: 'C-42', service_ids: [service_id] });
  // Each wait is cut short as an `online` event would.
  const nudge = setInterval(() => services.retryDelivery(), 1);
  const receipt = await services.delivered(association_id);
  clearInterval(nudge);
  expect(receipt.services).toEqual([{ service_id, result: 'associated' }]);
  expect(net.requests).toHaveLength(8);
  expect(new Set(net.requests.map((one) => one.body)).size).toBe(1);
  expect(await listed(server)).toHaveLength(1);
  await services.close();
});

test('an association made while nothing answers is delivered after the next start', async () => {
  const storage = memoryStorage();
  const offline = await openMemory({
    storage,
    endpoint: ENDPOINT,
    fetch: async () => {
      throw new TypeError('network');
    },
  });
  const { service_id } = await offline.start({ contact_key: KEY });
  const { association_id } = await offline.associate({ customer_id: 'C-42', service_ids: [service_id] });
  await offline.close();
  const server = openServer(PAT);
  const online = await openMemory({ storage, endpoint: ENDPOINT, fetch: network(server).fetch });
  expect(await online.delivered(association_id)).toMatchObject({ state: 'acknowledged' });
  expect(await listed(server)).toHaveLength(1);
  await online.close();
});

test('a refusal ends as rejected, with the server\'s reason, and the services stay', async () => {
  const server = openServer({ roles: ['reader'] }); // no customer, and no visitor who may log in yet
  const services = await openMemory({ endpoint: ENDPOINT, fetch: network(server).fetch });
  const { service_id } = await services.start({ contact_key: KEY });
  const { association_id } = await services.associate({ customer_id: 'C-42', service_ids: [service_id] });
  await expect(services.delivered(association_id)).rejects.toMatchObject({ code: 'rejected', status: 403 });
  expect(await services.receipt(association_id)).toMatchObject({ state: 'rejected', error: { status: 403, code: 'forbidden' } });
  expect(await services.queryServices('C-42')).toHaveLength(1);
  await services.close();
});

test('without credentials it waits; what one customer left does not hold up the next, and goes out once they are back', async () => {
  let who = null;
  const server = openServer(() => who);
  const services = await openMemory({ endpoint: ENDPOINT, fetch: network(server).fetch });
  const pats = await services.start({ contact_key: KEY });
  const a = await services.associate({ customer_id: 'C-42', service_ids: [pats.service_id] });
  await receiptIn(services, a.association_id, 'sent');
  await services.signOut();
  who = { roles: ['visitor'], customer_id: 'C-43' };
  const robins = await services.start({ contact_key: 'robin' });
  const b = await services.associate({ customer_id: 'C-43', service_ids: [robins.service_id] });
  expect(await services.delivered(b.association_id)).toMatchObject({ state: 'acknowledged' });
  await expect(services.receipt(a.association_id)).rejects.toMatchObject({ code: 'not_found' });
  expect(await listed(server, 'C-43')).toHaveLength(1);
  await services.signOut();
  who = PAT;
  await services.signIn('C-42');
  expect(await services.delivered(a.association_id)).toMatchObject({ state: 'acknowledged' });
  expect(await listed(server)).toHaveLength(1);
  await services.close();
});

test('a service of another customer is never taken, and the whole association is refused', async () => {
  const services = await openMemory();
  const mine = await services.start({ contact_key: KEY });
  const theirs = await services.start({ customer_id: 'C-43' });
  const digest = services.digest();
  const both = { customer_id: 'C-42', service_ids: [mine.service_id, theirs.service_id] };
  await expect(services.associate(both)).rejects.toMatchObject({ code: 'conflict' });
  await expect(services.associate({ ...both, service_ids: [mine.service_id, 'nope'] })).rejects.toMatchObject({ code: 'not_found' });
  expect(services.digest()).toBe(digest);
  await services.close();
});

test.each(['null', 'undefined', ' NaN ', '[object Object]', 'anonymous', '   ', ''])(
  'the customer id %j is refused',
  async (customer_id) => {
    const services = await openMemory();
    const { service_id } = await services.start({ contact_key: KEY });
    await expect(services.associate({ customer_id, service_ids: [service_id] })).rejects.toThrow('customer_id');
    expect(await services.queryAnonymous(KEY)).toHaveLength(1);
    await services.close();
  },
);

test('services that together outgrow one body go in parts, under one receipt', async () => {
  const server = openServer(PAT);
  const net = network(server);
  const services = await openMemory({ endpoint: ENDPOINT, fetch: net.fetch });
  const data = 'x'.repeat(200 * 1024);
  const [a, b] = await Promise.all([services.start({ contact_key: KEY, data }), services.start({ contact_key: KEY, data })]);
  const ids = [a.service_id, b.service_id];
  const { association_id } = await services.associate({ customer_id: 'C-42', service_ids: ids });
  const { services: results } = await services.delivered(association_id);
  expect(results).toEqual(ids.map((service_id) => ({ service_id, result: 'associated' })));
  expect(net.requests.map(({ key }) => key)).toEqual([`${association_id}.0`, `${association_id}.1`]);
  expect(await listed(server)).toHaveLength(2);
  await services.close();
});

test('a store that is closed or a wait that is aborted settles what waits for a delivery', async () => {
  const services = await openMemory();
  const { service_id } = await services.start({ contact_key: KEY });
  const { association_id } = await services.associate({ customer_id: 'C-42', service_ids: [service_id] });
  const aborter = new AbortController();
  const aborted = services.delivered(association_id, { signal: aborter.signal });
  const waiting = services.delivered(association_id);
  aborter.abort();
  await expect(aborted).rejects.toThrow('abort');
  const closed = expect(waiting).rejects.toMatchObject({ code: 'closed' });
  await services.close();
  await closed;
});
