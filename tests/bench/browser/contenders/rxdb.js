// RxDB with the storage that its documents name as the default for browsers, Dexie's; the faster ones are sold. As they
// advise: a schema with a bounded key and index, `insert` for one, `bulkInsert` for many, `bulkUpsert` for changes, and
// no multiInstance for one tab, which spares it the messages to others.
import { createRxDatabase } from 'rxdb/plugins/core';
import { getRxStorageDexie } from 'rxdb/plugins/storage-dexie';

/** @typedef {import('../records.js').Service} Service */

const text = (/** @type {number} */ maxLength) => ({ type: 'string', maxLength });

const schema = {
  version: 0,
  primaryKey: 'service_id',
  type: 'object',
  properties: {
    service_id: text(36),
    contact_key: text(256),
    customer_id: { type: 'string' },
    service_type: { type: 'string' },
    started: { type: 'object' },
    Cart: { type: 'array', items: { type: 'object' } },
    Delivery: { type: 'object' },
    Order: { type: 'object' },
  },
  required: ['service_id', 'contact_key', 'service_type', 'started'],
  indexes: ['contact_key'],
};

/** @param {any[]} found @returns {Service[]} */
const plain = (found) => found.map((document) => document.toMutableJSON());

/** Errors are among the answers of what is done in bulk. @param {{ error: any[] }} answer */
function allDone({ error }) {
  if (error.length > 0) throw new Error(`RxDB: ${error.length} writes failed`);
}

/** @type {import('./contender.js').Open} */
export async function open() {
  const database = await createRxDatabase({
    name: 'bench',
    storage: getRxStorageDexie(),
    multiInstance: false,
    eventReduce: true,
  });
  const { services: collection } = await database.addCollections({ services: { schema: /** @type {any} */ (schema) } });
  return {
    start: async (services) =>
      services.length === 1 ? collection.insert(services[0]) : allDone(await collection.bulkInsert(services)),
    query: async (contact_key) => plain(await collection.find({ selector: { contact_key } }).exec()),
    all: async () => plain(await collection.find().exec()),
    async associate(services, customer_id) {
      const found = await collection.findByIds(services.map(({ service_id }) => service_id)).exec();
      allDone(await collection.bulkUpsert(plain([...found.values()]).map((service) => ({ ...service, customer_id }))));
    },
    close: () => database.close(),
  };
}
