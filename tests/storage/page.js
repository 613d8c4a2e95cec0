// The page of the storage tests: the suite over IndexedDB, and a visitor's story told in steps. The step that the
// address names (`#leaveOrder`) is done at once and its result sent to the server, for a browser that nobody drives.
import { openServices } from 'anonymous-services';
import { createEngine } from '../../js/engine.js';
import { indexedDBStorage } from '../../js/storage/indexeddb.js';
import { compileFrom } from '../../js/wasm/compile.js';
import { problems } from './problems.js';
import { damagedName, runCases } from './suite.js';

const KEY = 'pat@example.org';
const wasm = compileFrom('/engine.wasm');

/** Every storage has an instance of the module to itself, as the store of an openServices has. @param {string} name */
const make = async (name) => indexedDBStorage((await createEngine({ wasm: await wasm })).module, name);

/** What `repair` set aside. @param {string} name @param {number} sequence @returns {Promise<Uint8Array>} */
const damaged = (name, sequence) =>
  new Promise((resolve, reject) => {
    const path = `/anonymous-services/${name}`;
    const opening = indexedDB.open(path);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const database = opening.result;
      const request = database.transaction('FILE_DATA').objectStore('FILE_DATA').get(`${path}/${damagedName(sequence)}`);
      request.onsuccess = () => resolve(request.result?.contents);
      database.close();
    };
  });

/** @param {string} name */
const open = async (name) => openServices({ name, wasm: await wasm });

const steps = {
  runStorageSuite: () => runCases(make, { shared: true, reopens: false, damaged }),

  /** Leaves a service with a state behind. */
  async leaveOrder() {
    const services = await open('story');
    const { service_id } = await services.start({ contact_key: KEY, service_type: 'WebOrder', Cart: { sencha: 2 } });
    await services.startState(service_id, { state_type: 'address' });
    const digest = services.digest();
    await services.close();
    return { service_id, digest };
  },

  /** What is there of it. */
  async findOrder() {
    const services = await open('story');
    const found = await services.queryAnonymous(KEY, { extensions: ['*'], active_states: true });
    const digest = services.digest();
    await services.close();
    return { found, digest };
  },
};

Object.assign(globalThis, steps, { openStore: open, problems });

const step = steps[location.hash.slice(1)];
if (step !== undefined) {
  const result = await step().catch((error) => ({ error: String(error) }));
  await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
}
