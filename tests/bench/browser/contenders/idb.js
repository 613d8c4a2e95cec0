// idb as its README advises: the shortcuts on the database for one action, and for many one transaction of which all
// requests and `done` are awaited together.
import { openDB } from 'idb';

/** @type {import('./contender.js').Open} */
export async function open() {
  const database = await openDB('bench', 1, {
    upgrade: (fresh) =>
      void fresh.createObjectStore('services', { keyPath: 'service_id' }).createIndex('contact_key', 'contact_key'),
  });
  return {
    async start(services) {
      if (services.length === 1) return database.put('services', services[0]);
      const tx = database.transaction('services', 'readwrite');
      return Promise.all([...services.map((service) => tx.store.put(service)), tx.done]);
    },
    query: (contact_key) => database.getAllFromIndex('services', 'contact_key', contact_key),
    all: () => database.getAll('services'),
    async associate(services, customer_id) {
      const tx = database.transaction('services', 'readwrite', { durability: 'strict' });
      const move = async (/** @type {string} */ id) => tx.store.put({ ...(await tx.store.get(id)), customer_id });
      await Promise.all([...services.map(({ service_id }) => move(service_id)), tx.done]);
    },
    close: async () => database.close(),
  };
}
