// What each operation of this package costs on a store of so many services: the time that its promise takes, and the
// bytes that it gives to IndexedDB meanwhile. Medians of several.
import { createEngine } from '../../../../js/engine.js';
import { openServices } from '../../../../js/index.js';
import { indexedDBStorage } from '../../../../js/storage/indexeddb.js';
import { Store } from '../../../../js/store.js';
import { contactKey, service } from '../records.js';
import { median } from './works.js';
import { countWrites } from './writes.js';

const TIMES = 30;
const TIMES_OPEN = 5;
/** Services of one hand-over. */
const VISIT = 10;
const BULK = 1000;
const CUSTOMER = 'C-1';

/** @typedef {{ ms: number, bytes: number }} Cost */

const written = countWrites();
/** @type {import('../../../../js/index.js').Services} */
let store;

const openStore = async () => {
  // A million services are more than the default allows.
  store = await openServices({ name: 'curves', wasm: '/engine.wasm', budget: 2 ** 40 });
};

/** @param {number} i */
const start = (i) => {
  const { service_id: _id, started: _started, ...event } = service(i);
  return store.start(event);
};

/** @param {number} from @param {number} count */
const startMany = (from, count) => Promise.all(Array.from({ length: count }, (_, i) => start(from + i)));

/** @param {(i: number) => Promise<unknown>} work @returns {Promise<Cost>} */
async function once(work, i = 0) {
  const [begin, before] = [performance.now(), written.bytes];
  await work(i);
  return { ms: performance.now() - begin, bytes: written.bytes - before };
}

/** @param {Cost[]} costs @param {number} [divisor] */
const middle = (costs, divisor = 1) => ({
  ms: median(costs.map(({ ms }) => ms)) / divisor,
  bytes: median(costs.map(({ bytes }) => bytes)) / divisor,
});

/** @param {number} count @param {(i: number) => Promise<unknown>} work */
async function times(count, work) {
  const costs = [];
  for (let i = 0; i < count; ++i) costs.push(await once(work, i));
  return middle(costs);
}

/** Fills the empty store. @param {number} count */
async function fill(count) {
  await openStore();
  for (let made = 0; made < count; made += BULK) await startMany(made, Math.min(BULK, count - made));
  await store.close();
}

/** @param {number} size  services that the store was filled with @returns {Promise<Record<string, Cost>>} */
async function measure(size) {
  /** @type {Record<string, Cost>} */
  const costs = {};
  costs.open = await times(TIMES_OPEN, async () => {
    await store?.close();
    await openStore();
  });
  const { bytes } = await store.estimate();
  costs['stored, each service'] = { ms: 0, bytes: bytes / size };
  const step = Math.max(1, Math.floor(size / TIMES));
  costs['query by contact key'] = await times(TIMES, (i) =>
    store.queryAnonymous(contactKey((i * step) % size), { extensions: ['*'] }),
  );

  /** @type {string[]} */
  const ids = [];
  costs['start, awaited'] = await times(TIMES, async (i) => {
    ids.push((await start(size + i)).service_id);
  });
  costs['get by id'] = await times(TIMES, (i) => store.queryService(ids[i], { extensions: ['*'] }));
  costs['start a state'] = await times(TIMES, (i) => store.startState(ids[i], { state_type: 'address' }));
  costs.complete = await times(TIMES, (i) => store.complete(ids[i], { disposition: 'done' }));

  // A visit of its own, or all of the store would be handed over.
  await store.signOut();
  await startMany(size + TIMES, VISIT);
  costs['plan, 10 services'] = await times(TIMES, () => store.plan({ customer_id: CUSTOMER, visit: true }));
  const [associations, undone] = [/** @type {Cost[]} */ ([]), /** @type {Cost[]} */ ([])];
  for (let i = 0; i < TIMES; ++i) {
    let id = '';
    associations.push(
      await once(
        async () => (id = (await store.associate({ customer_id: CUSTOMER, visit: true }))?.association_id ?? ''),
      ),
    );
    undone.push(await once(() => store.undo(id)));
  }
  costs['associate, 10 services'] = middle(associations);
  costs['undo, 10 services'] = middle(undone);

  await store.close();
  costs.checkpoint = await checkpoint();
  await openStore();
  // Last, because it makes the store larger than its label says.
  const bulk = [];
  for (let i = 0; i < TIMES_OPEN; ++i) bulk.push(await once(() => startMany(size + TIMES + VISIT + i * BULK, BULK)));
  costs['start, one of 1,000 together'] = middle(bulk, BULK);
  await store.close();
  return costs;
}

/** What `reset` ends with, without the deletions: everything is written anew. */
async function checkpoint() {
  const restart = () => createEngine({ wasm: '/engine.wasm' });
  const engine = await restart();
  const inner = new Store({ engine, storage: indexedDBStorage(engine.module, 'curves'), now: Date.now, restart });
  await inner.open();
  const cost = await once(() => inner.checkpoint());
  await inner.close();
  return cost;
}

globalThis.curves = { fill, measure };
document.body.dataset.ready = 'true';
