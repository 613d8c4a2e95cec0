// Contract sections 4 and 5: resources, operations and their query parameters.
import assert from 'node:assert/strict';
import { AT } from '../case.js';

/** @typedef {import('../case.js').Case} Case */
/** @typedef {import('../case.js').Api} Api */

/** A service with two states and two tasks, one of each ended. @param {Api} api */
async function rich(api) {
  const id = await api.start({ contact_key: 'k', service_type: 'T', timestamp: AT, A: 1, B: { b: 2 } });
  for (const [path, body] of /** @type {[string, object][]} */ ([
    ['states/start', { state_type: 's', timestamp: AT, X: 'x' }], ['states/start', { state_type: 5, timestamp: AT, Y: 'y' }], ['states/0/end', { timestamp: AT }],
    ['tasks/start', { task_type: 't', state_id: 0, timestamp: AT, V: 'v' }], ['tasks/start', { task_type: 'u', state_id: 1, timestamp: AT }], ['tasks/0/end', { timestamp: AT, disposition: 9 }],
  ])) {
    const answer = await api.call('POST', `services/${id}/${path}`, body);
    assert.ok(answer.status < 300, answer.text);
  }
  return id;
}

/** @type {[string, string[], string[]][]} selection, names on the service, names on state 1 */
const SELECTIONS = [
  ['', [], []], ['extensions=A', ['A'], []], ['extensions=A,B', ['A', 'B'], []], ['extensions=A&extensions=B', ['A', 'B'], []], ['extensions=*', ['A', 'B'], []],
  ['extensions=State.Y', [], ['Y']], ['extensions=State.*', [], ['Y']], ['extensions=*,State.*', ['A', 'B'], ['Y']], ['extensions=Nothing', [], []], ['extensions=Task.*', [], []],
];

/** @type {Case[]} */
const selections = SELECTIONS.map(([query, own, nested]) => ({ section: '5', name: `?${query} shows the extensions [${own}] and of states [${nested}]`, run: async (api) => {
  const id = await rich(api);
  const service = await api.get(`services/${id}?active_states=true&${query}`);
  assert.deepEqual(Object.keys(service).filter((name) => ['A', 'B'].includes(name)), own);
  assert.deepEqual(Object.keys(service.active_states[0]).filter((name) => ['X', 'Y'].includes(name)), nested);
} }));

/** @type {Case[]} */
const lists = ['active_states', 'completed_states', 'active_tasks', 'completed_tasks'].flatMap((list) => [
  { section: '5', name: `${list}=true alone shows that list, without service_id`, run: async (api) => {
    const service = await api.get(`services/${await rich(api)}?${list}=true`);
    const shown = Object.keys(service).filter((name) => /^(active|completed)_/.test(name));
    assert.deepEqual(shown, [list]);
    assert.equal(service[list].length, 1);
    assert.equal(service[list][0].service_id, undefined);
  } },
  { section: '5', name: `${list}=false shows nothing, in lists too`, run: async (api) => {
    await rich(api);
    assert.equal((await api.get(`services/anonymous/k?${list}=false`))[0][list], undefined);
  } },
  { section: '5', name: `${list}=yes is refused by name`, run: async (api) => assert.match((await api.expect(400, 'GET', `services/anonymous/k?${list}=yes`)).json.message, new RegExp(`^${list}`)) },
]);

/** @type {[string, number[]][]} which of the services started at .000, .001 and .002 fit */
const WINDOWS = [
  ['started_from=2020-05-01T10:00:00.001Z', [1, 2]], ['started_to=2020-05-01T10:00:00.001Z', [0]], ['started_from=2020-05-01T10:00:00.001Z&started_to=2020-05-01T10:00:00.002Z', [1]],
  ['started_from=2020-05-01T10:00:00.002Z&started_to=2020-05-01T10:00:00.002Z', []], ['started_from=2020-05-01T12:00:00.001%2B02:00', [1, 2]], ['service_types=1', [1]], ['service_types=0,2', [0, 2]], ['service_types=0&service_types=1', [0, 1]], ['service_types=9', []],
];

/** @type {Case[]} */
const windows = ['services/anonymous/k', 'customers/C-1/services'].flatMap((path) => WINDOWS.map(([query, fit]) => ({ section: '5', name: `${path}?${query} gives ${fit.length} of three`, run: async (api) => {
  const owner = path.includes('anonymous') ? { contact_key: 'k' } : { customer_id: 'C-1' };
  const ids = [];
  for (const n of [0, 1, 2]) ids.push(await api.start({ ...owner, timestamp: `2020-05-01T10:00:00.00${n}Z`, service_type: n === 1 ? 1 : String(n) }));
  assert.deepEqual(await api.ids(`${path}?${query}`), fit.map((n) => ids[n]));
} })));

/** @type {Case[]} */
const unknown = ['services/anonymous/k', 'customers/C-1/services', 'services/s', 'services/s/states', 'services/s/tasks', 'services/s/states/0', 'services/s/tasks/0', 'maintenance/services/stream', 'metadata/business-attributes'].map((path) => ({ section: '5', name: `${path} refuses a parameter that it does not have`, run: async (api) => assert.match((await api.expect(400, 'GET', `${path}?colour=red`)).json.message, /^colour/) }));

/** @type {[string, string, unknown][]} */
const ON_SERVICE = [
  ['POST', 'services/s/end', {}], ['POST', 'customers/C-1/services/s', undefined], ['PUT', 'services/s', { ttl: 1 }], ['DELETE', 'services/s', undefined], ['GET', 'services/s', undefined],
  ['POST', 'services/s/states/start', {}], ['POST', 'services/s/states/transition', { from: { state_id: 0 }, to: {} }], ['POST', 'services/s/states/0/end', {}], ['GET', 'services/s/states', undefined], ['GET', 'services/s/states/0', undefined],
  ['POST', 'services/s/tasks/start', {}], ['POST', 'services/s/tasks/0/end', {}], ['GET', 'services/s/tasks', undefined], ['GET', 'services/s/tasks/0', undefined],
  ['PUT', 'services/s/extensions/X', 1], ['PUT', 'services/s/extensions/X/merge', {}], ['PUT', 'services/s/states/0/extensions/X', 1], ['PUT', 'services/s/tasks/0/extensions/X/merge', {}],
];

/** @type {Case[]} */
const missing = ON_SERVICE.map(([method, path, body]) => ({ section: '5', name: `${method} ${path} of a service that is not there is not found`, run: async (api) => assert.equal((await api.expect(400, method, path, body)).json.code, 'not_found') }));

/** @type {Case[]} */
const parts = ['state', 'task'].flatMap((kind) => [
  { section: '5', name: `a ${kind} that is not there is not found`, run: async (api) => {
    const id = await api.start();
    for (const n of [0, 7]) assert.equal((await api.expect(400, 'GET', `services/${id}/${kind}s/${n}`)).json.code, 'not_found');
    await api.expect(400, 'POST', `services/${id}/${kind}s/0/end`, {});
  } },
  ...['x', '-1', '1.0', '99999999999'].map((n) => /** @type {Case} */ ({ section: '5', name: `${kind}_id ${n} is refused`, run: async (api) => void (await api.expect(400, 'GET', `services/${await rich(api)}/${kind}s/${n}`)) })),
  { section: '5', name: `a ${kind} ended twice alike is fine, otherwise a conflict`, run: async (api) => {
    const id = await api.start();
    await api.call('POST', `services/${id}/${kind}s/start`, {});
    for (const status of [204, 204]) await api.expect(status, 'POST', `services/${id}/${kind}s/0/end`, { disposition: 1 });
    await api.expect(409, 'POST', `services/${id}/${kind}s/0/end`, { disposition: 2 });
  } },
  { section: '5', name: `${kind}s are listed all, active, completed and by type`, run: async (api) => {
    const id = await rich(api);
    const list = async (/** @type {string} */ suffix) => (await api.get(`services/${id}/${kind}s${suffix}`)).map((/** @type {any} */ one) => one[`${kind}_id`]);
    assert.deepEqual([await list(''), await list('/active'), await list('/completed')], [[0, 1], [1], [0]]);
    assert.deepEqual(await list(`?${kind}_types=${kind === 'state' ? '5' : 'u'}`), [1]);
    assert.deepEqual(await list(`?${kind}_types=nothing`), []);
  } },
  { section: '4', name: `a ${kind} by id has its service_id, and its extensions on request`, run: async (api) => {
    const id = await rich(api);
    const one = await api.get(`services/${id}/${kind}s/0`);
    assert.equal(one.service_id, id);
    assert.equal(one.X ?? one.V, undefined);
    const full = await api.get(`services/${id}/${kind}s/0?extensions=*`);
    assert.equal(full.X ?? full.V, kind === 'state' ? 'x' : 'v');
  } },
  { section: '5', name: `a started ${kind} has a Location`, run: async (api) => {
    const id = await api.start();
    const answer = await api.expect(201, 'POST', `services/${id}/${kind}s/start`, {});
    assert.ok(answer.headers.get('Location')?.endsWith(`/services/${id}/${kind}s/0`));
  } },
]);

/** @type {Case[]} */
const extensions = ['', '/states/0', '/tasks/0'].flatMap((part) => [
  { section: '5', name: `an extension of services/{id}${part} is set and replaced by any JSON`, run: async (api) => {
    const id = await rich(api);
    for (const value of ['1', '"x"', 'null', '[1,2]', '{"a":1}', 'true']) {
      await api.expect(200, 'PUT', `services/${id}${part}/extensions/New`, value);
      assert.deepEqual((await api.get(`services/${id}${part}?extensions=New`)).New, JSON.parse(value));
    }
  } },
  { section: '5', name: `a merge into services/{id}${part} creates, then wins key by key`, run: async (api) => {
    const id = await rich(api);
    await api.expect(200, 'PUT', `services/${id}${part}/extensions/New/merge`, { a: 1, b: { deep: 1 } });
    await api.expect(200, 'PUT', `services/${id}${part}/extensions/New/merge`, { b: 2, c: 3 });
    assert.deepEqual((await api.get(`services/${id}${part}?extensions=New`)).New, { a: 1, b: 2, c: 3 });
  } },
  ...['[1]', '1', '"x"', 'null', '{', ''].map((body) => /** @type {Case} */ ({ section: '5', name: `a merge of ${body || 'nothing'} into services/{id}${part} is refused`, run: async (api) => void (await api.expect(400, 'PUT', `services/${await rich(api)}${part}/extensions/New/merge`, body)) })),
]);

const ITEM = { service: { contact_key: 'k', service_type: 'T' }, state: { state_type: 's' }, task: { task_type: 't' }, associate_state_task: true };

/** @type {Case[]} */
const composite = [
  { section: '5', name: 'a composite start creates service, state and task, the task in the state', run: async (api) => {
    const { json } = await api.expect(200, 'POST', 'services_composite/start', { services: [ITEM] });
    const [{ service_id, ...rest }] = json;
    assert.deepEqual(rest, { service_created: true, state_id: 0, state_created: true, task_id: 0, task_created: true });
    assert.equal((await api.get(`services/${service_id}/tasks/0`)).state_id, 0);
  } },
  { section: '5', name: 'a composite start again finds all three', run: async (api) => {
    const first = await api.expect(200, 'POST', 'services_composite/start', { services: [ITEM] });
    const second = await api.expect(200, 'POST', 'services_composite/start', { services: [ITEM] });
    assert.deepEqual(second.json, [{ ...first.json[0], service_created: false, state_created: false, task_created: false }]);
  } },
  { section: '5', name: 'a composite start passes over completed services, states and tasks', run: async (api) => {
    const [{ service_id }] = (await api.expect(200, 'POST', 'services_composite/start', { services: [ITEM] })).json;
    await api.expect(204, 'POST', `services/${service_id}/tasks/0/end`, {});
    const [again] = (await api.expect(200, 'POST', 'services_composite/start', { services: [ITEM] })).json;
    assert.deepEqual([again.service_created, again.state_created, again.task_id], [false, false, 1]);
    await api.expect(204, 'POST', `services/${service_id}/end`, {});
    assert.equal((await api.expect(200, 'POST', 'services_composite/start', { services: [ITEM] })).json[0].service_created, true);
  } },
  ...[{ contact_key: 'other' }, { service_type: 'U' }, { customer_id: 'C-1' }].map((other) => /** @type {Case} */ ({ section: '5', name: `a composite start with another ${Object.keys(other)[0]} is another service`, run: async (api) => {
    await api.expect(200, 'POST', 'services_composite/start', { services: [ITEM] });
    const { json } = await api.expect(200, 'POST', 'services_composite/start', { services: [{ service: { ...ITEM.service, ...other } }] });
    assert.equal(json[0].service_created, true);
  } })),
  { section: '5', name: 'create_new_services starts a new one whatever is there', run: async (api) => {
    await api.expect(200, 'POST', 'services_composite/start', { services: [ITEM] });
    assert.equal((await api.expect(200, 'POST', 'services_composite/start', { services: [ITEM], create_new_services: true })).json[0].service_created, true);
  } },
  { section: '5', name: 'two items of one kind find each other', run: async (api) => {
    const { json } = await api.expect(200, 'POST', 'services_composite/start', { services: [ITEM, ITEM] });
    assert.deepEqual(json.map((/** @type {any} */ one) => one.service_created), [true, false]);
    assert.equal(json[0].service_id, json[1].service_id);
  } },
  ...[{}, { services: [] }, { services: {} }, { services: [1] }, { services: [{}] }, { services: [{ service: {} }] }, { services: [ITEM, { service: { contact_key: 7 } }] }, { services: [ITEM, { ...ITEM, task: { state_id: 99 }, associate_state_task: false }] }, { services: [{ ...ITEM, colour: 1 }] }, { services: [ITEM], create_new_services: 1 }, { services: [{ ...ITEM, state: undefined }] }].map((body, n) => /** @type {Case} */ ({ section: '5', name: `the composite start ${n + 1}, ${JSON.stringify(body).slice(-60)}, is refused whole`, run: async (api) => {
    await api.expect(400, 'POST', 'services_composite/start', body);
    assert.deepEqual(await api.get('services/anonymous/k'), []);
  } })),
];

/** @type {[string, number[]][]} of: active anonymous, completed anonymous, active identified, completed identified */
const PURGES = [['purge.service.all', [0, 1, 2, 3]], ['purge.service.started', [0, 2]], ['purge.service.started.anonymous', [0]], ['purge.service.completed', [1, 3]], ['purge.service.completed.anonymous', [1]]];

/** @type {Case[]} */
const lifetime = [
  { section: '5', name: 'a service with ttl 0 is gone', run: async (api) => {
    const id = await api.start({ contact_key: 'k', ttl: 0 });
    await api.expect(400, 'GET', `services/${id}`);
    assert.deepEqual(await api.get('services/anonymous/k'), []);
  } },
  { section: '5', name: 'a service whose expiration_time has passed is gone, with its states and tasks', run: async (api) => {
    const id = await rich(api);
    await api.expect(200, 'PUT', `services/${id}`, { expiration_time: AT });
    for (const path of ['', '/states', '/tasks/0']) await api.expect(400, 'GET', `services/${id}${path}`);
  } },
  { section: '5', name: 'ttl wins over expiration_time', run: async (api) => {
    const id = await api.start();
    await api.expect(200, 'PUT', `services/${id}`, { ttl: 3600, expiration_time: AT });
    await api.expect(200, 'GET', `services/${id}`);
    await api.expect(200, 'PUT', `services/${id}`, { expiration_time: '2999-01-01T00:00:00Z', ttl: 0 });
    await api.expect(400, 'GET', `services/${id}`);
  } },
  ...[{}, { ttl: -1 }, { ttl: 'x' }, { expiration_time: 'x' }, { colour: 1, ttl: 1 }, []].map((body) => /** @type {Case} */ ({ section: '5', name: `the expiration ${JSON.stringify(body)} is refused`, run: async (api) => void (await api.expect(400, 'PUT', `services/${await api.start()}`, body)) })),
  { section: '5', name: 'auto_complete_after ends the service with its states and tasks', run: async (api) => {
    const id = await api.start({ contact_key: 'k', auto_complete_after: 0 });
    await api.call('POST', `services/${id}/states/start`, {});
    assert.equal((await api.get('services/anonymous/k/active')).length, 0);
    assert.ok((await api.get(`services/${id}`)).completed.timestamp);
  } },
  { section: '5', name: 'a deleted service is gone from everywhere', run: async (api) => {
    const id = await rich(api);
    await api.expect(200, 'DELETE', `services/${id}`);
    await api.expect(400, 'GET', `services/${id}`);
    await api.expect(400, 'DELETE', `services/${id}`);
    assert.deepEqual(await api.get('services/anonymous/k'), []);
  } },
  ...PURGES.map(([operation, gone]) => /** @type {Case} */ ({ section: '5', name: `${operation} takes ${gone.length} of four, and none started at the limit`, run: async (api) => {
    const ids = [];
    for (const owner of [{ contact_key: 'k' }, { customer_id: 'C-1' }]) {
      for (const ended of [false, true]) {
        ids.push(await api.start({ ...owner, timestamp: `2020-04-30T00:00:0${ids.length}Z` }));
        if (ended) await api.expect(204, 'POST', `services/${ids.at(-1)}/end`, {});
      }
    }
    await api.start({ contact_key: 'k', timestamp: AT });
    assert.deepEqual((await api.expect(200, 'POST', 'maintenance/purge', { limit: AT, operation })).json, { purged: gone.length });
    for (const [n, id] of ids.entries()) await api.expect(gone.includes(n) ? 400 : 200, 'GET', `services/${id}`);
    assert.equal((await api.get('services/anonymous/k')).some((/** @type {any} */ one) => one.started.timestamp === AT), true);
  } })),
  ...[{}, { limit: AT }, { operation: 'purge.service.all' }, { limit: 'x', operation: 'purge.service.all' }, { limit: AT, operation: 'purge.everything' }, { limit: AT, operation: 'purge.service.all', really: true }].map((body) => /** @type {Case} */ ({ section: '5', name: `the purge ${JSON.stringify(body)} is refused`, run: (api) => api.expect(400, 'POST', 'maintenance/purge', body) })),
];

/** @type {[string, number[]][]} of: active at 10:00, completed at 11:00 and begun at 10:01 */
const EXPORTS = [
  ['time_from=2020-05-01T10:00:00Z', [0, 1]], ['time_from=2020-05-01T10:01:00Z', [1]], ['time_from=2020-05-01T10:00:00Z&time_to=2020-05-01T10:01:00Z', [0]], ['time_from=2020-05-01T10:30:00Z&filter_events=completed', [1]],
  ['time_from=2020-01-01T00:00:00Z&filter_state=active', [0]], ['time_from=2020-01-01T00:00:00Z&filter_state=completed', [1]], ['time_from=2021-01-01T00:00:00Z', []],
];

/** @type {Case[]} */
const exported = [
  ...EXPORTS.map(([query, fit]) => /** @type {Case} */ ({ section: '5', name: `an export with ${query} holds ${fit.length} of two`, run: async (api) => {
    const ids = [await api.start({ contact_key: 'k', timestamp: '2020-05-01T10:00:00Z' }), await api.start({ contact_key: 'k', timestamp: '2020-05-01T10:01:00Z' })];
    await api.expect(204, 'POST', `services/${ids[1]}/end`, { timestamp: '2020-05-01T11:00:00Z' });
    assert.deepEqual(await api.ids(`maintenance/services/stream?${query}`), fit.map((n) => ids[n]));
  } })),
  { section: '5', name: 'an export holds everything, or what export_content names', run: async (api) => {
    await rich(api);
    const [all] = await api.get(`maintenance/services/stream?time_from=${AT}`);
    assert.deepEqual([all.A, all.active_states.length, all.completed_tasks.length, all.active_states[0].Y], [1, 1, 1, 'y']);
    const [some] = await api.get(`maintenance/services/stream?time_from=${AT}&export_content=services,tasks`);
    assert.deepEqual([some.A, some.active_states, some.active_tasks.length], [undefined, undefined, 1]);
  } },
  ...['', 'time_from=x', `time_from=${AT}&filter_events=none`, `time_from=${AT}&filter_state=x`, `time_from=${AT}&export_content=x`, `time_from=${AT}&cursor=x`].map((query) => /** @type {Case} */ ({ section: '5', name: `an export with ${query || 'nothing'} is refused`, run: (api) => api.expect(400, 'GET', `maintenance/services/stream?${query}`) })),
];

/** @type {Case[]} */
const attributes = [
  { section: '5', needs: 'attributes', name: 'the business attributes are reported', run: async (api) => {
    const media = { name: 'Media', values: [{ name: 'chat', display_name: 'Chat' }, { name: 'email', display_name: 'E-mail' }] };
    assert.deepEqual(await api.get('metadata/business-attributes'), [media]);
    assert.deepEqual(await api.get('metadata/business-attributes/Media'), media);
    assert.deepEqual(await api.get('metadata/business-attributes?cv-attribute=Service.media_type'), [media]);
  } },
  { section: '5', needs: 'attributes', name: 'an attribute or a field that is not there is not found', run: async (api) => {
    await api.expect(400, 'GET', 'metadata/business-attributes/Nothing');
    await api.expect(400, 'GET', 'metadata/business-attributes?cv-attribute=Service.colour');
  } },
  { section: '5', needs: 'attributes', name: 'an unknown value of a mapped field is refused and the valid ones are named', run: async (api) => {
    await api.start({ contact_key: 'k', media_type: 'chat' });
    assert.match((await api.expect(400, 'POST', 'services/start', { contact_key: 'k', media_type: 'fax' })).json.message, /^media_type.*chat, email/);
  } },
];

/** @type {Case[]} */
export const operations = [
  { section: '5', name: 'a start answers 201, the id and a Location', run: async (api) => {
    const answer = await api.expect(201, 'POST', 'services/start', { contact_key: 'k' });
    assert.deepEqual(Object.keys(answer.json), ['service_id']);
    assert.ok(answer.headers.get('Location')?.endsWith(`/genesys/1/cs/services/${answer.json.service_id}`));
  } },
  { section: '4', name: 'a service has the contract\'s shape', run: async (api) => {
    const id = await api.start({ contact_key: 'k', customer_id: 'C-1', service_type: 7, est_duration: 60, timestamp: AT, session_id: 's', media_type: 'email' });
    await api.expect(204, 'POST', `services/${id}/end`, { timestamp: AT, interaction_id: 'i', disposition: 'd', disposition_desc: 'e' });
    assert.deepEqual(await api.get(`services/${id}`), {
      service_id: id, service_type: 7, customer_id: 'C-1', contact_key: 'k', est_duration: 60, disposition: 'd',
      started: { timestamp: AT, session_id: 's', media_type: 'email' }, completed: { timestamp: AT, interaction_id: 'i', disposition: 'd', disposition_desc: 'e' },
    });
  } },
  { section: '4', name: 'a task has the contract\'s shape', run: async (api) => {
    const id = await rich(api);
    assert.deepEqual(await api.get(`services/${id}/tasks/0`), { service_id: id, task_id: 0, task_type: 't', state_id: 0, disposition: 9, started: { timestamp: AT }, completed: { timestamp: AT, disposition: 9 } });
  } },
  { section: '5', name: 'an unknown key and an unknown customer have empty lists', run: async (api) => {
    for (const path of ['services/anonymous/k', 'services/anonymous/k/active', 'customers/C-1/services', 'customers/C-1/services/completed']) assert.deepEqual(await api.get(path), []);
  } },
  { section: '2', name: 'nested lists are in ascending start time too', run: async (api) => {
    const id = await api.start();
    for (const timestamp of ['2020-02-01T00:00:00Z', '2020-01-01T00:00:00Z']) await api.expect(201, 'POST', `services/${id}/states/start`, { timestamp });
    const { active_states } = await api.get(`services/${id}?active_states=true`);
    assert.deepEqual(active_states.map((/** @type {any} */ one) => one.state_id), [1, 0]);
    assert.deepEqual((await api.get(`services/${id}/states`)).map((/** @type {any} */ one) => one.state_id), [1, 0]);
  } },
  { section: '5', name: 'tasks are found by their state', run: async (api) => {
    const tasks = await api.get(`services/${await rich(api)}/tasks?state_id=1`);
    assert.deepEqual(tasks.map((/** @type {any} */ one) => one.task_id), [1]);
  } },
  { section: '5', name: 'a transition out of a completed or a missing state changes nothing', run: async (api) => {
    const id = await rich(api);
    await api.expect(409, 'POST', `services/${id}/states/transition`, { from: { state_id: 0 }, to: {} });
    await api.expect(400, 'POST', `services/${id}/states/transition`, { from: { state_id: 9 }, to: {} });
    await api.expect(400, 'POST', `services/${id}/states/transition`, { from: { state_id: 1 }, to: { state_type: {} } });
    assert.equal((await api.get(`services/${id}/states/active`)).length, 1);
    assert.equal((await api.get(`services/${id}/states`)).length, 2);
  } },
  { section: '5', name: 'an association whose body names another customer than the path is refused', run: async (api) => void (await api.expect(400, 'POST', `customers/C-1/services/${await api.start()}`, { customer_id: 'C-2' })) },
  ...selections, ...lists, ...windows, ...unknown, ...missing, ...parts, ...extensions, ...composite, ...lifetime, ...exported, ...attributes,
];
