// The other page: same origin, a realm of its own, so that nothing is patched in it. It writes what a store begins
// with, commits in between as another tab does, deletes the database, and says what is really on the disk.
import { memoryStorage, openServices } from 'anonymous-services';
import { fileName } from '../../../js/storage/storage.js';
import { compileFrom } from '../../../js/wasm/compile.js';

const wasm = compileFrom('/engine.wasm');
const VERSION = 21;

export const pathOf = (/** @type {string} */ name) => `/anonymous-services/${name}`;

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const answered = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @template T @param {string} name @param {IDBTransactionMode} mode @param {(store: IDBObjectStore) => T | Promise<T>} work */
async function withStore(name, mode, work) {
  const opening = indexedDB.open(pathOf(name), VERSION);
  opening.onupgradeneeded = () => opening.result.createObjectStore('FILE_DATA').createIndex('timestamp', 'timestamp');
  const database = await answered(opening);
  try {
    const tx = database.transaction('FILE_DATA', mode);
    const ended = new Promise((resolve, reject) => {
      tx.oncomplete = resolve;
      tx.onabort = () => reject(tx.error);
    });
    const result = await work(tx.objectStore('FILE_DATA'));
    await ended;
    return result;
  } finally {
    database.close();
  }
}

/** Everything that a store shows, as text. @param {import('anonymous-services').Services} services */
export async function contentOf(services) {
  let text = '';
  for await (const part of services.exportServices({ time_from: '2020-01-01T00:00:00Z' })) text += part;
  return { services: JSON.parse(text), receipts: await services.receipts() };
}

export const witness = {
  /** @param {string} name @param {[number, Uint8Array][]} files */
  write: (name, files) =>
    withStore(name, 'readwrite', (store) => {
      for (const [sequence, bytes] of files) {
        const entry = { timestamp: new Date(sequence), mode: 0o100666, contents: new Uint8Array(bytes) };
        store.put(entry, `${pathOf(name)}/${fileName(sequence)}`);
      }
    }),

  /** A fresh opening of a copy of what is on the disk, which changes nothing there. @param {string} name */
  async read(name) {
    const storage = memoryStorage();
    const asides = [];
    await withStore(name, 'readonly', async (store) => {
      const keys = store.getAllKeys();
      const values = await answered(store.getAll());
      keys.result.forEach((key, i) => {
        const file = String(key).split('/').at(-1) ?? '';
        if (/^\d+$/.test(file)) storage.files.set(Number(file), values[i].contents);
        else asides.push(file);
      });
    });
    const services = await openServices({ name, storage, wasm: await wasm });
    const result = { ...(await contentOf(services)), digest: services.digest(), files: storage.files.size, asides };
    await services.close();
    return result;
  },

  /** @param {string} name */
  async openTab(name) {
    const services = await openServices({ name, wasm: await wasm });
    return {
      start: (/** @type {string} */ marker) => services.start({ contact_key: 'k', service_type: marker }),
      close: () => services.close(),
    };
  },

  /** @param {string} name @returns {Promise<void>} */
  async deleteDatabase(name) {
    await answered(indexedDB.deleteDatabase(pathOf(name)));
  },

  /** A database that only a newer version of IDBFS can open. @param {string} name */
  async makeNewer(name) {
    (await answered(indexedDB.open(pathOf(name), VERSION + 1))).close();
  },

  /** Keeps an older version open and does not let go. Answers with what lets go. @param {string} name */
  async holdOlder(name) {
    const database = await answered(indexedDB.open(pathOf(name), VERSION - 1));
    return () => database.close();
  },
};

export function installWitness() {
  // Hints would come at any time; a tab that misses them finds the files at its next call.
  delete (/** @type {any} */ (globalThis).BroadcastChannel);
  Object.assign(globalThis, { witness });
}
