// The visitor's order: one anonymous service with two extensions, Cart and Address, found by a key that only this
// browser knows. All tabs share it; each change is one commit.

const KEY_NAME = 'bluebell-visit';

/** The contact key of this browser, made at the first visit. */
function visitKey() {
  let key = localStorage.getItem(KEY_NAME);
  if (key === null) {
    key = `visit:${crypto.randomUUID()}`;
    localStorage.setItem(KEY_NAME, key);
  }
  return key;
}

/** @param {import('anonymous-services').Services} services */
export function currentOrder(services) {
  const event = { contact_key: visitKey(), service_type: 'WebOrder' };

  /** Finds the open order or starts it: atomic, so that two tabs never start two. */
  const id = async () => (await services.startComposite({ services: [{ service: event }] }))[0].service_id;

  return {
    /** The open order with its extensions, or undefined. */
    async read() {
      const filter = /** @type {const} */ ({ status: 'active', service_types: ['WebOrder'], extensions: ['*'] });
      return (await services.queryAnonymous(event.contact_key, filter))[0];
    },
    /** @param {string} sku @param {number} count */
    async setCount(sku, count) {
      await services.mergeExtension(await id(), 'Cart', { [sku]: count });
    },
    /** @param {Record<string, string>} fields */
    async setAddress(fields) {
      await services.mergeExtension(await id(), 'Address', fields);
    },
  };
}
