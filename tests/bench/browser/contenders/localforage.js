// localForage has no index: an item is found by its key, or by iterating over all. Its best is therefore one item for
// each contact key, holding the list of its services: a start reads and writes one item, a query reads one. It has no
// transactions over several items and no say in durability.
import localforage from 'localforage';

/** @typedef {import('../records.js').Service} Service */

/** @type {import('./contender.js').Open} */
export async function open() {
  const items = localforage.createInstance({ name: 'bench', driver: localforage.INDEXEDDB });
  await items.ready();

  /**
   * Changes the list of each contact key that these services have.
   *
   * @param {Service[]} services
   * @param {(list: Service[], own: Service[]) => Service[]} change
   */
  const rewrite = (services, change) => {
    /** @type {Map<string, Service[]>} */
    const groups = new Map();
    for (const service of services) {
      const group = groups.get(service.contact_key);
      if (group) group.push(service);
      else groups.set(service.contact_key, [service]);
    }
    return Promise.all(
      [...groups].map(async ([key, own]) => items.setItem(key, change((await items.getItem(key)) ?? [], own))),
    );
  };

  return {
    start: (services) => rewrite(services, (list, own) => [...list, ...own]),
    query: async (contact_key) => (await items.getItem(contact_key)) ?? [],
    async all() {
      /** @type {Service[]} */
      const found = [];
      await items.iterate((/** @type {Service[]} */ list) => void found.push(...list));
      return found;
    },
    associate: (services, customer_id) =>
      rewrite(services, (list, own) => {
        const ids = new Set(own.map(({ service_id }) => service_id));
        return list.map((service) => (ids.has(service.service_id) ? { ...service, customer_id } : service));
      }),
    close: () => Promise.resolve(), // it has none
  };
}
