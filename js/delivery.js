// Delivers the outbox: one sender for all tabs, the oldest association first, each until the server has answered
// (contract section 6). The truth is the outbox in the journal; the Web Lock only keeps tabs from sending the same
// at once, and where there is none the server's idempotency makes that harmless.
import { path } from './request.js';

/**
 * @typedef {object} DeliverySetup
 * @property {string} name  of the store
 * @property {string} [endpoint]
 * @property {typeof fetch} fetch
 * @property {string} [tenant]
 * @property {(method: string, target: string, body?: string) => Promise<import('./engine.js').EngineResponse>} run
 *   a local request
 */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

/** Answers that a later try of the same bytes cannot change, if it is the contract's server that gives them. */
const FINAL = new Set([400, 403, 404, 405, 409, 413, 415, 422]);

export class Delivery {
  #setup;
  #stop = new AbortController();
  #running = false;
  #again = false;
  /** Ends the present wait. */
  #hurry = () => {};

  /** @param {DeliverySetup} setup */
  constructor(setup) {
    this.#setup = setup;
    if (typeof addEventListener === 'function') addEventListener('online', () => this.wake(), { signal: this.#stop.signal });
  }

  /** There may be something to send, or a reason to try again now. Never throws. */
  wake() {
    if (this.#setup.endpoint === undefined || this.#stop.signal.aborted) return;
    this.#hurry();
    this.#again = true;
    if (this.#running) return;
    this.#running = true;
    void this.#lead().finally(() => {
      this.#running = false;
      if (this.#again) this.wake();
    });
  }

  stop() {
    this.#stop.abort();
    this.#hurry();
  }

  async #lead() {
    const { signal } = this.#stop;
    try {
      if (typeof navigator !== 'undefined' && navigator.locks) {
        await navigator.locks.request(`anonymous-services:${this.#setup.name}:delivery`, { signal }, () => this.#send());
      } else {
        await this.#send();
      }
    } catch {
      // Closed while waiting for the lock or between two steps: the outbox keeps what is left.
      this.#again = false;
    }
  }

  // Until nothing is left that can be sent now. What the present credentials may not deliver is passed over and
  // stays in the outbox, for the customer whose it is.
  async #send() {
    let after = '';
    for (let failures = 0; !this.#stop.signal.aborted; ) {
      this.#again = false;
      const next = await this.#setup.run('GET', `local/outbox${after}`);
      if (next.status === 204) return;
      const id = /** @type {string} */ (next.headers.find(([name]) => name === 'Association-Id')?.[1]);
      await this.#setup.run('POST', path`local/associations/${id}/sent`, '{}');
      const outcome = await this.#post(id, next.body);
      if (outcome.done) {
        failures = 0;
      } else if (outcome.credentials) {
        after = path`?after=${id}`;
      } else {
        await this.#wait(outcome.retryAfter ?? backoff(failures++));
      }
    }
  }

  /**
   * @param {string} id
   * @param {string} body
   * @returns {Promise<{ done: boolean, credentials?: boolean, retryAfter?: number }>}
   */
  async #post(id, body) {
    let response;
    let text;
    try {
      response = await this.#setup.fetch(`${this.#setup.endpoint}/associations`, {
        method: 'POST',
        credentials: 'same-origin',
        headers: {
          'Content-Type': 'application/json',
          'Idempotency-Key': id,
          ...(this.#setup.tenant ? { ContactCenterId: this.#setup.tenant } : {}),
        },
        body,
        signal: this.#stop.signal,
      });
      text = await response.text();
    } catch {
      return { done: false };
    }
    if (response.ok) {
      try {
        await this.#setup.run('POST', path`local/associations/${id}/receipt`, text);
        return { done: true };
      } catch {
        return { done: false }; // not a receipt for this association: some proxy's page, say
      }
    }
    const error = contractError(text);
    if (response.status === 401 || (response.status === 403 && error?.code === 'customer_mismatch')) {
      return { done: false, credentials: true };
    }
    if (!error || !FINAL.has(response.status)) return { done: false, retryAfter: retryAfter(response) };
    const rejection = JSON.stringify({ status: response.status, code: error.code, message: error.message });
    await this.#setup.run('POST', path`local/associations/${id}/rejected`, rejection);
    return { done: true };
  }

  /** @param {number} ms */
  #wait(ms) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      // A process with nothing else to do need not stay for this.
      /** @type {{ unref?: () => void }} */ (/** @type {unknown} */ (timer)).unref?.();
      this.#hurry = () => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
  }
}

/** Full jitter: anywhere between nothing and the bound, which doubles. @param {number} failures */
function backoff(failures) {
  return Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures);
}

/** RFC 9110 section 10.2.3: seconds, or a date. @param {Response} response */
function retryAfter(response) {
  const value = response.headers.get('Retry-After');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 24 * 3600 * 1000) : undefined;
}

/**
 * The error of the contract's server (contract section 7), or undefined: a firewall's page or a wrong route speaks for
 * nobody, and must not end an association.
 *
 * @param {string} text
 * @returns {{ code: string, message: string } | undefined}
 */
function contractError(text) {
  try {
    const { code, message } = JSON.parse(text);
    return typeof code === 'string' && typeof message === 'string' ? { code, message } : undefined;
  } catch {
    return undefined;
  }
}
