// openServices: a store of services in this browser, shared by all its tabs, that hands them over at login.
import { Delivery } from './delivery.js';
import { createEngine } from './engine.js';
import { ServicesError, invalidArgument } from './errors.js';
import { Operations } from './operations.js';
import { json, object, path } from './request.js';
import { hasIndexedDB, indexedDBStorage } from './storage/indexeddb.js';
import { memoryStorage } from './storage/memory.js';
import { Store } from './store.js';

/**
 * @typedef {object} OpenOptions
 * @property {string} name  of the store: 1 to 64 letters, digits, `.`, `_` or `-`; one IndexedDB database each
 * @property {string} [endpoint]  where associations are delivered, such as `/genesys/1/cs`; without it nothing is sent
 * @property {'indexeddb' | 'memory' | import('./storage/storage.js').Storage} [storage]  `indexeddb` where there is one
 * @property {'relaxed' | 'strict'} [durability]  `relaxed` (default) survives a crash of the browser; `strict` also
 *   waits for the disk and survives a power cut. Associations are always strict.
 * @property {string} [tenant]  ContactCenterId; data of two tenants never mix
 * @property {number} [auto_complete_after]  seconds without an update after which a service ends by itself
 * @property {object} [business_attributes]  lists that fields are checked against (core/engine.h, Configure)
 * @property {() => number} [now]  clock, ms since 1970
 * @property {(bytes: Uint8Array) => void} [random]  fills with random bytes
 * @property {typeof fetch} [fetch]
 * @property {import('./wasm/compile.js').WasmSource} [wasm]  the module, where a bundler does not find it
 *
 * @typedef {object} Receipt  contract section 6
 * @property {string} association_id
 * @property {string} customer_id
 * @property {'pending' | 'sent' | 'acknowledged' | 'rejected'} state
 * @property {string} created
 * @property {{ service_id: string, result?: 'associated' | 'already' | 'conflict' }[]} services
 * @property {{ status: number, code: string, message: string }} [error]  of a rejection
 */

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const KNOWN = new Set([
  'name', 'endpoint', 'storage', 'durability', 'tenant', 'auto_complete_after', 'business_attributes',
  'now', 'random', 'fetch', 'wasm',
]);

/** @param {OpenOptions} options */
function check(options) {
  for (const name of Object.keys(object(options, 'options'))) {
    if (!KNOWN.has(name)) throw invalidArgument(name, `one of ${[...KNOWN].join(', ')} as an option`);
  }
  if (typeof options.name !== 'string' || !NAME.test(options.name)) {
    throw invalidArgument('name', '1 to 64 letters, digits, ".", "_" or "-"');
  }
  if (options.endpoint !== undefined && (typeof options.endpoint !== 'string' || options.endpoint === '')) {
    throw invalidArgument('endpoint', 'a URL or a path such as /genesys/1/cs');
  }
  if (options.durability !== undefined && !['relaxed', 'strict'].includes(options.durability)) {
    throw invalidArgument('durability', 'relaxed or strict');
  }
  const { storage } = options;
  if (storage !== undefined && typeof storage !== 'object' && storage !== 'indexeddb' && storage !== 'memory') {
    throw invalidArgument('storage', 'indexeddb, memory or a storage object');
  }
  if (options.tenant !== undefined && (typeof options.tenant !== 'string' || /[\r\n]/.test(options.tenant))) {
    throw invalidArgument('tenant', 'a string in one line');
  }
  for (const name of /** @type {const} */ (['now', 'random', 'fetch'])) {
    if (options[name] !== undefined && typeof options[name] !== 'function') throw invalidArgument(name, 'a function');
  }
}

/**
 * Opens a store and reads it. Tabs that open the same name on the same origin share it. Where IndexedDB is missing
 * the store is in memory, and `durability` says so.
 *
 * @param {OpenOptions} options
 * @returns {Promise<Services>}
 */
export async function openServices(options) {
  check(options);
  /** @type {Record<string, unknown>} */
  const configuration = {};
  for (const name of /** @type {const} */ (['auto_complete_after', 'business_attributes'])) {
    if (options[name] !== undefined) configuration[name] = options[name];
  }
  const make = () => createEngine({ wasm: options.wasm, random: options.random, options: configuration });
  const engine = await make();
  const services = new Services(options, engine, make);
  await services.ready;
  return services;
}

/** A change of services or receipts, by this tab (`local`) or another one (`remote`). */
class ChangeEvent extends Event {
  /** @param {import('./engine.js').Changes} changes @param {'local' | 'remote'} origin */
  constructor(changes, origin) {
    super('change');
    this.detail = { ...changes, origin };
  }
}

/** A damaged file was set aside: what came before the damage was kept. */
class DamageEvent extends Event {
  /** @param {{ sequence: number, lost_bytes: number }} damage */
  constructor(damage) {
    super('damage');
    this.detail = damage;
  }
}

/**
 * An open store. Events: `change` with detail { service_ids, association_ids, origin }, `damage` with detail
 * { sequence, lost_bytes }.
 */
export class Services extends Operations {
  #store;
  #storage;
  #delivery;
  #durability;
  /** @type {[string, string][]} */
  #headers = [['Role', 'local']];
  /** @type {BroadcastChannel | undefined} */
  #channel;
  #leave = (/** @type {Event} */ event) => this.#left(event.type);

  /**
   * Use openServices.
   *
   * @param {OpenOptions} options
   * @param {import('./engine.js').EngineHandle} engine
   * @param {() => Promise<import('./engine.js').EngineHandle>} make
   */
  constructor(options, engine, make) {
    super();
    /** The store's name. */
    this.name = options.name;
    if (options.tenant) this.#headers.push(['ContactCenterId', options.tenant]);
    const { storage } = options;
    if (typeof storage === 'object') this.#storage = storage;
    else if (storage === 'memory' || !hasIndexedDB()) this.#storage = memoryStorage();
    else this.#storage = indexedDBStorage(engine.module, options.name);
    this.#durability = options.durability ?? 'relaxed';
    this.#store = new Store({
      engine,
      storage: this.#storage,
      now: options.now ?? Date.now,
      restart: make,
      onChange: (changes, origin) => this.#changed(changes, origin),
      onDamage: (damage) => this.dispatchEvent(new DamageEvent(damage)),
    });
    this.#delivery = new Delivery({
      name: options.name,
      endpoint: options.endpoint,
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
      tenant: options.tenant,
      run: (method, target, body) => this.#run(method, target, { body, strict: body !== '{}' }),
    });
    /** @internal */
    this.ready = this.#open();
  }

  async #open() {
    await this.#store.open();
    if (this.#storage.kind === 'persistent' && typeof BroadcastChannel !== 'undefined') {
      this.#channel = new BroadcastChannel(`anonymous-services:${this.name}`);
      this.#channel.onmessage = () => void this.#store.refresh();
      // Node keeps a process alive for an open channel.
      /** @type {{ unref?: () => void }} */ (/** @type {unknown} */ (this.#channel)).unref?.();
    }
    if (typeof document !== 'undefined') {
      document.addEventListener('visibilitychange', this.#leave);
      addEventListener('pagehide', this.#leave);
      addEventListener('pageshow', this.#leave);
    }
    this.#delivery.wake();
  }

  /** What survives: `relaxed` a crash of the browser, `strict` also a power cut, `memory` nothing. */
  get durability() {
    return this.#storage.kind === 'memory' ? 'memory' : this.#durability;
  }

  /** Hex digest of everything committed: equal in two tabs that have seen the same commits. */
  digest() {
    return this.#store.digest();
  }

  /**
   * Hands services over to the customer who logged in: all of them or none. One strict commit makes it true here
   * and puts it into the outbox; the server is told in the background, once, and after a reload or a time offline
   * too. A service of another customer is never taken: code `conflict`, and nothing changes.
   *
   * @param {{ customer_id: string, service_ids: string[] }} request
   * @returns {Promise<Receipt>}
   */
  async associate(request) {
    const receipt = await this.request('POST', 'local/associations', { body: json(request, 'request'), strict: true });
    this.#delivery.wake();
    return receipt;
  }

  /** The receipts of all associations made here, the oldest first. @returns {Promise<Receipt[]>} */
  async receipts() {
    return this.request('GET', 'local/associations');
  }

  /** @param {string} association_id @returns {Promise<Receipt>} */
  async receipt(association_id) {
    return this.request('GET', path`local/associations/${association_id}`);
  }

  /**
   * Resolves with the receipt once the server has acknowledged the association; rejects with code `rejected` if the
   * server refused it, with its reason in `cause`. Waits as long as it takes: over a time offline, for ever if the
   * server never answers. `signal` ends the waiting, not the delivery.
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
          if (receipt.state === 'acknowledged') finish(() => resolve(receipt));
          if (receipt.state === 'rejected') {
            const message = `the server refused the association: ${receipt.error?.message}`;
            const error = new ServicesError('rejected', message, { status: receipt.error?.status, cause: receipt.error });
            finish(() => reject(error));
          }
        } catch (error) {
          finish(() => reject(error));
        }
      };
      const aborted = () => finish(() => reject(signal?.reason));
      /** @param {Event} event */
      const changed = (event) => {
        if (/** @type {ChangeEvent} */ (event).detail.association_ids.includes(association_id)) void look();
      };
      const closed = () => finish(() => reject(new ServicesError('closed', 'this store is closed')));
      /** @param {() => void} settle */
      const finish = (settle) => {
        this.removeEventListener('change', changed);
        this.removeEventListener('close', closed);
        signal?.removeEventListener('abort', aborted);
        settle();
      };
      this.addEventListener('change', changed);
      this.addEventListener('close', closed);
      signal?.addEventListener('abort', aborted);
      void look();
    });
  }

  /** Tries to deliver now: after a login that renewed the credentials, say. */
  retryDelivery() {
    this.#delivery.wake();
  }

  /** Settles what was asked for, stops delivering, closes the storage. Later calls reject with code `closed`. */
  async close() {
    this.#delivery.stop();
    if (typeof document !== 'undefined') {
      document.removeEventListener('visibilitychange', this.#leave);
      removeEventListener('pagehide', this.#leave);
      removeEventListener('pageshow', this.#leave);
    }
    await this.#store.close();
    this.#channel?.close();
    this.dispatchEvent(new Event('close'));
  }

  /**
   * @override
   * @protected
   * @param {string} method
   * @param {string} target
   * @param {{ body?: string, headers?: [string, string][], strict?: boolean }} [more]
   */
  async request(method, target, more) {
    const response = await this.#run(method, target, more);
    if (target.startsWith('maintenance/services/stream')) {
      return { text: response.body, next: response.headers.find(([name]) => name === 'Next')?.[1] };
    }
    return response.body === '' ? undefined : JSON.parse(response.body);
  }

  /**
   * @param {string} method
   * @param {string} target
   * @param {{ body?: string, headers?: [string, string][], strict?: boolean }} [more]
   */
  async #run(method, target, { body, headers = [], strict = false } = {}) {
    const response = await this.#store.run(
      { method, target, body, headers: [...this.#headers, ...headers] },
      strict ? 'strict' : this.#durability,
    );
    if (response.status >= 400) {
      const { code, message, exception } = JSON.parse(response.body);
      throw new ServicesError(code, message, { status: response.status, exception });
    }
    return response;
  }

  /** @param {import('./engine.js').Changes} changes @param {'local' | 'remote'} origin */
  #changed(changes, origin) {
    // A hint: a tab that misses it finds the files at its next call.
    if (origin === 'local') this.#channel?.postMessage(0);
    // The tab that sends may be waiting to try again; what another tab did may be the reason to do so now.
    else if (changes.association_ids.length > 0) this.#delivery.wake();
    this.dispatchEvent(new ChangeEvent(changes, origin));
  }

  // A page that is about to go may not live to see an answer: commits are then sent off in the same task. At
  // `pagehide` the page may still count as visible.
  /** @param {string} type */
  #left(type) {
    if (!('leaving' in this.#storage)) return;
    this.#storage.leaving = type === 'pagehide' || (type !== 'pageshow' && document.visibilityState === 'hidden');
  }
}

// Where the runtime has `await using`, a store closes at the end of its block.
const { asyncDispose } = /** @type {{ asyncDispose?: symbol }} */ (/** @type {unknown} */ (Symbol));
if (asyncDispose) Object.defineProperty(Services.prototype, asyncDispose, { value: Services.prototype.close });
