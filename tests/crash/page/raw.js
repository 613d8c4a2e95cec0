// The files of a store as IndexedDB has them, without the package.
const VERSION = 21;
const STORE = 'FILE_DATA';

const pathOf = (name, sequence) => `${databaseOf(name)}/${String(sequence).padStart(16, '0')}`;
const databaseOf = (name) => `/anonymous-services/${name}`;

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const settled = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** What Chromium said when it made the database anew: it had thrown away all of the site's, as damaged. */
let loss;

function openRaw(name) {
  const request = indexedDB.open(databaseOf(name), VERSION);
  request.onupgradeneeded = ({ dataLoss, dataLossMessage }) => {
    if (dataLoss === 'total') loss = dataLossMessage || 'no reason given';
    request.result.createObjectStore(STORE).createIndex('timestamp', 'timestamp', { unique: false });
  };
  return settled(request);
}

/** @param {string} name  of the store */
export const deleteRaw = (name) => settled(indexedDB.deleteDatabase(databaseOf(name)));

/** @param {string} name @param {{ sequence: number, base64: string }[]} files */
export async function writeRaw(name, files) {
  const database = await openRaw(name);
  const tx = database.transaction(STORE, 'readwrite', { durability: 'strict' });
  files.forEach(({ sequence, base64 }, i) => {
    const contents = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
    tx.objectStore(STORE).put({ timestamp: new Date(Date.now() + i), mode: 33206, contents }, pathOf(name, sequence));
  });
  await new Promise((resolve, reject) => {
    tx.oncomplete = resolve;
    tx.onabort = () => reject(tx.error);
  });
  database.close();
}

/** Of each file its name, format version and kind; and whether the browser itself has lost it. @param {string} name */
export async function listRaw(name) {
  const database = await openRaw(name);
  const store = database.transaction(STORE).objectStore(STORE);
  const [keys, values] = await Promise.all([settled(store.getAllKeys()), settled(store.getAll())]);
  database.close();
  const raw = values.map(({ contents }, i) => ({ name: String(keys[i]).split('/').at(-1), version: contents[4], kind: contents[5] }));
  return { raw, loss };
}
