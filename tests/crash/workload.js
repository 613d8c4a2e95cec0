// What the writers are given to do: single operations, and bursts of many at once, on services that no other writer is
// at work on just then.

/**
 * @typedef {import('./ledger.js').Entry} Entry
 * @typedef {import('./operations.js').Operation} Operation
 * @typedef {Operation & { id?: string }} Call
 */

/** One browser, one customer: whose the visit is, and the golden stores are. */
const CUSTOMER = 'C-42';
const KEYS = ['ann@example.org', 'ben@example.org', 'cay@example.org'];
const BURST = [6, 16];

let numbers = 0;

export class Workload {
  #ledger;
  #random;
  #size;
  #most;

  /**
   * @param {import('./ledger.js').Ledger} ledger
   * @param {import('../tabs/random.js').Random} random
   * @param {{ size: number, most: number }} measure  `size`: about how many bytes a value has; `most`: about how many
   *   services there are
   */
  constructor(ledger, random, { size, most }) {
    this.#ledger = ledger;
    this.#random = random;
    this.#size = size;
    this.#most = most;
  }

  /** The next operations of a writer, to be called in this order without waiting. @returns {Operation[]} */
  next() {
    const random = this.#random;
    /** @type {Map<number, Entry>} */
    const mine = new Map();
    /** @type {Operation[]} */
    const operations = [];
    const count = random.from(1, 5) > 1 ? 1 : random.from(BURST[0], BURST[1]);
    for (let i = 0; i < count; ++i) {
      const operation = this.#one(mine);
      this.#ledger.ask(operation);
      operations.push(operation);
    }
    return operations;
  }

  /** @param {Map<number, Entry>} mine  services that this writer is at work on @returns {Operation} */
  #one(mine) {
    const random = this.#random;
    const take = (/** @type {Entry} */ entry) => {
      entry.busy = true;
      mine.set(entry.mark, entry);
      return entry;
    };
    const free = [...this.#ledger.entries.values()].filter((entry) => mine.has(entry.mark) || !entry.busy);
    const live = free.filter((entry) => entry.id !== undefined && this.#isOpen(entry));
    const again = free.filter((entry) => 'idempotency_key' in entry.event && this.#mayStart(entry));
    const kind = random.weighted({
      replace: 10,
      start: live.length < this.#most ? 6 : 1,
      again: again.length > 0 ? 1 : 0,
      complete: 1,
      delete: live.length < this.#most ? 1 : 6,
      associate: 1,
    });
    const number = ++numbers;
    if (kind === 'again') return start(number, take(random.pick(again)));
    if (kind === 'start' || live.length === 0) return start(number, take(this.#fresh(number)));
    const entry = take(random.pick(live));
    const { mark, id } = entry;
    const about = (/** @type {object} */ given) => ({ number, kind, marks: [mark], arguments: { service_id: id, ...given } });
    if (kind === 'replace') return about({ value: this.#value(number) });
    if (kind === 'complete') return about({ disposition: this.#ledger.latest(entry).end ?? random.pick(['sold', 'lost']) });
    if (kind === 'delete') return about({});
    const others = live.filter((one) => one !== entry && random.from(1, live.length) === 1);
    const all = [entry, ...others].map(take);
    return {
      number,
      kind,
      marks: all.map((one) => one.mark),
      arguments: { customer_id: CUSTOMER, service_ids: all.map((one) => one.id) },
    };
  }

  /** @param {number} mark @returns {Entry} */
  #fresh(mark) {
    const event = { contact_key: this.#random.pick(KEYS), service_type: 'WebOrder', Mark: { n: mark } };
    const keyed = this.#random.from(0, 1) === 1;
    return this.#ledger.add(mark, keyed ? { ...event, idempotency_key: `key-${mark}` } : event);
  }

  /** Every value is written once. @param {number} number */
  #value(number) {
    return { v: number, filling: `${number} `.repeat(this.#random.from(0, this.#size) / 4) };
  }

  /** @param {Entry} entry */
  #isOpen(entry) {
    const { there, customer } = this.#ledger.latest(entry);
    return there && customer === null;
  }

  /** A start of this service is the first one, or a repetition. @param {Entry} entry */
  #mayStart(entry) {
    const { there, end, customer } = this.#ledger.latest(entry);
    return there ? end === null && customer === null : entry.id === undefined;
  }
}

/** @param {number} number @param {Entry} entry @returns {Operation} */
const start = (number, { mark, event }) => ({ number, kind: 'start', marks: [mark], arguments: event });
