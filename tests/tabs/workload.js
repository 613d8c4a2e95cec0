// What the tabs do: a random mix of operations on a few services at a time, so that these are contended; after some
// forty operations a service is left alone for the next one, so that the search for an order stays short.
//
// Every value is written once. So a value that is read tells which operation wrote it.

/** @typedef {Pick<import('./model.js').Operation, 'service' | 'kind' | 'arguments'>} Call */

const PER_SERVICE = 40;
const AT_ONCE = 3;
const KEYS = ['a', 'b', 'c'];
const DISPOSITIONS = ['sold', 'lost'];

/** Where a service is known to be there. */
const THERE = /** @type {const} */ ({
  read: 22, find: 10, replace: 18, merge: 18, startState: 16, start: 6, complete: 3, delete: 3,
});
/** Where it is deleted: its next start, and what comes too late. */
const GONE = /** @type {const} */ ({ start: 8, find: 2, read: 1, replace: 1, merge: 1, startState: 1, complete: 1, delete: 1 });
const NOT_YET = /** @type {const} */ ({ start: 4, find: 1 });

export class Workload {
  #random;
  #left;
  #value = 0;
  /** The services that are worked on, and how many operations each of them has yet to come. @type {Map<string, number>} */
  #open = new Map();
  /** The id that was last heard of. @type {Map<string, { id: string, deleted: boolean }>} */
  #known = new Map();
  /** Contact keys of all services so far. @type {string[]} */
  services = [];

  /** @param {{ ops: number, random: import('./random.js').Random }} setup */
  constructor({ ops, random }) {
    this.#left = ops;
    this.#random = random;
  }

  /** The next operation; undefined if there are no more. @returns {Call | undefined} */
  next() {
    if (this.#left === 0) return undefined;
    --this.#left;
    const service = this.#service();
    const known = this.#known.get(service);
    const kind = this.#random.weighted(known === undefined ? NOT_YET : known.deleted ? GONE : THERE);
    return { service, kind, arguments: this.#arguments(kind, service, known?.id) };
  }

  /** Takes note of ids and deletions. @param {Call} call @param {any} result */
  answered({ service, kind, arguments: given }, result) {
    const value = Array.isArray(result.value) ? result.value[0] : result.value;
    if (kind === 'start' && value) this.#known.set(service, { id: value.service_id, deleted: false });
    const known = this.#known.get(service);
    if (kind === 'delete' && value && known?.id === given.service_id) known.deleted = true;
  }

  #service() {
    if (this.#open.size < AT_ONCE) {
      const name = `service-${this.services.length}`;
      this.services.push(name);
      this.#open.set(name, PER_SERVICE);
    }
    const name = this.#random.pick([...this.#open.keys()]);
    const left = /** @type {number} */ (this.#open.get(name)) - 1;
    if (left === 0) this.#open.delete(name);
    else this.#open.set(name, left);
    return name;
  }

  /** @param {Call['kind']} kind @param {string} service @param {string | undefined} service_id */
  #arguments(kind, service, service_id) {
    switch (kind) {
      // Of tabs that start it at once, one does and all are answered the same id.
      case 'start':
        return { contact_key: service, idempotency_key: service };
      case 'find':
        return { contact_key: service };
      case 'replace':
        return { service_id, value: { v: ++this.#value } };
      case 'merge':
        return { service_id, value: { [this.#random.pick(KEYS)]: ++this.#value } };
      case 'complete':
        return { service_id, disposition: this.#random.pick(DISPOSITIONS) };
      default:
        return { service_id };
    }
  }
}
