// Contract section 3: the fields of every event, their types and limits.
import assert from 'node:assert/strict';
import { AT } from '../case.js';

/** @typedef {import('../case.js').Case} Case */

const GOOD = {
  text: ['x'], word: ['x', 7, -1], seconds: [0, 60], key: ['x'], index: [0], instant: [AT],
};
const BAD = {
  text: [7, null, true, {}, []], word: [1.5, null, true, {}, []], seconds: [-1, 1.5, '60', null], key: ['', 7, null, 'x'.repeat(257), '   ', 'a\u0000b'],
  index: [-1, 1.5, '0', 2147483648], instant: ['x', 7],
};

/** @type {Record<string, keyof typeof GOOD>} */
const COMMON = {
  session_id: 'text', interaction_id: 'text', application_type: 'word', application_id: 'word', resource_type: 'word', resource_id: 'word', media_type: 'word',
};

/** @type {{ event: string, point: string, own: Record<string, keyof typeof GOOD>, prepare: (api: any) => Promise<[string, string, object]> , read: (api: any, id: string) => Promise<any> }[]} */
const EVENTS = [
  { event: 'service start', point: 'started', own: { service_type: 'word', est_duration: 'seconds', ttl: 'seconds', expiration_time: 'instant', auto_complete_after: 'seconds', contact_key: 'key' }, prepare: async () => ['services/start', '', { contact_key: 'k' }], read: (api, id) => api.get(`services/${id}?extensions=*`) },
  { event: 'service end', point: 'completed', own: { disposition: 'word', disposition_desc: 'text', ttl: 'seconds', expiration_time: 'instant' }, prepare: async (api) => { const id = await api.start(); return [`services/${id}/end`, id, {}]; }, read: (api, id) => api.get(`services/${id}?extensions=*`) },
  { event: 'state start', point: 'started', own: { state_type: 'word', est_duration: 'seconds', previous_state_id: 'index' }, prepare: async (api) => { const id = await api.start(); await api.call('POST', `services/${id}/states/start`, {}); return [`services/${id}/states/start`, `${id}/states/1`, {}]; }, read: (api, id) => api.get(`services/${id}?extensions=*`) },
  { event: 'state end', point: 'completed', own: { disposition: 'word', disposition_desc: 'text' }, prepare: async (api) => { const id = await api.start(); await api.call('POST', `services/${id}/states/start`, {}); return [`services/${id}/states/0/end`, `${id}/states/0`, {}]; }, read: (api, id) => api.get(`services/${id}?extensions=*`) },
  { event: 'task start', point: 'started', own: { task_type: 'word', est_duration: 'seconds', state_id: 'index' }, prepare: async (api) => { const id = await api.start(); await api.call('POST', `services/${id}/states/start`, {}); return [`services/${id}/tasks/start`, `${id}/tasks/0`, {}]; }, read: (api, id) => api.get(`services/${id}?extensions=*`) },
  { event: 'task end', point: 'completed', own: { disposition: 'word', disposition_desc: 'text' }, prepare: async (api) => { const id = await api.start(); await api.call('POST', `services/${id}/tasks/start`, {}); return [`services/${id}/tasks/0/end`, `${id}/tasks/0`, {}]; }, read: (api, id) => api.get(`services/${id}?extensions=*`) },
];

/** Fields that shorten a life would take the service away before it is read. */
const NOT_READ = new Set(['ttl', 'expiration_time', 'auto_complete_after']);
/** Fields that stand at the resource's level, not inside started or completed. */
const TOP = new Set(['service_type', 'state_type', 'task_type', 'est_duration', 'previous_state_id', 'state_id', 'contact_key']);

/** @type {Case[]} */
const fields = EVENTS.flatMap(({ event, point, own, prepare, read }) =>
  Object.entries({ ...COMMON, ...own }).flatMap(([field, kind]) => [
    /** @type {Case} */ ({ section: '3', name: `${event}: ${field} is kept`, run: async (api) => {
      for (const value of field === 'media_type' ? ['email'] : GOOD[kind]) {
        const [path, target, base] = await prepare(api);
        const answer = await api.call('POST', path, { ...base, [field]: value });
        assert.ok(answer.status < 300, answer.text);
        if (NOT_READ.has(field)) continue;
        const resource = await read(api, target || answer.json.service_id);
        assert.deepEqual(TOP.has(field) ? resource[field] : resource[point][field], value);
      }
    } }),
    /** @type {Case} */ ({ section: '3', name: `${event}: ${field} of a wrong type is refused by name and changes nothing`, run: async (api) => {
      const [path, target, base] = await prepare(api);
      for (const value of BAD[kind]) {
        const answer = await api.expect(400, 'POST', path, { ...base, [field]: value });
        assert.ok(answer.json.message.startsWith(field), answer.text);
      }
      if (target && !event.endsWith('start')) assert.equal((await read(api, target))[point], undefined);
    } }),
  ]),
);

/** @type {[string, number][]} */
const LIMITS = [['session_id', 32], ['interaction_id', 50]];

/** @type {Case[]} */
export const events = [
  ...fields,
  ...LIMITS.map(([field, most]) => /** @type {Case} */ ({ section: '2', name: `${field} has at most ${most} characters, not bytes`, run: async (api) => {
    await api.start({ contact_key: 'k', [field]: 'é'.repeat(most) });
    await api.expect(400, 'POST', 'services/start', { contact_key: 'k', [field]: 'x'.repeat(most + 1) });
  } })),
  { section: '2', name: 'disposition_desc has at most 64 characters', run: async (api) => {
    const id = await api.start();
    await api.expect(400, 'POST', `services/${id}/end`, { disposition_desc: 'x'.repeat(65) });
    await api.expect(204, 'POST', `services/${id}/end`, { disposition_desc: 'x'.repeat(64) });
  } },
  { section: '3', name: 'a service_id sent in a start is ignored', run: async (api) => {
    const id = await api.start({ contact_key: 'k', service_id: 'mine' });
    assert.notEqual(id, 'mine');
    assert.equal((await api.get(`services/${id}?extensions=*`)).service_id, id);
  } },
  { section: '3', name: 'any further key is an extension, on every event', run: async (api) => {
    for (const { prepare, read } of EVENTS) {
      const [path, target, base] = await prepare(api);
      const answer = await api.call('POST', path, { ...base, Extra: { deep: [1, null, 'é'] } });
      assert.deepEqual((await read(api, target || answer.json.service_id)).Extra, { deep: [1, null, 'é'] });
    }
  } },
  { section: '3', name: 'an extension keeps the bytes it was sent in', run: async (api) => {
    const text = '{"z":1.0,"a":9007199254740993, "m" : [ 1e2,-0 ]}';
    const { json } = await api.expect(201, 'POST', 'services/start', `{"contact_key":"k","X":${text}}`);
    assert.ok((await api.call('GET', `services/${json.service_id}?extensions=X`)).text.includes(`"X":${text}`));
  } },
  ...['started', 'completed', 'active_states', 'disposition'].map((name) => /** @type {Case} */ ({ section: '4', name: `a start's ${name} would hide the resource's own and is refused`, run: (api) => api.expect(400, 'POST', 'services/start', { contact_key: 'k', [name]: 1 }) })),
  { section: '3', name: 'a repeated start with one Idempotency-Key answers with the first id', run: async (api) => {
    const headers = { 'Idempotency-Key': 'once' };
    const first = await api.expect(201, 'POST', 'services/start', { contact_key: 'k' }, headers);
    const second = await api.expect(201, 'POST', 'services/start', { contact_key: 'k' }, headers);
    assert.deepEqual(second.json, first.json);
    assert.equal((await api.ids('services/anonymous/k')).length, 1);
    await api.expect(409, 'POST', 'services/start', { contact_key: 'other' }, headers);
  } },
  { section: '3', name: 'a transition\'s common fields apply to both states', run: async (api) => {
    const id = await api.start();
    await api.call('POST', `services/${id}/states/start`, { state_type: 'a' });
    await api.expect(201, 'POST', `services/${id}/states/transition`, { timestamp: AT, session_id: 's', from: { state_id: 0, disposition: 'd', disposition_desc: 'e' }, to: { state_type: 'b', est_duration: 3 } });
    const [left, entered] = await api.get(`services/${id}/states`).then((/** @type {any[]} */ all) => all.sort((a, b) => a.state_id - b.state_id));
    assert.deepEqual(left.completed, { timestamp: AT, session_id: 's', disposition: 'd', disposition_desc: 'e' });
    assert.deepEqual([entered.started, entered.state_type, entered.est_duration, entered.previous_state_id], [{ timestamp: AT, session_id: 's' }, 'b', 3, 0]);
  } },
  ...[{}, { from: { state_id: 0 } }, { to: {} }, { from: {}, to: {} }, { from: 0, to: {} }, { from: { state_id: '0' }, to: {} }].map((body) => /** @type {Case} */ ({ section: '3', name: `the transition ${JSON.stringify(body)} is refused and changes nothing`, run: async (api) => {
    const id = await api.start();
    await api.call('POST', `services/${id}/states/start`, {});
    await api.expect(400, 'POST', `services/${id}/states/transition`, body);
    assert.equal((await api.get(`services/${id}/states/active`)).length, 1);
  } })),
];
