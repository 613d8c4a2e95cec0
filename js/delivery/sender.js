// Delivers the outbox: one sender for all tabs, the oldest association first, each until the server has answered
// (contract section 6). The truth is the outbox in the journal; the Web Lock only keeps tabs from sending the same
// at once, and where there is none the server's idempotency makes that harmless.
import { path } from '../request.js';
import { CHANGED, MORE, NOW, waitFor } from './backoff.js';
import { postEnvelope } from './envelope.js';

/**
 * @typedef {object} Item  what the outbox gives
 * @property {string} id  of the association, or of a part of it
 * @property {string} customer_id
 * @property {string} body  the envelope
 * @property {object} progress  of a replay
 *
 * @typedef {'done' | 'refused' | { later: number | undefined }} Outcome  `refused`: these credentials are not the
 *   customer's; `later`: in so many ms, if the server says
 *
 * @typedef {object} Retry  in seconds
 * @property {number} [first]  longest wait after the first failure, 0.5; it doubles with every further one
 * @property {number} [longest]  30
 * @property {number} [tries]  failures in a row after which every wait is `rest`, 50
 * @property {number} [rest]  600
 *
 * @typedef {(about: { customer_id: string, association_id: string, refused: boolean }) =>
 *   ({ headers?: Record<string, string> } | null | undefined) | Promise<{ headers?: Record<string, string> } | null | undefined>} GetCredentials
 *
 * @typedef {object} DeliverySetup
 * @property {string} name  of the store
 * @property {string} [endpoint]
 * @property {'associations' | 'context-services'} transport
 * @property {typeof fetch} fetch
 * @property {string} [tenant]
 * @property {GetCredentials} [getCredentials]
 * @property {Required<Retry>} retry
 * @property {(method: string, target: string, body?: string) => Promise<import('../engine.js').EngineResponse>} run
 *   a local request
 */

/** A server that does not answer at all is one that failed. */
const TIMEOUT_MS = 60_000;

/** No wake at all. */
const NONE = -1;

export class Delivery {
  #setup;
  #stop = new AbortController();
  #running = false;
  #again = false;
  /** The most urgent wake since the present try began: what it tells may have come too late for it. */
  #woken = NONE;
  /** Ends the present wait if the wake is urgent enough. @type {(urgency: number) => void} */
  #hurry = () => {};
  /** What can still be sent when the page goes away under a request. @type {() => void} */
  #farewell = () => {};

  /** @param {DeliverySetup} setup */
  constructor(setup) {
    this.#setup = setup;
    if (setup.endpoint === undefined || typeof addEventListener !== 'function') return;
    const { signal } = this.#stop;
    addEventListener('online', () => this.wake(CHANGED), { signal });
    if (typeof document === 'undefined') return;
    const visible = () => document.visibilityState === 'visible' && this.wake(CHANGED);
    document.addEventListener('visibilitychange', visible, { signal });
    addEventListener('pagehide', () => this.#farewell(), { signal });
  }

  /** There may be something to send, or a reason to try again now. Never throws. @param {number} urgency */
  wake(urgency) {
    if (this.#setup.endpoint === undefined || this.#stop.signal.aborted) return;
    this.#hurry(urgency);
    this.#woken = Math.max(this.#woken, urgency);
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    void this.#lead().finally(() => {
      this.#running = false;
      if (this.#again) this.wake(MORE);
    });
  }

  stop() {
    this.#stop.abort();
    this.#hurry(NOW);
  }

  async #lead() {
    const { signal } = this.#stop;
    let held = false;
    const send = () => {
      held = true;
      return this.#send();
    };
    try {
      if (typeof navigator !== 'undefined' && navigator.locks) {
        await navigator.locks.request(`anonymous-services:${this.#setup.name}:delivery`, { signal }, send);
      } else {
        await send();
      }
    } catch {
      // Closed while waiting for the lock; or there are no locks to be had here, as where site data are blocked.
      if (!signal.aborted && !held) await send();
    }
  }

  // Until nothing is left that can be sent now. What cannot be sent holds up what comes after it: nothing overtakes.
  async #send() {
    for (let failures = 0; !this.#stop.signal.aborted; ) {
      this.#again = false;
      this.#woken = NONE;
      /** @type {Outcome | undefined} */
      let outcome;
      try {
        const item = await this.#next();
        outcome = item && (await this.#deliver(item, failures));
      } catch {
        outcome = { later: undefined }; // the store could not be read or written; or it is closed
      }
      if (outcome === undefined) return;
      if (outcome === 'done') {
        failures = 0;
        continue;
      }
      const said = outcome === 'refused' ? undefined : outcome.later;
      const { ms, until } = waitFor(this.#setup.retry, outcome, failures++);
      await this.#wait(said ?? ms, said === undefined ? until : NOW);
    }
  }

  /** @returns {Promise<Item | undefined>} */
  async #next() {
    const next = await this.#setup.run('GET', 'local/outbox');
    if (next.status === 204) return undefined;
    const header = (/** @type {string} */ wanted) => next.headers.find(([name]) => name === wanted)?.[1];
    return {
      id: /** @type {string} */ (header('Association-Id')),
      customer_id: decodeURIComponent(/** @type {string} */ (header('Customer'))),
      body: next.body,
      progress: JSON.parse(decodeURIComponent(header('Progress') ?? '%7B%7D')),
    };
  }

  /** @param {Item} item @param {number} failures @returns {Promise<Outcome>} */
  async #deliver(item, failures) {
    for (const refused of [false, true]) {
      const headers = await this.#headers(item, refused);
      if (headers === undefined) return 'refused';
      // Before anything leaves, so that an undo knows that it may have. It may be withdrawn already, or its customer gone.
      const receipt = await this.#mark(item.id);
      if (receipt?.state !== 'sent') return 'done';
      const outcome = await this.#once(item, headers, failures);
      if (outcome !== 'refused' || this.#setup.getCredentials === undefined) return outcome;
    }
    return 'refused';
  }

  /** @param {string} id @returns {Promise<{ state: string } | undefined>} */
  async #mark(id) {
    try {
      return JSON.parse((await this.#setup.run('POST', path`local/associations/${id}/sent`, '{}')).body);
    } catch (error) {
      if (/** @type {{ code?: string }} */ (error).code === 'not_found') return undefined;
      throw error;
    }
  }

  /** @param {Item} item @param {boolean} refused */
  async #headers({ customer_id, id }, refused) {
    const { getCredentials, tenant } = this.#setup;
    let headers = {};
    if (getCredentials !== undefined) {
      try {
        const given = await getCredentials({ customer_id, association_id: id.split('.')[0], refused });
        if (!given) return undefined;
        headers = given.headers ?? {};
      } catch {
        return undefined; // the page's own: it can be asked again
      }
    }
    return { ...(tenant ? { ContactCenterId: tenant } : {}), ...headers };
  }

  /** @param {Item} item @param {Record<string, string>} headers @param {number} failures @returns {Promise<Outcome>} */
  async #once(item, headers, failures) {
    const aborter = new AbortController();
    const abort = () => aborter.abort();
    const timer = setTimeout(abort, TIMEOUT_MS);
    this.#stop.signal.addEventListener('abort', abort);
    const { endpoint, fetch, run } = this.#setup;
    // The page's own requests may have used up what `keepalive` allows: then the next try goes without.
    const keepalive = failures % 2 === 0;
    const exchange = { endpoint: /** @type {string} */ (endpoint), fetch, run, headers, keepalive, signal: aborter.signal };
    try {
      if (this.#setup.transport === 'context-services') {
        const { replay } = await import('./context-services.js');
        return await replay(item, exchange);
      }
      return await postEnvelope(item, exchange, (farewell) => (this.#farewell = farewell));
    } finally {
      this.#farewell = () => {};
      clearTimeout(timer);
      this.#stop.signal.removeEventListener('abort', abort);
    }
  }

  /** @param {number} ms @param {number} until  a wake of this urgency ends it */
  #wait(ms, until) {
    if (this.#woken >= until || this.#stop.signal.aborted) return undefined;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      // A process with nothing else to do need not stay for this.
      /** @type {{ unref?: () => void }} */ (/** @type {unknown} */ (timer)).unref?.();
      this.#hurry = (urgency) => {
        if (urgency < until) return;
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }
}
