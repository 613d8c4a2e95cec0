// Where two rules of the contract meet: pages of equal times, names that would hide a field, tenants and repeats.
import assert from 'node:assert/strict';
import { AT, envelope, unique } from '../case.js';

/** @typedef {import('../case.js').Case} Case */
/** @typedef {import('../case.js').Api} Api */

const HIDING = ['service_id', 'customer_id', 'contact_key', 'service_type', 'started', 'completed', 'disposition', 'active_states', 'completed_tasks', 'est_duration'];
const sent = (/** @type {string} */ service_id, /** @type {object} */ more = {}) => ({ service_id, contact_key: 'k', started: { timestamp: AT }, ...more });

/** Follows a list to its end. @param {Api} api @param {string} path */
async function pages(api, path) {
  const seen = [];
  for (let n = 0; path !== ''; ++n) {
    assert.ok(n < 20, 'the list does not end');
    const answer = await api.expect(200, 'GET', path);
    seen.push(...answer.json.map((/** @type {any} */ one) => one.service_id));
    path = /<\/genesys\/1\/cs\/(.+)>; rel="next"/.exec(answer.headers.get('Link') ?? '')?.[1] ?? '';
  }
  return seen;
}

/** @type {Case[]} */
const paging = [
  { section: '2', name: 'pages of services that began at one time hold each once', run: async (api) => {
    const all = [];
    for (let i = 0; i < 7; ++i) all.push(await api.start({ contact_key: 'k', timestamp: AT }));
    assert.deepEqual(await pages(api, 'services/anonymous/k?limit=2'), all.sort());
    api.transcript.length = 0; // in the order of their ids
  } },
  { section: '2', name: 'the next link keeps the filters', run: async (api) => {
    const all = [];
    for (let i = 0; i < 6; ++i) all.push(await api.start({ contact_key: 'k', service_type: i % 2 ? 'odd' : 'even', X: i }));
    assert.deepEqual(await pages(api, 'services/anonymous/k/active?limit=2&service_types=odd&extensions=X'), all.filter((_, i) => i % 2));
    const first = await api.expect(200, 'GET', 'services/anonymous/k/active?limit=2&service_types=odd&extensions=X');
    const next = /<\/genesys\/1\/cs\/(.+)>/.exec(first.headers.get('Link') ?? '')?.[1] ?? '';
    assert.equal((await api.get(next))[0].X, 5);
  } },
  ...['a/b c', '100%', 'é&=?#', '"<>;"'].map((key) => /** @type {Case} */ ({ section: '2', name: `the next link of the key ${key} leads on`, run: async (api) => {
    const all = [];
    for (let i = 0; i < 3; ++i) all.push(await api.start({ contact_key: key }));
    assert.deepEqual(await pages(api, `services/anonymous/${encodeURIComponent(key)}?limit=1`), all);
  } })),
  { section: '2', name: 'customers\' lists have pages too', run: async (api) => {
    const all = [];
    for (let i = 0; i < 5; ++i) all.push(await api.start({ customer_id: 'C 1/2' }));
    assert.deepEqual(await pages(api, 'customers/C%201%2F2/services?limit=2'), all);
  } },
  { section: '2', name: 'a page goes on after a service that was associated meanwhile', run: async (api) => {
    const all = [];
    for (let i = 0; i < 4; ++i) all.push(await api.start());
    const first = await api.expect(200, 'GET', 'services/anonymous/k?limit=2');
    const next = /<\/genesys\/1\/cs\/(.+)>/.exec(first.headers.get('Link') ?? '')?.[1] ?? '';
    await api.expect(204, 'POST', `customers/C-1/services/${all[1]}`);
    assert.deepEqual(await api.ids(next), all.slice(2));
  } },
  ...['started_from', 'started_to'].map((name) => /** @type {Case} */ ({ section: '5', name: `${name}=x is refused by name`, run: async (api) => assert.match((await api.expect(400, 'GET', `services/anonymous/k?${name}=x`)).json.message, new RegExp(`^${name}`)) })),
  ...['limit=1&limit=2', 'active_states=true&active_states=false'].map((query) => /** @type {Case} */ ({ section: '2', name: `?${query} is refused: once is enough`, run: (api) => api.expect(400, 'GET', `services/anonymous/k?${query}`) })),
  ...['%', '%zz', '%ff', '%c3%28', '%00'].map((segment) => /** @type {Case} */ ({ section: '2', name: `the path segment ${segment} is refused`, run: (api) => api.expect(400, 'GET', `services/anonymous/${segment}`) })),
];

/** @type {Case[]} */
const names = [
  ...HIDING.flatMap((name) => ['', '/merge'].map((end) => /** @type {Case} */ ({ section: '4', name: `PUT extensions/${name}${end} would hide a field of the service and is refused`, run: async (api) => {
    const id = await api.start({ contact_key: 'k', service_type: 'T' });
    const before = await api.get(`services/${id}?extensions=*`);
    await api.expect(400, 'PUT', `services/${id}/extensions/${name}${end}`, { a: 1 });
    assert.deepEqual(await api.get(`services/${id}?extensions=*`), before);
  } }))),
  ...['states', 'tasks'].map((kind) => /** @type {Case} */ ({ section: '4', name: `an extension of ${kind} named as their id is refused`, run: async (api) => {
    const id = await api.start();
    await api.expect(201, 'POST', `services/${id}/${kind}/start`, {});
    await api.expect(400, 'PUT', `services/${id}/${kind}/0/extensions/${kind.slice(0, -1)}_id`, 7);
  } })),
  ...['a b', 'a/b', 'é', '😀', '1', '*', 'State.x', 'x'.repeat(128)].map((name) => /** @type {Case} */ ({ section: '5', name: `an extension may be named ${name.slice(0, 8)}`, run: async (api) => {
    const id = await api.start();
    await api.expect(200, 'PUT', `services/${id}/extensions/${encodeURIComponent(name)}`, [1]);
    assert.deepEqual((await api.get(`services/${id}?extensions=*`))[name], [1]);
  } })),
  { section: '5', name: 'a merge into a list that is there is refused and changes nothing', run: async (api) => {
    const id = await api.start({ contact_key: 'k', X: [1] });
    // The contract does not say how: the input is good, what is there does not take it.
    const { status } = await api.call('PUT', `services/${id}/extensions/X/merge`, { a: 1 });
    assert.ok(status === 400 || status === 409, String(status));
    assert.deepEqual((await api.get(`services/${id}?extensions=X`)).X, [1]);
  } },
  { section: '2', name: 'a key of 256 bytes in UTF-8 is accepted, of 258 refused', run: async (api) => {
    await api.start({ contact_key: 'é'.repeat(128) });
    await api.expect(400, 'POST', 'services/start', { contact_key: 'é'.repeat(129) });
  } },
];

/** @type {Case[]} */
const repeats = [
  { section: '3', name: 'one Idempotency-Key in two tenants is two services', run: async (api) => {
    const ids = [];
    for (const more of [{}, { ContactCenterId: unique() }]) ids.push((await api.expect(201, 'POST', 'services/start', { contact_key: 'k' }, { 'Idempotency-Key': 'one', ...more })).json.service_id);
    assert.notEqual(ids[0], ids[1]);
  } },
  { section: '3', name: 'a refused start does not use its Idempotency-Key up', run: async (api) => {
    await api.expect(400, 'POST', 'services/start', {}, { 'Idempotency-Key': 'one' });
    await api.expect(201, 'POST', 'services/start', { contact_key: 'k' }, { 'Idempotency-Key': 'one' });
  } },
  { section: '3', name: 'ten starts at once with one Idempotency-Key are one service', run: async (api) => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.call('POST', 'services/start', { contact_key: 'k', timestamp: AT }, { 'Idempotency-Key': 'one' })));
    assert.equal(new Set(answers.map((one) => one.json.service_id)).size, 1);
  } },
  { section: '5', name: 'ten composite starts at once are one service', run: async (api) => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.call('POST', 'services_composite/start', { services: [{ service: { contact_key: 'k', timestamp: AT } }] })));
    assert.equal(answers.filter((one) => one.json[0].service_created).length, 1);
    assert.equal(new Set(answers.map((one) => one.json[0].service_id)).size, 1);
    api.transcript.length = 0; // whichever came first
  } },
  { section: '1.8', name: 'the same completion in another key order is the same', run: async (api) => {
    const id = await api.start();
    await api.expect(204, 'POST', `services/${id}/end`, '{"disposition":"d","X":1}');
    await api.expect(204, 'POST', `services/${id}/end`, '{ "X":1, "disposition":"d" }');
  } },
  { section: '6.4', name: 'one association_id in two tenants is two associations', run: async (api) => {
    const id = unique();
    const other = { ContactCenterId: unique() };
    await api.expect(200, 'POST', 'associations', envelope(id, [sent('s')]));
    assert.deepEqual((await api.call('GET', 'customers/C-42/services', undefined, other)).json, []);
    assert.equal((await api.expect(200, 'POST', 'associations', envelope(id, [sent('s')]), other)).json.services[0].result, 'associated');
  } },
  { section: '6.4', name: 'a repeat does not take back a service that was moved to another customer', run: async (api) => {
    const body = envelope(unique(), [sent('s')]);
    const first = await api.expect(200, 'POST', 'associations', body);
    await api.expect(204, 'POST', 'customers/C-43/services/s');
    assert.equal((await api.expect(200, 'POST', 'associations', body)).text, first.text);
    assert.deepEqual(await api.ids('customers/C-43/services'), ['s']);
  } },
  { section: '6.4', name: 'a repeat does not bring a deleted service back', run: async (api) => {
    const body = envelope(unique(), [sent('s')]);
    const first = await api.expect(200, 'POST', 'associations', body);
    await api.expect(200, 'DELETE', 'services/s');
    assert.equal((await api.expect(200, 'POST', 'associations', body)).text, first.text);
    await api.expect(400, 'GET', 'services/s');
  } },
  { section: '6.4', name: 'ten arrivals at once are one effect and one receipt', run: async (api) => {
    const body = envelope(unique(), [sent('s'), sent('t')]);
    const answers = await Promise.all(Array.from({ length: 10 }, () => api.call('POST', 'associations', body)));
    assert.deepEqual(new Set(answers.map((one) => one.text)).size, 1);
    assert.equal((await api.get('customers/C-42/services')).length, 2);
  } },
  { section: '6.4', name: 'a service that arrives ended is completed here', run: async (api) => {
    await api.expect(200, 'POST', 'associations', envelope(unique(), [sent('s', { completed: { timestamp: AT, disposition: 'd' }, disposition: 'd' })]));
    assert.deepEqual(await api.ids('customers/C-42/services/completed'), ['s']);
    assert.equal((await api.get('services/s')).disposition, 'd');
  } },
  ...['383-0190163d-8694-739b-aea5-966c26f8ad91', '12345', 'a/b c', 'é'].map((id) => /** @type {Case} */ ({ section: '8', name: `a service that arrives with the foreign id ${id} is reached by it`, run: async (api) => {
    await api.expect(200, 'POST', 'associations', envelope(unique(), [sent(id)]));
    assert.equal((await api.get(`services/${encodeURIComponent(id)}`)).service_id, id);
  } })),
];

/** @type {Case[]} */
const types = [
  { section: '5', name: 'a composite start tells the type 1 from the type "1"', run: async (api) => {
    await api.start({ contact_key: 'k', service_type: 1 });
    assert.equal((await api.expect(200, 'POST', 'services_composite/start', { services: [{ service: { contact_key: 'k', service_type: '1' } }] })).json[0].service_created, true);
  } },
  ...['9007199254740993', '1e400', '123456789012345678901234567890'].map((number) => /** @type {Case} */ ({ section: '2', name: `the service_type ${number} is refused or kept exactly`, run: async (api) => {
    const answer = await api.call('POST', 'services/start', `{"contact_key":"k","service_type":${number}}`);
    if (answer.status === 400) return;
    assert.equal(answer.status, 201);
    assert.ok((await api.call('GET', `services/${answer.json.service_id}`)).text.includes(`"service_type":${number}`));
  } })),
  { section: '1.6', name: 'an association of ten to ten customers at once leaves one owner', run: async (api) => {
    const id = await api.start();
    await Promise.all(Array.from({ length: 10 }, (_, n) => api.call('POST', `customers/D-${n}/services/${id}`)));
    const lists = await Promise.all(Array.from({ length: 10 }, (_, n) => api.ids(`customers/D-${n}/services`)));
    assert.equal(lists.flat().length, 1);
    api.transcript.length = 0; // whichever came last
  } },
  ...['HEAD', 'OPTIONS', 'PATCH'].map((method) => /** @type {Case} */ ({ section: '2', name: `${method} services/s is 405`, run: async (api) => assert.equal((await api.call(method, 'services/s')).status, 405) })),
];

/** @type {Case[]} */
export const corners = [...paging, ...names, ...repeats, ...types];
