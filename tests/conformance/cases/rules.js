// Contract section 1 (the model's rules) and section 8 (ids).
import assert from 'node:assert/strict';
import { AT } from '../case.js';

const KEY = 'services/anonymous/k';

/** @type {import('../case.js').Case[]} */
export const rules = [
  { section: '1.1', name: 'a start with neither customer nor key is refused', run: (api) => api.expect(400, 'POST', 'services/start', {}) },
  { section: '1.1', name: 'a start with a key alone is anonymous', run: async (api) => assert.equal((await api.get(`services/${await api.start()}`)).customer_id, undefined) },
  { section: '1.1', name: 'a start with a customer alone is identified', run: async (api) => assert.equal((await api.get(`services/${await api.start({ customer_id: 'C-1' })}`)).customer_id, 'C-1') },
  { section: '1.1', name: 'a start with both is not found by the key', run: async (api) => {
    await api.start({ customer_id: 'C-1', contact_key: 'k' });
    assert.deepEqual(await api.get(KEY), []);
  } },
  { section: '1.2', name: 'one key finds many services', run: async (api) => {
    const ids = [await api.start(), await api.start(), await api.start()];
    assert.deepEqual(new Set(await api.ids(KEY)), new Set(ids));
  } },
  ...['K', 'k%20', '%20k', 'kk', '%C4%B7'].map((key) => ({ section: '1.3', name: `the key k is not the key ${key}`, run: async (/** @type {any} */ api) => {
    await api.start();
    assert.deepEqual(await api.get(`services/anonymous/${key}`), []);
  } })),
  { section: '1.4', name: 'active and completed split the list', run: async (api) => {
    const [active, completed] = [await api.start(), await api.start()];
    await api.expect(204, 'POST', `services/${completed}/end`, {});
    assert.deepEqual(await api.ids(`${KEY}/active`), [active]);
    assert.deepEqual(await api.ids(`${KEY}/completed`), [completed]);
    assert.equal((await api.ids(KEY)).length, 2);
  } },
  { section: '1.5', name: 'an associated service leaves the key and appears under the customer unchanged', run: async (api) => {
    const id = await api.start({ contact_key: 'k', service_type: 'T', timestamp: AT, Cart: { a: [1] } });
    await api.expect(201, 'POST', `services/${id}/states/start`, { state_type: 's', timestamp: AT });
    await api.expect(201, 'POST', `services/${id}/tasks/start`, { task_type: 't', timestamp: AT });
    const show = 'extensions=*&active_states=true&active_tasks=true';
    const before = await api.get(`services/${id}?${show}`);
    await api.expect(204, 'POST', `customers/C-1/services/${id}`);
    assert.deepEqual(await api.get(KEY), []);
    assert.deepEqual(await api.get(`customers/C-1/services?${show}`), [{ ...before, customer_id: 'C-1' }]);
  } },
  { section: '1.6', name: 'associating again moves the service out of every list of the former customer', run: async (api) => {
    const id = await api.start();
    await api.expect(204, 'POST', `customers/C-1/services/${id}`);
    await api.expect(204, 'POST', `customers/C-2/services/${id}`);
    for (const list of ['', '/active', '/completed']) assert.deepEqual(await api.get(`customers/C-1/services${list}`), []);
    assert.deepEqual(await api.ids('customers/C-2/services/active'), [id]);
  } },
  { section: '1.6', name: 'the same customer again only applies the updates', run: async (api) => {
    const id = await api.start();
    await api.expect(204, 'POST', `customers/C-1/services/${id}`);
    const once = await api.get(`services/${id}`);
    await api.expect(204, 'POST', `customers/C-1/services/${id}`);
    assert.deepEqual(await api.get(`services/${id}`), once);
    await api.expect(204, 'POST', `customers/C-1/services/${id}`, { service_type: 'X' });
    assert.deepEqual(await api.get(`services/${id}`), { ...once, service_type: 'X' });
  } },
  { section: '1.7', name: 'an association replaces start fields and extensions', run: async (api) => {
    const id = await api.start({ contact_key: 'k', service_type: 'A', Cart: [1], Note: 'x' });
    await api.expect(204, 'POST', `customers/C-1/services/${id}`, { service_type: 'B', est_duration: 5, Cart: [2] });
    const service = await api.get(`services/${id}?extensions=*`);
    assert.deepEqual([service.service_type, service.est_duration, service.Cart, service.Note], ['B', 5, [2], 'x']);
  } },
  { section: '1.8', name: 'a completed service may be associated', run: async (api) => {
    const id = await api.start();
    await api.expect(204, 'POST', `services/${id}/end`, {});
    await api.expect(204, 'POST', `customers/C-1/services/${id}`);
    assert.deepEqual(await api.ids('customers/C-1/services/completed'), [id]);
  } },
  { section: '1.8', name: 'the same completion again answers as the first', run: async (api) => {
    const id = await api.start();
    for (let i = 0; i < 2; ++i) await api.expect(204, 'POST', `services/${id}/end`, { disposition: 'd', X: 1 });
  } },
  ...[{ disposition: 'e' }, { disposition: 'd', X: 2 }, {}].map((body) => ({ section: '1.8', name: `another completion ${JSON.stringify(body)} is a conflict`, run: async (/** @type {any} */ api) => {
    const id = await api.start();
    await api.expect(204, 'POST', `services/${id}/end`, { disposition: 'd', X: 1 });
    await api.expect(409, 'POST', `services/${id}/end`, body);
  } })),
  { section: '1.8', name: 'completion leaves states and tasks as they are, and they go on', run: async (api) => {
    const id = await api.start();
    await api.expect(201, 'POST', `services/${id}/states/start`, {});
    await api.expect(201, 'POST', `services/${id}/tasks/start`, {});
    await api.expect(204, 'POST', `services/${id}/end`, {});
    assert.equal((await api.get(`services/${id}/states/active`)).length, 1);
    assert.equal((await api.get(`services/${id}/tasks/active`)).length, 1);
    await api.expect(204, 'POST', `services/${id}/states/0/end`, {});
    await api.expect(201, 'POST', `services/${id}/tasks/start`, {});
  } },
  { section: '1.9', name: 'states, tasks and extensions work on an anonymous service', run: async (api) => {
    const id = await api.start();
    await api.expect(201, 'POST', `services/${id}/states/start`, {});
    await api.expect(201, 'POST', `services/${id}/tasks/start`, { state_id: 0 });
    await api.expect(200, 'PUT', `services/${id}/extensions/X`, [1]);
  } },
  ...[1, 5, 2147483647].map((state_id) => ({ section: '1.10', name: `a task's state_id ${state_id} that the service lacks is refused`, run: async (/** @type {any} */ api) => {
    const id = await api.start();
    await api.expect(201, 'POST', `services/${id}/states/start`, {});
    await api.expect(400, 'POST', `services/${id}/tasks/start`, { state_id });
    assert.deepEqual(await api.get(`services/${id}/tasks`), []);
  } })),
  { section: '1.10', name: 'a state of another service does not count', run: async (api) => {
    const [a, b] = [await api.start(), await api.start()];
    await api.expect(201, 'POST', `services/${a}/states/start`, {});
    await api.expect(400, 'POST', `services/${b}/tasks/start`, { state_id: 0 });
  } },
  { section: '1', name: 'states and tasks count from 0 within their service', run: async (api) => {
    for (const id of [await api.start(), await api.start()]) {
      for (const n of [0, 1, 2]) {
        assert.deepEqual((await api.expect(201, 'POST', `services/${id}/states/start`, {})).json, { state_id: n });
        assert.deepEqual((await api.expect(201, 'POST', `services/${id}/tasks/start`, {})).json, { task_id: n });
      }
    }
  } },
  { section: '1', name: 'several states and tasks are active at once', run: async (api) => {
    const id = await api.start();
    for (const kind of ['states', 'tasks']) {
      for (let i = 0; i < 3; ++i) await api.expect(201, 'POST', `services/${id}/${kind}/start`, {});
      await api.expect(204, 'POST', `services/${id}/${kind}/1/end`, {});
      assert.equal((await api.get(`services/${id}/${kind}/active`)).length, 2);
    }
  } },
  { section: '8', name: 'an id is a UUIDv7 of now', run: async (api) => {
    const id = await api.start();
    assert.match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    assert.ok(Math.abs(parseInt(id.replaceAll('-', '').slice(0, 12), 16) - Date.now()) < 60_000);
  } },
  { section: '8', name: 'one key gives one shard hint, whatever the rest', run: async (api) => {
    const hints = [await api.start(), await api.start({ contact_key: 'k', customer_id: 'C-1' })].map((id) => id.slice(15, 18));
    assert.equal(hints[0], hints[1]);
  } },
  ...['383-0190163d-8694-739b-aea5-966c26f8ad91', '12345'].map((id) => ({ section: '8', name: `the foreign id ${id} is a string like any other`, run: async (/** @type {any} */ api) => {
    const { json } = await api.expect(400, 'GET', `services/${id}`);
    assert.equal(json.message, `There are no service found for : ${id}`);
  } })),
];
