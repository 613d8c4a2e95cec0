// Contract section 6: the receiving side of associations. The credentials are those of customer C-42.
import assert from 'node:assert/strict';
import { AT, envelope, unique } from '../case.js';

/** @typedef {import('../case.js').Case} Case */

const service = (/** @type {string} */ service_id, /** @type {object} */ more = {}) => ({ service_id, contact_key: 'k', started: { timestamp: AT }, ...more });
const LIST = 'customers/C-42/services';

/** @type {[string, (id: string) => unknown][]} */
const REFUSED = [
  ['no JSON', () => '{'], ['no body', () => undefined], ['no services', (id) => envelope(id, [])], ['no association_id', () => envelope('', [service('s')])],
  ['another digest', (id) => envelope(id, [service('s')], { digest: '0'.repeat(64) })], ['a tampered service', (id) => envelope(id, [service('s')]).replace(AT, AT.replace('05', '06'))],
  ['a service without an id', (id) => envelope(id, [service('')])], ['a service without a start', (id) => envelope(id, [{ service_id: 's', contact_key: 'k' }])], ['one service twice', (id) => envelope(id, [service('s'), service('s')])],
  ['a service that is no object', (id) => envelope(id, /** @type {any} */ ([1]))], ['a bad field', (id) => envelope(id, [service('s'), service('t', { service_type: {} })])], ['a state with a gap', (id) => envelope(id, [service('s', { active_states: [{ state_id: 1, started: { timestamp: AT } }] })])],
  ['a task of a state that is not there', (id) => envelope(id, [service('s', { active_tasks: [{ task_id: 0, state_id: 0, started: { timestamp: AT } }] })])], ['a junk customer', (id) => envelope(id, [service('s')], { customer_id: 'undefined' })],
  ['a member that it does not know', (id) => envelope(id, [service('s')], /** @type {any} */ ({ colour: 1 }))], ['an undo that names no service', (id) => envelope(id, [{}], { undoes: 'x' })],
  ['a reserved extension', (id) => envelope(id, [JSON.parse(`{"service_id":"s","contact_key":"k","started":{"timestamp":"${AT}"},"__proto__":1}`)])],
];

/** @type {Case[]} */
export const association = [
  { section: '6.4', name: 'an association brings whole services and is answered with a result for each', run: async (api) => {
    const id = unique();
    const whole = service('s', {
      service_type: 7, est_duration: 9, X: { x: [1] },
      active_states: [{ state_id: 1, state_type: 'b', previous_state_id: 0, started: { timestamp: AT }, Y: 1 }],
      completed_states: [{ state_id: 0, state_type: 'a', started: { timestamp: AT, session_id: 'q' }, completed: { timestamp: AT, disposition: 'd' }, disposition: 'd' }],
      active_tasks: [], completed_tasks: [{ task_id: 0, state_id: 1, started: { timestamp: AT }, completed: { timestamp: AT } }],
    });
    const { json } = await api.expect(200, 'POST', 'associations', envelope(id, [whole, service('t')]), { 'Idempotency-Key': id });
    assert.deepEqual([json.association_id, json.customer_id, json.state], [id, 'C-42', 'acknowledged']);
    assert.deepEqual(json.services, ['s', 't'].map((service_id) => ({ service_id, result: 'associated' })));
    const show = 'extensions=*,State.*&active_states=true&completed_states=true&active_tasks=true&completed_tasks=true';
    assert.deepEqual(await api.get(`services/s?${show}`), { ...whole, customer_id: 'C-42' });
    assert.equal((await api.get(LIST)).length, 2);
    assert.deepEqual(await api.get('services/anonymous/k'), []);
  } },
  { section: '6.4', name: 'a repeat is one effect and the same receipt', run: async (api) => {
    const body = envelope(unique(), [service('s')]);
    const first = await api.expect(200, 'POST', 'associations', body);
    await api.expect(204, 'POST', 'services/s/end', {});
    assert.equal((await api.expect(200, 'POST', 'associations', body)).text, first.text);
    assert.equal((await api.get(`${LIST}/completed`)).length, 1);
  } },
  { section: '6.4', name: 'a service that is already this customer\'s is already', run: async (api) => {
    await api.expect(200, 'POST', 'associations', envelope(unique(), [service('s')]));
    const { json } = await api.expect(200, 'POST', 'associations', envelope(unique(), [service('s'), service('t')]));
    assert.deepEqual(json.services.map((/** @type {any} */ one) => one.result), ['already', 'associated']);
  } },
  { section: '6.5', name: 'an undo gives a service back, anonymous, and a late copy of what it undoes has no effect', run: async (api) => {
    const id = unique();
    const body = envelope(id, [service('s', { X: 1 }), service('t')]);
    await api.expect(200, 'POST', 'associations', body);
    const undo = envelope(unique(), [{ service_id: 's' }, { service_id: 't' }, { service_id: 'u' }], { undoes: id });
    const first = await api.expect(200, 'POST', 'associations', undo);
    assert.deepEqual(first.json.services.map((/** @type {any} */ one) => one.result), ['undone', 'undone', 'already']);
    assert.equal((await api.expect(200, 'POST', 'associations', undo)).text, first.text);
    assert.deepEqual(await api.get(LIST), []);
    assert.equal((await api.get('services/anonymous/k')).length, 2);
    assert.equal((await api.expect(200, 'POST', 'associations', body)).json.state, 'undone');
    assert.deepEqual(await api.get(LIST), []);
    const again = envelope(unique(), [service('s'), service('t')], { follows: [id] });
    assert.deepEqual((await api.expect(200, 'POST', 'associations', again)).json.services.map((/** @type {any} */ one) => one.result), ['associated', 'associated']);
  } },
  { section: '6.5', name: 'an undo that arrives first leaves nothing to do', run: async (api) => {
    const id = unique();
    await api.expect(200, 'POST', 'associations', envelope(unique(), [{ service_id: 's' }], { undoes: id }));
    assert.equal((await api.expect(200, 'POST', 'associations', envelope(id, [service('s')]))).json.state, 'undone');
    assert.equal((await api.expect(200, 'POST', 'associations', envelope(`${id}.0`, [service('s')]))).json.state, 'undone');
    await api.expect(400, 'GET', 'services/s');
  } },
  { section: '6.5', name: 'an undo of an undo, and of what is no association of this customer, is refused', run: async (api) => {
    const id = unique();
    const undo = unique();
    await api.expect(200, 'POST', 'associations', envelope(undo, [{ service_id: 's' }], { undoes: id }));
    await api.expect(409, 'POST', 'associations', envelope(unique(), [{ service_id: 's' }], { undoes: undo }));
  } },
  { section: '6.6', name: 'a writer who asks for it takes a service from another customer, and an undo gives it back to them', run: async (api) => {
    const theirs = await api.start({ customer_id: 'C-43', contact_key: 'k' });
    const id = unique();
    const { json } = await api.expect(200, 'POST', 'associations', envelope(id, [service(theirs, { customer_id: 'C-43' })], { reassign: true }));
    assert.equal(json.services[0].result, 'associated');
    await api.expect(200, 'POST', 'associations', envelope(unique(), [{ service_id: theirs }], { undoes: id }));
    assert.equal((await api.get(`services/${theirs}`)).customer_id, 'C-43');
  } },
  { section: '6.6', name: 'a service of another customer is a conflict and stays theirs', run: async (api) => {
    const theirs = await api.start({ customer_id: 'C-43', contact_key: 'k' });
    const before = await api.get(`services/${theirs}`);
    const { json } = await api.expect(200, 'POST', 'associations', envelope(unique(), [service(theirs), service('t')]));
    assert.deepEqual(json.services.map((/** @type {any} */ one) => one.result), ['conflict', 'associated']);
    assert.deepEqual(await api.get(`services/${theirs}`), before);
  } },
  { section: '6.6', name: 'an anonymous service of the server is not taken without its claim', run: async (api) => {
    const anonymous = await api.start();
    const { json } = await api.expect(200, 'POST', 'associations', envelope(unique(), [service(anonymous)]));
    assert.equal(json.services[0].result, 'conflict');
    assert.equal((await api.get('services/anonymous/k')).length, 1);
  } },
  { section: '6.6', name: 'a service that says it is another customer\'s is a conflict', run: async (api) => {
    const { json } = await api.expect(200, 'POST', 'associations', envelope(unique(), [service('s', { customer_id: 'C-43' })]));
    assert.equal(json.services[0].result, 'conflict');
    await api.expect(400, 'GET', 'services/s');
  } },
  { section: '6.8', name: 'a body that claims another customer than the credentials gets 403', run: async (api) => {
    const { json } = await api.expect(403, 'POST', 'associations', envelope(unique(), [service('s')], { customer_id: 'C-43' }));
    assert.equal(json.code, 'customer_mismatch');
    await api.expect(400, 'GET', 'services/s');
  } },
  { section: '6.2', name: 'an Idempotency-Key that is not the association_id is refused', run: (api) => api.expect(400, 'POST', 'associations', envelope(unique(), [service('s')]), { 'Idempotency-Key': 'x' }) },
  { section: '6.4', name: 'an association_id used for other services is a conflict', run: async (api) => {
    const id = unique();
    await api.expect(200, 'POST', 'associations', envelope(id, [service('s')]));
    await api.expect(409, 'POST', 'associations', envelope(id, [service('t')]));
    await api.expect(400, 'GET', 'services/t');
  } },
  ...REFUSED.map(([what, body]) => /** @type {Case} */ ({ section: '6.2', name: `an association with ${what} is refused whole`, run: async (api) => {
    await api.expect(400, 'POST', 'associations', body(unique()));
    assert.deepEqual(await api.get(LIST), []);
  } })),
  ...['null', 'undefined', 'NaN', '[object Object]', 'anonymous', 'Guest'].map((junk) => /** @type {Case} */ ({ section: '6.1', name: `the customer ${junk} is refused`, run: async (api) => {
    await api.expect(400, 'POST', 'services/start', { customer_id: junk });
    await api.expect(400, 'POST', `customers/${encodeURIComponent(junk)}/services/${await api.start()}`);
  } })),
];
