// The visitor's order: one anonymous service with two extensions, Cart and Address, found by a key that only this
// browser knows. Nobody is known before the login, so there is one key for that, and one for each customer who ever
// logged in here: what one of them leaves in the basket is never shown to, nor ordered by, the next. All tabs share
// an order; each change is one commit.
import { totalOf } from './teas.js';

const KEY_NAME = 'bluebell-visit';

/** @typedef {string | null} Customer  null: nobody is logged in */

/** @param {Customer} customer */
const keyName = (customer) => (customer === null ? KEY_NAME : `${KEY_NAME}:${customer}`);

/** The contact key of a customer's order in this browser, made when first asked for. @param {Customer} customer */
function visitKey(customer) {
  let key = localStorage.getItem(keyName(customer));
  if (key === null) {
    key = `visit:${crypto.randomUUID()}`;
    localStorage.setItem(keyName(customer), key);
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

/** @param {import('anonymous-services').Services} services @param {() => Customer} customer  who is logged in now */
export function currentOrder(services, customer) {
  /** @param {Customer} of */
  const eventOf = (of) => ({ contact_key: visitKey(of), service_type: 'WebOrder' });

  /** Finds the open order or starts it: atomic, so that two tabs never start two. @param {Customer} of */
  const idOf = async (of) => (await services.startComposite({ services: [{ service: eventOf(of) }] }))[0].service_id;

  /** @param {Customer} of */
  const readOf = async (of) => {
    const filter = /** @type {const} */ ({ status: 'active', service_types: ['WebOrder'], extensions: ['*'] });
    return (await services.queryAnonymous(visitKey(of), filter))[0];
  };

  return {
    /** The open order with its extensions, or undefined. */
    read: () => readOf(customer()),

    /** @param {string} sku @param {number} by */
    addCount(sku, by) {
      const of = customer();
      return inTurn(async () => {
        const count = Math.max(0, ((await readOf(of))?.Cart?.[sku] ?? 0) + by);
        await services.mergeExtension(await idOf(of), 'Cart', { [sku]: count });
      });
    },

    /** @param {Record<string, string>} fields */
    setAddress(fields) {
      const of = customer();
      return inTurn(async () => {
        await services.mergeExtension(await idOf(of), 'Address', fields);
      });
    },

    /**
     * Makes what was put together before the login the customer's: ordered if the basket holds something, else
     * their basket if they have none here. After that nobody else finds it.
     *
     * @param {string} of
     * @param {(order: any) => Promise<void>} hand  hands an order over
     */
    claim: (of, hand) =>
      inTurn(async () => {
        const key = localStorage.getItem(keyName(null));
        if (key === null) return;
        const before = await readOf(null);
        if (totalOf(before?.Cart) > 0) await hand(before);
        else if (localStorage.getItem(keyName(of)) === null) localStorage.setItem(keyName(of), key);
        localStorage.removeItem(keyName(null));
      }),
  };
}
