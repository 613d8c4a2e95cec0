// This package, as README.md shows it: `wasm` is the URL that it asks for where esbuild bundles. The engine makes the
// ids and the instants of start itself.
import { openServices } from '../../../../js/index.js';

const ALL = 1000;

/** @param {import('../records.js').Service} service */
const event = ({ service_id: _id, started: _started, ...fields }) => fields;

/** @type {import('./contender.js').Open} */
export async function open() {
  const store = await openServices({
    name: 'bench',
    wasm: '/engine.wasm',
    endpoint: '/nowhere',
    // No server answers while a hand-over is measured; what is measured is over before it is asked.
    fetch: () => new Promise(() => {}),
  });
  return {
    start: (services) => Promise.all(services.map((service) => store.start(event(service)))),
    query: (contact_key) => store.queryAnonymous(contact_key, { extensions: ['*'], limit: ALL }),
    async all() {
      let text = '';
      const selection = { time_from: '2000-01-01T00:00:00.000Z', export_content: ['services', 'extensions'] };
      for await (const piece of store.exportServices(selection)) text += piece;
      return JSON.parse(text);
    },
    nextVisit: () => store.signOut(),
    // The services of this visit, as at a login: all that were started since `nextVisit`.
    associate: (_services, customer_id) => store.associate({ customer_id, visit: true }),
    close: () => store.close(),
  };
}
