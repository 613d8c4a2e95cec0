// Handing services over at login (contract section 6): what would be, what is, and what became of it; and visits, which
// keep two people in one browser apart.
import { ServicesError, invalidArgument } from './errors.js';
import { Operations } from './operations.js';
import { json, object, path } from './request.js';

/**
 * @typedef {import('./operations.js').Service} Service
 *
 * @typedef {object} Selection  which services; all of this visit if nothing is named
 * @property {string[]} [service_ids]  1 to 1000
 * @property {string[]} [contact_keys]  1 to 1000, canonical
 * @property {true} [visit]  all that were started in this visit
 * @property {string[]} [verified_keys]  contact keys that the login has verified to be the customer's
 *
 * @typedef {{ customer_id: string } & Selection} AssociationRequest
 *
 * @typedef {object} Planned
 * @property {string} service_id
 * @property {string} reason  why it is in its list
 * @property {Service} [service]  whole, with states, tasks and extensions; absent where it is not this customer's to see
 *
 * @typedef {object} Plan
 * @property {string} customer_id
 * @property {Selection} selection
 * @property {string} digest  of what is planned
 * @property {Planned[]} attach  reasons `this_visit`, `verified_key`, `own` (this customer's, but not yet handed over)
 * @property {Planned[]} already  `handed_over` to this customer before; `rejected`: so, and the server refused it (retry
 *   or undo that association)
 * @property {Planned[]} conflicts  `other_customer`, or `sealed`: of another customer's visit
 * @property {Planned[]} unverified  `other_visit`: started in another visit, under a key that is not verified
 * @property {Planned[]} expired  `gone`: expired, deleted, or never here
 *
 * @typedef {object} AssociateOptions
 * @property {boolean | string[]} [confirm]  the customer's yes to what is unverified: to all of it, or these ids
 * @property {'reject' | 'keep' | 'reassign'} [on_conflict]  if a service is another customer's: nothing is done
 *   (default); it stays with them and the rest is handed over; it is asked for, which the server grants to writers only
 *
 * @typedef {object} Receipt
 * @property {string} association_id
 * @property {string} customer_id
 * @property {'pending' | 'sent' | 'acknowledged' | 'rejected' | 'undone'} state
 * @property {string} created
 * @property {string} updated  when the state last changed
 * @property {string} [undoes]  the association that this one undoes at the server
 * @property {string} [undone_by]  the association that undoes this one at the server
 * @property {{ service_id: string, result?: 'associated' | 'already' | 'conflict' | 'undone', server_service_id?: string }[]} services
 *   `server_service_id`: what a plain Context Services server calls it
 * @property {{ status: number, code: string, message: string }} [error]  of a rejection
 *
 * @typedef {{ visit: number, customer_id?: string }} Visit  numbered from 0; `customer_id` once it is somebody's
 */

export class Associations extends Operations {
  /**
   * Tells the sender. `urgency`: there is more to send, something has changed, or now.
   *
   * @protected
   * @param {'more' | 'changed' | 'now'} urgency
   */
  wake(urgency) {
    void urgency;
    throw new TypeError('wake: a subclass does it');
  }

  /** Whether the server has a way to undo. @protected */
  get compensates() {
    return true;
  }

  /**
   * What an association would do, and why. Changes nothing.
   *
   * @param {AssociationRequest} request
   * @returns {Promise<Plan>}
   */
  async plan(request) {
    const { customer_id: _customer, ...selection } = object(request, 'request');
    const body = json(request, 'request');
    return { ...(await this.request('POST', 'local/plan', { body })), selection };
  }

  /**
   * Hands services over to the customer who logged in. One strict commit makes it true here and puts it into the
   * outbox; the server is told in the background, once, and after a reload or a time offline too. With a plan, exactly
   * what it lists under `attach` (and what is confirmed) is handed over, or nothing: code `conflict` if any of it has
   * changed since. A request is planned and carried out at once.
   *
   * All or nothing: code `conflict` if a service is another customer's, or this visit is; `unverified` if one that is
   * named by its id needs a yes; `not_found` if one is not there; `too_large` for more than 1,000 services.
   *
   * @param {AssociationRequest | Plan} what
   * @param {AssociateOptions} [options]
   * @returns {Promise<Receipt | undefined>} where all of it was handed over before, the receipt of the association that
   *   took the last of it, whatever became of that; undefined where there is nothing to hand over. The visit is this
   *   customer's from now on in both cases.
   */
  async associate(what, options = {}) {
    const { selection, digest, customer_id, ...rest } = /** @type {any} */ (object(what, 'request'));
    const { confirm, on_conflict, ...unknown } = object(options, 'options');
    for (const name of Object.keys(unknown)) throw invalidArgument(name, 'confirm or on_conflict as an option');
    for (const name of ['confirm', 'on_conflict']) if (name in rest) throw invalidArgument(name, 'an option, in the second argument,');
    const asked = digest === undefined ? { customer_id, selection, ...rest } : { customer_id, digest, ...object(selection, 'selection') };
    const body = json({ ...asked, confirm, on_conflict }, 'request');
    const receipt = await this.request('POST', 'local/associations', { body, strict: true });
    this.wake('more');
    return receipt;
  }

  /**
   * Takes an association back. Here its services are at once what they were, whatever else has changed in them since;
   * what may have reached the server is undone there by an association of its own (`undone_by`), delivered like any
   * other. Code `conflict` once it was acknowledged longer ago than the undo window.
   *
   * @param {string} association_id
   * @returns {Promise<Receipt>}
   */
  async undo(association_id) {
    const body = json({ compensate: this.compensates }, 'request');
    const receipt = await this.request('POST', path`local/associations/${association_id}/undo`, { body, strict: true });
    this.wake('more');
    return receipt;
  }

  /** Sends a rejected association once more, as it was. @param {string} association_id @returns {Promise<Receipt>} */
  async retry(association_id) {
    const receipt = await this.request('POST', path`local/associations/${association_id}/retry`, { body: '{}', strict: true });
    this.wake('more');
    return receipt;
  }

  /** The receipts of this visit's customer, the oldest first. @returns {Promise<Receipt[]>} */
  async receipts() {
    return this.request('GET', 'local/associations');
  }

  /** @param {string} association_id @returns {Promise<Receipt>} */
  async receipt(association_id) {
    return this.request('GET', path`local/associations/${association_id}`);
  }

  /**
   * Resolves with the receipt once the server has acknowledged the association; rejects with code `rejected` if the
   * server refused it, with its reason in `cause`, with `undone` if it was undone, and with `not_found` once its
   * customer has signed out. Waits as long as it takes: over a time offline, for ever if the server never answers.
   * `signal` ends the waiting, not the delivery.
   *
   * @param {string} association_id
   * @param {{ signal?: AbortSignal }} [options]
   * @returns {Promise<Receipt>}
   */
  async delivered(association_id, { signal } = {}) {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const look = async () => {
        try {
          const receipt = await this.receipt(association_id);
          const { state, error } = receipt;
          if (state === 'acknowledged') finish(() => resolve(receipt));
          if (state === 'undone') finish(() => reject(new ServicesError('undone', 'the association was undone')));
          if (state === 'rejected') {
            const message = `the server refused the association: ${error?.message}`;
            finish(() => reject(new ServicesError('rejected', message, { status: error?.status, cause: error })));
          }
        } catch (error) {
          finish(() => reject(error));
        }
      };
      const aborted = () => finish(() => reject(signal?.reason));
      /** @param {Event} event */
      const changed = (event) => {
        const { association_ids } = /** @type {any} */ (event).detail;
        if (event.type === 'visit' || association_ids.includes(association_id)) void look();
      };
      const closed = () => finish(() => reject(new ServicesError('closed', 'this store is closed')));
      /** @param {() => void} settle */
      const finish = (settle) => {
        this.removeEventListener('change', changed);
        this.removeEventListener('visit', changed);
        this.removeEventListener('evicted', look);
        this.removeEventListener('close', closed);
        signal?.removeEventListener('abort', aborted);
        settle();
      };
      this.addEventListener('change', changed);
      this.addEventListener('visit', changed);
      this.addEventListener('evicted', look);
      this.addEventListener('close', closed);
      signal?.addEventListener('abort', aborted);
      void look();
    });
  }

  /** The current visit. @returns {Promise<Visit>} */
  async visit() {
    return this.request('GET', 'local/visit');
  }

  /**
   * This visit is the customer's from now on: their receipts show, and what they left unsent is sent. If it is another
   * customer's a new one begins. `associate` does the same for a visit that is nobody's.
   *
   * @param {string} customer_id
   * @returns {Promise<Visit>}
   */
  async signIn(customer_id) {
    const visit = await this.request('POST', 'local/visit', { body: json({ customer_id }, 'customer_id'), strict: true });
    this.wake('changed');
    return visit;
  }

  /**
   * A new visit begins. What the customer leaves is sealed: not shown, not found, not handed over and not sent before
   * they sign in again.
   *
   * @returns {Promise<Visit>}
   */
  async signOut() {
    const visit = await this.request('POST', 'local/visit/end', { body: '{}', strict: true });
    this.wake('changed');
    return visit;
  }
}
