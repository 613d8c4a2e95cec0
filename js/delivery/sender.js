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
 * @property {(delay: { association_id: string, reason: 'refused' | 'failed', wait: number }) => void} onDelay  seconds
 * @property {(method: string, target: string, body?: string) => Promise<import('../engine.js').EngineResponse>} run
 *   a local request
 */

/** A server that does not answer at all is one that failed. */
const TIMEOUT_MS = 60_000;

/** More a timer takes for nothing at all. */
const LONGEST_MS = 2 ** 31 - 1;

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

  // Where this tab's credentials were refused it waits outside of the lock: another tab may have better ones.
  async #lead() {
    for (;;) {
      const ms = await this.#inTurn(() => this.#send());
      if (ms === undefined || this.#stop.signal.aborted) return;
      await this.#wait(ms, MORE);
    }
  }

  /** @param {() => Promise<number | undefined>} send @returns {Promise<number | undefined>} */
  async #inTurn(send) {
    const { signal } = this.#stop;
    const { name, tenant } = this.#setup;
    let held = false;
    const work = () => {
      held = true;
      return send();
    };
    try {
      if (typeof navigator === 'undefined' || !navigator.locks) return await work();
      return await navigator.locks.request(`anonymous-services:${name}:delivery${tenant ? `:${tenant}` : ''}`, { signal }, work);
    } catch {
      // Closed while waiting for the lock; or there are no locks to be had here, as where site data are blocked.
      return signal.aborted || held ? undefined : work();
    }
  }

  // Until nothing is left that can be sent now. What cannot be sent holds up what comes after it: nothing overtakes.
  /** @returns {Promise<number | undefined>} for how long its credentials are no good, ms */
  async #send() {
    for (let failures = 0; !this.#stop.signal.aborted; ) {
      this.#again = false;
      this.#woken = NONE;
      /** @type {Item | undefined} */
      let item;
      /** @type {Outcome | undefined} */
      let outcome;
      try {
        item = await this.#next();
        outcome = item && (await this.#deliver(item, failures));
      } catch (error) {
        if (/** @type {{ code?: string }} */ (error).code === 'closed') return undefined;
        outcome = { later: undefined }; // the store could not be read or written
      }
      if (outcome === undefined) return undefined;
      if (outcome === 'done') {
        failures = 0;
        continue;
      }
      // No earlier than the server asks for, and no earlier than the backoff: a server may ask for too little.
      const said = outcome === 'refused' ? undefined : outcome.later;
      const { ms, until } = waitFor(this.#setup.retry, outcome, failures++);
      const wait = Math.max(ms, said ?? 0);
      if (item) this.#setup.onDelay({ association_id: item.id.split('.')[0], reason: outcome === 'refused' ? 'refused' : 'failed', wait: wait / 1000 });
      if (outcome === 'refused') return wait;
      await this.#wait(wait, said === undefined ? until : NOW);
    }
    return undefined;
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
    const { endpoint, run } = this.#setup;
    // The page's own requests may have used up what `keepalive` allows: then the next try goes without.
    const keepalive = failures % 2 === 0;
    const exchange = { endpoint: /** @type {string} */ (endpoint), ask: this.#ask, run, headers, keepalive };
    try {
      if (this.#setup.transport === 'context-services') {
        const { replay } = await import('./context-services.js');
        return await replay(item, exchange);
      }
      return await postEnvelope(item, exchange, (farewell) => (this.#farewell = farewell));
    } finally {
      this.#farewell = () => {};
    }
  }

  /** One request and the text of its answer. @param {string} url @param {RequestInit} init */
  #ask = async (url, init) => {
    const aborter = new AbortController();
    const abort = () => aborter.abort();
    const timer = setTimeout(abort, TIMEOUT_MS);
    this.#stop.signal.addEventListener('abort', abort);
    try {
      const response = await this.#setup.fetch(url, { ...init, signal: aborter.signal });
      return { response, text: await response.text() };
    } finally {
      clearTimeout(timer);
      this.#stop.signal.removeEventListener('abort', abort);
    }
  };

  /** @param {number} ms @param {number} until  a wake of this urgency ends it */
  #wait(ms, until) {
    if (this.#woken >= until || this.#stop.signal.aborted) return undefined;
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, Math.min(ms, LONGEST_MS));
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
