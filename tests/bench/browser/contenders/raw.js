// IndexedDB with nothing between: the physical limit. Relaxed, and committed explicitly, so that no transaction waits
// for the event loop to find that nothing more is asked of it.

/** @typedef {import('../records.js').Service} Service */

/** @param {IDBTransaction} tx */
const completed = (tx) =>
  new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve(undefined);
    tx.onabort = () => reject(tx.error);
  });

/** @template T @param {IDBRequest<T>} request @returns {Promise<T>} */
const answered = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** @type {import('./contender.js').Open} */
export async function open() {
  const opening = indexedDB.open('bench', 1);
  opening.onupgradeneeded = () => {
    const store = opening.result.createObjectStore('services', { keyPath: 'service_id' });
    store.createIndex('contact_key', 'contact_key');
  };
  const database = await answered(opening);

  /** @param {'relaxed' | 'strict'} durability @param {Service[]} services */
  const put = (durability, services) => {
    const tx = database.transaction('services', 'readwrite', { durability });
    const store = tx.objectStore('services');
    for (const service of services) store.put(service);
    tx.commit();
    return completed(tx);
  };
  const reading = () => database.transaction('services', 'readonly').objectStore('services');

  return {
    start: (services) => put('relaxed', services),
    query: (contact_key) => answered(reading().index('contact_key').getAll(contact_key)),
    all: () => answered(reading().getAll()),
    associate(services, customer_id) {
      const tx = database.transaction('services', 'readwrite', { durability: 'strict' });
      const store = tx.objectStore('services');
      for (const { service_id } of services) {
        const get = store.get(service_id);
        get.onsuccess = () => store.put({ ...get.result, customer_id });
      }
      return completed(tx);
    },
    strictPut: (service) => put('strict', [service]),
    close: async () => database.close(),
  };
}
