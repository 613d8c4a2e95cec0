// PouchDB as its guides advise: ids that are the index ("use and abuse your doc IDs"), so that a range of `allDocs` is
// the query and no secondary index is built; `bulkDocs` for many; `auto_compaction`, for old revisions are not wanted.
// A step over several documents is no transaction.
import PouchDB from 'pouchdb-browser';

/** @typedef {import('../records.js').Service} Service */

/** Sorts after every id that begins alike. */
const LAST = '\ufff0';

/** @param {Service} service */
const documentId = ({ contact_key, service_id }) => `${contact_key}/${service_id}`;

/** @param {{ rows: any[] }} found @returns {Service[]} */
const documents = ({ rows }) => rows.map(({ doc: { _id, _rev, ...service } }) => service);

/** Errors are among the answers of `bulkDocs`. @param {any[]} answers */
function allDone(answers) {
  const failed = answers.find(({ error }) => error);
  if (failed) throw new Error(`PouchDB: ${failed.message}`);
}

/** @type {import('./contender.js').Open} */
export async function open() {
  const database = new PouchDB('bench', { auto_compaction: true });
  return {
    async start(services) {
      const fresh = services.map((service) => ({ _id: documentId(service), ...service }));
      if (fresh.length === 1) await database.put(fresh[0]);
      else allDone(await database.bulkDocs(fresh));
    },
    query: async (contact_key) =>
      documents(
        await database.allDocs({ startkey: `${contact_key}/`, endkey: `${contact_key}/${LAST}`, include_docs: true }),
      ),
    all: async () => documents(await database.allDocs({ include_docs: true })),
    async associate(services, customer_id) {
      const { rows } = await database.allDocs({ keys: services.map(documentId), include_docs: true });
      allDone(await database.bulkDocs(rows.map((/** @type {any} */ { doc }) => ({ ...doc, customer_id }))));
    },
    close: () => database.close(),
  };
}
