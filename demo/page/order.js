// The visitor's order: one anonymous service with two extensions, Cart and Address, found by a key that only this
// browser knows. All tabs share it; each change is one commit. What a customer leaves in the basket is sealed when they
// log out, so the next one under the same key finds nothing.
const KEY_NAME = 'bluebell-visit';

/** The contact key of this browser's orders, made when first asked for. */
function contactKey() {
  let key = localStorage.getItem(KEY_NAME);
  if (key === null) {
    key = `visit:${crypto.randomUUID()}`;
    localStorage.setItem(KEY_NAME, key);
  }
  return key;
}

let last = Promise.resolve();

/**
 * One after another, in all tabs where the browser can: what is read is still so when it is written.
 *
 * @param {() => Promise<void>} work
 * @returns {Promise<void>}
 */
function inTurn(work) {
  if (navigator.locks) return navigator.locks.request(KEY_NAME, work);
  const done = last.then(work);
  last = done.catch(() => {});
  return done;
}

/** @param {import('anonymous-services').Services} services */
export function currentOrder(services) {
  const event = () => ({ contact_key: contactKey(), service_type: 'WebOrder' });

  /** Finds the open order or starts it: atomic, so that two tabs never start two. */
  const id = async () => (await services.startComposite({ services: [{ service: event() }] }))[0].service_id;

  /** The open order with its extensions, or undefined. @returns {Promise<any>} */
  const read = async () => {
    const filter = /** @type {const} */ ({ status: 'active', service_types: ['WebOrder'], extensions: ['*'] });
    return (await services.queryAnonymous(contactKey(), filter))[0];
  };

  return {
    read,

    /** @param {string} sku @param {number} by */
    addCount: (sku, by) =>
      inTurn(async () => {
        const count = Math.max(0, ((await read())?.Cart?.[sku] ?? 0) + by);
        await services.mergeExtension(await id(), 'Cart', { [sku]: count });
      }),

    /** @param {Record<string, string>} fields */
    setAddress: (fields) => inTurn(async () => void (await services.mergeExtension(await id(), 'Address', fields))),
  };
}
