// What is written by hand: one list in localStorage, held in memory and written whole after each change. It has 5 MiB,
// and the browser saves it some seconds later: less durable than all the others.

/** @typedef {import('../records.js').Service} Service */

/** @type {import('./contender.js').Open} */
export async function open() {
  /** @type {Service[]} */
  let list = JSON.parse(localStorage.getItem('bench') ?? '[]');
  /** @param {Service[]} changed */
  const save = async (changed) => {
    localStorage.setItem('bench', JSON.stringify(changed));
    list = changed;
  };
  return {
    start: (services) => save([...list, ...services]),
    query: async (contact_key) => list.filter((service) => service.contact_key === contact_key),
    all: async () => list,
    associate(services, customer_id) {
      const ids = new Set(services.map(({ service_id }) => service_id));
      return save(list.map((service) => (ids.has(service.service_id) ? { ...service, customer_id } : service)));
    },
    close: () => Promise.resolve(),
  };
}
