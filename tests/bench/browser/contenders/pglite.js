// PGlite, Postgres in the page, on `idb://` as its README shows. By default a query is answered once the file system is
// saved to IndexedDB; `relaxedDurability` would not wait and is left off. Many rows go into one statement, as JSON.
import { PGlite } from '@electric-sql/pglite';

/** @typedef {import('../records.js').Service} Service */

const INSERT = `INSERT INTO services SELECT body->>'service_id', body->>'contact_key', body
  FROM jsonb_array_elements($1::jsonb) AS body`;
const UPDATE = `UPDATE services SET body = jsonb_set(body, '{customer_id}', to_jsonb($1::text))
  WHERE service_id = ANY($2::text[])`;

/** @param {{ rows: any[] }} result @returns {Service[]} */
const bodies = ({ rows }) => rows.map(({ body }) => body);

/** @type {import('./contender.js').Open} */
export async function open() {
  const database = await PGlite.create('idb://bench');
  await database.exec(`CREATE TABLE IF NOT EXISTS services (service_id TEXT PRIMARY KEY, contact_key TEXT, body JSONB);
    CREATE INDEX IF NOT EXISTS by_key ON services (contact_key)`);
  return {
    start: (services) => database.query(INSERT, [JSON.stringify(services)]),
    query: async (contact_key) =>
      bodies(await database.query('SELECT body FROM services WHERE contact_key = $1', [contact_key])),
    all: async () => bodies(await database.query('SELECT body FROM services')),
    associate: (services, customer_id) =>
      database.query(UPDATE, [customer_id, services.map(({ service_id }) => service_id)]),
    close: () => database.close(),
  };
}
