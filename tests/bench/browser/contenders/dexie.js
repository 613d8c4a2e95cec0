// Dexie as its documents advise: a schema that names only what is indexed, `put` for one, `bulkPut` for many (it
// listens to the last request only), `bulkUpdate` for changes. A durability is a database's, so hand-overs have a
// connection of their own.
import Dexie from 'dexie';

/** @param {'default' | 'strict'} chromeTransactionDurability */
async function connect(chromeTransactionDurability) {
  const database = new Dexie('bench', { chromeTransactionDurability });
  database.version(1).stores({ services: 'service_id, contact_key' });
  await database.open();
  return database;
}

/** @type {import('./contender.js').Open} */
export async function open() {
  const database = await connect('default');
  const table = database.table('services');
  /** @type {Promise<Dexie> | undefined} */
  let strict;
  return {
    start: (services) => (services.length === 1 ? table.put(services[0]) : table.bulkPut(services)),
    query: (contact_key) => table.where('contact_key').equals(contact_key).toArray(),
    all: () => table.toArray(),
    async associate(services, customer_id) {
      const changes = services.map(({ service_id }) => ({ key: service_id, changes: { customer_id } }));
      await (await (strict ??= connect('strict'))).table('services').bulkUpdate(changes);
    },
    async close() {
      database.close();
      (await strict)?.close();
    },
  };
}
