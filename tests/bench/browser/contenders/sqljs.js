// sql.js is SQLite in memory; its documents leave persistence to the caller, with `export()`: the whole file, written
// to IndexedDB after each step that is to be durable. Statements are prepared anew, for `export` frees them. Many rows
// go through one prepared statement in one transaction, as SQLite's documents advise.
import initSqlJs from 'sql.js';
import { openDB } from 'idb';

/** @typedef {import('../records.js').Service} Service */

/** @type {import('./contender.js').Open} */
export async function open() {
  const [SQL, files] = await Promise.all([
    initSqlJs({ locateFile: (/** @type {string} */ file) => `/${file}` }),
    openDB('bench', 1, { upgrade: (fresh) => void fresh.createObjectStore('files') }),
  ]);
  const database = new SQL.Database(await files.get('files', 'bench'));
  database.run(
    'CREATE TABLE IF NOT EXISTS services (service_id TEXT PRIMARY KEY, contact_key TEXT, body TEXT) WITHOUT ROWID',
  );
  database.run('CREATE INDEX IF NOT EXISTS by_key ON services (contact_key)');

  /** @param {string} sql @param {any[][]} rows @param {'default' | 'strict'} durability */
  const write = async (sql, rows, durability) => {
    database.run('BEGIN');
    const statement = database.prepare(sql);
    for (const row of rows) statement.run(row);
    statement.free();
    database.run('COMMIT');
    const tx = files.transaction('files', 'readwrite', { durability });
    await Promise.all([tx.store.put(database.export(), 'bench'), tx.done]);
  };
  /** @param {string} sql @param {any[]} values @returns {Service[]} */
  const read = (sql, values) => {
    const statement = database.prepare(sql, values);
    const found = [];
    while (statement.step()) found.push(JSON.parse(String(statement.get()[0])));
    statement.free();
    return found;
  };

  return {
    start: (services) =>
      write(
        'INSERT INTO services VALUES (?, ?, ?)',
        services.map((service) => [service.service_id, service.contact_key, JSON.stringify(service)]),
        'default',
      ),
    query: async (contact_key) => read('SELECT body FROM services WHERE contact_key = ?', [contact_key]),
    all: async () => read('SELECT body FROM services', []),
    associate: (services, customer_id) =>
      write(
        "UPDATE services SET body = json_set(body, '$.customer_id', ?) WHERE service_id = ?",
        services.map(({ service_id }) => [customer_id, service_id]),
        'strict',
      ),
    async close() {
      database.close();
      files.close();
    },
  };
}
