// What the tabs were given to do, and what of it was acknowledged to them. It lives outside of the browser, so that it
// knows after any kill what must be there.
import { CUSTOMERS } from './mishaps.js';

/**
 * @typedef {object} Planned  a service
 * @property {number} mark  it carries it in an extension, so that it is told from all others
 * @property {object} event  of its start
 * @property {number} states  how many are started in it
 *
 * @typedef {object} Job  services to start, and one association of these and of earlier ones
 * @property {number} number
 * @property {string} customer
 * @property {Planned[]} services
 * @property {number[]} take  marks of services that an earlier job has left
 * @property {string[]} take_ids  and their ids
 * @property {boolean} leave  it only starts them
 * @property {boolean} wait  until the server has acknowledged it
 *
 * @typedef {object} Service
 * @property {Planned} planned
 * @property {string} customer  whose it may become, nobody else's
 * @property {string} [id]  once its start, with its states, was acknowledged
 *
 * @typedef {object} Association
 * @property {Job} job
 * @property {number[]} marks
 * @property {any} [receipt]  once it was acknowledged to the page
 * @property {any} [delivered]  once `delivered` has resolved
 * @property {string} [refused]  the error's code
 */

const TYPES = ['WebOrder', 'Callback', 7];
const MOST = 3;
/** Why an association is refused whose customer has signed out by then, or whose services another customer's visit has. */
const OF_A_VISIT = new Set(['conflict', 'unverified', 'not_found']);

export class Ledger extends EventTarget {
  /** By mark. @type {Map<number, Service>} */
  services = new Map();
  /** By number of the job. @type {Map<number, Association>} */
  associations = new Map();
  acknowledged = 0;
  /** How many were not, for their customer had signed out. */
  refused = 0;
  /** Things that must not happen. @type {string[]} */
  problems = [];
  /** How often the browser threw the site's databases away, all of them. */
  losses = 0;
  /** Marks and jobs of before that, of which nothing is known any more. @type {Set<number>} */
  lostMarks = new Set();
  /** @type {Set<number>} */
  lostJobs = new Set();
  #random;
  #count;
  /** Of each customer the marks of services that are left for a later job. @type {Map<string, number[]>} */
  #left = new Map();
  #jobs = 0;

  /** Who is logged in. */
  customer = CUSTOMERS[0];

  /** @param {{ associations: number, random: import('../../tabs/random.js').Random }} setup */
  constructor({ associations, random }) {
    super();
    this.#count = associations;
    this.#random = random;
  }

  /** @param {string} what @param {any} body @returns {unknown} */
  hear(what, body) {
    switch (what) {
      case 'next':
        return this.#next();
      case 'started':
        return this.#started(body);
      case 'associated':
        return this.#associated(body);
      case 'delivered':
        this.#association(body.number).delivered = body.receipt;
        return undefined;
      case 'refused':
        this.#refused(body);
        return undefined;
      case 'loss':
        return this.#lost();
      default:
        // Told by each tab that finds the store empty; the first one knows why.
        if (what === 'evicted' && this.losses > 0) return undefined;
        this.problems.push(`${what}: ${JSON.stringify(body)}`);
        return undefined;
    }
  }

  /** @returns {Job | undefined} nothing once there are enough associations */
  #next() {
    if (this.acknowledged >= this.#count) return undefined;
    const random = this.#random;
    const { customer } = this;
    const number = ++this.#jobs;
    const services = Array.from({ length: random.from(1, MOST) }, (_, i) => this.#plan(number * MOST + i));
    const leave = random.from(1, 10) === 1;
    const take = leave || random.from(1, 4) > 1 ? [] : this.#leftOf(customer).splice(0, random.from(1, 2));
    for (const planned of services) this.services.set(planned.mark, { planned, customer });
    const job = { number, customer, services, take, take_ids: take.map((mark) => String(this.services.get(mark)?.id)), leave, wait: random.from(1, 3) === 1 };
    if (!leave) this.associations.set(number, { job, marks: [...take, ...services.map(({ mark }) => mark)] });
    return job;
  }

  /** @param {number} mark @returns {Planned} */
  #plan(mark) {
    const random = this.#random;
    const event = {
      contact_key: `visitor:${random.from(1, 50)}`,
      service_type: random.pick(TYPES),
      Mark: { n: mark },
      Cart: { text: 'ä€ "\\ '.repeat(random.from(0, random.from(1, 10) === 1 ? 400 : 10)), amount: random.from(0, 10 ** 6) / 100 },
    };
    return { mark, event, states: random.from(0, 2) };
  }

  /** @param {{ mark: number, service_id: string, leave: boolean }} body */
  #started({ mark, service_id, leave }) {
    const service = /** @type {Service} */ (this.services.get(mark));
    if (service.id !== undefined) this.problems.push(`service ${mark} was started twice`);
    service.id = service_id;
    if (leave) this.#leftOf(service.customer).push(mark);
  }

  /** @param {string} customer */
  #leftOf(customer) {
    const left = this.#left.get(customer) ?? [];
    this.#left.set(customer, left);
    return left;
  }

  /** @param {{ number: number, receipt: any }} body */
  #associated({ number, receipt }) {
    this.#association(number).receipt = receipt;
    ++this.acknowledged;
    this.dispatchEvent(new Event('acknowledged'));
  }

  /** @param {{ number: number, code: string, message: string }} body */
  #refused({ number, code, message }) {
    ++this.refused;
    const association = this.associations.get(number);
    if (association !== undefined) association.refused = code;
    if (!OF_A_VISIT.has(code)) this.problems.push(`job ${number} was refused: ${code}, ${message}`);
  }

  #lost() {
    ++this.losses;
    this.lostMarks = new Set(this.services.keys());
    this.lostJobs = new Set(this.associations.keys());
    this.#left.clear();
  }

  /** @param {number} number */
  #association(number) {
    return /** @type {Association} */ (this.associations.get(number));
  }
}
