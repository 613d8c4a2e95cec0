// openServices: a store of services in this browser, shared by all its tabs, that hands them over at login.
import { Associations } from './associations.js';
import { CHANGED, MORE, NOW, RETRY } from './delivery/backoff.js';
import { Delivery } from './delivery/sender.js';
import { createEngine, startEngine } from './engine.js';
import { ServicesError, invalidArgument } from './errors.js';
import { checkDurability, checkFunctions } from './options.js';
import { object } from './request.js';
import { localCanary } from './storage/canary.js';
import { hasIndexedDB, indexedDBStorage } from './storage/indexeddb.js';
import { memoryStorage } from './storage/memory.js';
import { Store } from './store.js';

/**
 * @typedef {object} OpenOptions
 * @property {string} name  of the store: 1 to 64 letters, digits, `.`, `_` or `-`; one IndexedDB database each
 * @property {string} [endpoint]  where associations are delivered, such as `/genesys/1/cs`; without it nothing is sent
 * @property {'associations' | 'context-services'} [transport]  what stands at the endpoint: this package's handler, or
 *   a plain Context Services server, which is given each association as start, state, task and associate calls
 * @property {import('./delivery/sender.js').GetCredentials} [getCredentials]  asked before each delivery, and once more
 *   with `refused` after a 401: headers that prove who the customer is, or null if nobody can now; then it waits. Cookies
 *   of the page's own origin go along without it
 * @property {import('./delivery/sender.js').Retry} [retry]  how failed deliveries are tried again
 * @property {number} [undo_window]  seconds in which an acknowledged association can be undone, 86,400
 * @property {'indexeddb' | 'memory' | import('./storage/storage.js').Storage} [storage]  `indexeddb` where there is one
 * @property {'relaxed' | 'strict'} [durability]  `relaxed` (default) survives a crash of the browser; `strict` also
 *   waits for the disk and survives a power cut. Associations are always strict.
 * @property {number} [budget]  bytes that the store's files may have, 256 MiB if absent; more is refused with
 *   `quota_exceeded`, but for deletions and hand-overs. A checkpoint needs as much again for a moment
 * @property {import('./storage/canary.js').Canary} [canary]  where it is kept that there is a store; the page's
 *   localStorage if absent
 * @property {string} [tenant]  ContactCenterId; data of two tenants never mix
 * @property {number} [auto_complete_after]  seconds without an update after which a service ends by itself
 * @property {object} [business_attributes]  lists that fields are checked against (core/engine.h, Configure)
 * @property {() => number} [now]  clock, ms since 1970
 * @property {(bytes: Uint8Array) => void} [random]  fills with random bytes
 * @property {typeof fetch} [fetch]
 * @property {import('./wasm/compile.js').WasmSource} [wasm]  the module, where a bundler does not find it
 */

const BUDGET = 256 * 1024 * 1024;

/** What tabs tell each other. */
const CHANGES = 0;
const RETRY_NOW = 1;

const NAME = /^[A-Za-z0-9._-]{1,64}$/;
const KNOWN = new Set([
  'name', 'endpoint', 'transport', 'getCredentials', 'retry', 'undo_window', 'storage', 'durability', 'budget', 'canary', 'tenant',
  'auto_complete_after', 'business_attributes', 'now', 'random', 'fetch', 'wasm',
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
  checkDurability(options.durability);
  const { storage } = options;
  if (storage !== undefined && typeof storage !== 'object' && storage !== 'indexeddb' && storage !== 'memory') {
    throw invalidArgument('storage', 'indexeddb, memory or a storage object');
  }
  if (options.tenant !== undefined && (typeof options.tenant !== 'string' || /[\r\n]/.test(options.tenant))) {
    throw invalidArgument('tenant', 'a string in one line');
  }
  if (options.budget !== undefined && !(Number.isSafeInteger(options.budget) && options.budget > 0)) {
    throw invalidArgument('budget', 'a whole number of bytes, 1 or more,');
  }
  const { canary } = options;
  if (canary !== undefined && (typeof canary?.read !== 'function' || typeof canary.write !== 'function')) {
    throw invalidArgument('canary', 'an object with the functions read and write');
  }
  if (options.transport !== undefined && !['associations', 'context-services'].includes(options.transport)) {
    throw invalidArgument('transport', 'associations or context-services');
  }
  for (const [name, value] of Object.entries(object(options.retry ?? {}, 'retry'))) {
    if (!(name in RETRY) || typeof value !== 'number' || !(value >= 0)) {
      throw invalidArgument(`retry.${name}`, `one of ${Object.keys(RETRY).join(', ')}, a number of 0 or more,`);
    }
  }
  checkFunctions(options, ['now', 'random', 'fetch', 'getCredentials']);
}

/**
 * Opens a store and reads it. Tabs that open the same name on the same origin share it. Where IndexedDB is missing or
 * does not open the store is in memory, and `durability` says so.
 *
 * @param {OpenOptions} options
 * @returns {Promise<Services>}
 */
export async function openServices(options) {
  check(options);
  /** @type {Record<string, unknown>} */
  const configuration = {};
  for (const name of /** @type {const} */ (['auto_complete_after', 'business_attributes', 'undo_window'])) {
    if (options[name] !== undefined) configuration[name] = options[name];
  }
  const setup = { wasm: options.wasm, random: options.random, options: configuration };
  const services = new Services(options, startEngine(setup), () => createEngine(setup));
  await services.ready;
  return services;
}

/** @template T */
class StoreEvent extends Event {
  /** @param {string} type @param {T} detail */
  constructor(type, detail) {
    super(type);
    this.detail = detail;
  }
}

/**
 * An open store. Events, each with a `detail`:
 *
 * - `change` { service_ids, association_ids, origin }: services or receipts were changed, by this tab (`local`) or
 *   another one (`remote`)
 * - `receipt` { …receipt, origin }: a receipt of this visit's customer, whenever its state changes
 * - `delay` { association_id, reason, wait }: a delivery has failed, or its credentials were refused or are not to be had;
 *   it is tried again in at most so many seconds
 * - `visit` { visit, customer_id?, origin }: somebody signed in or out, in this tab or another one
 * - `damage` { sequence, lost_bytes }: a damaged file was set aside; what came before the damage was kept
 * - `durability` { durability: 'memory', reason }: IndexedDB cannot be had, or died; the store goes on in memory
 * - `evicted` {}: what had been committed is not there any more, because the browser or somebody else deleted it
 */
export class Services extends Associations {
  #store;
  #delivery;
  #durability;
  #tenant;
  #transport;
  #budget;
  #canary;
  /** Whether the canary says that there is something. */
  #marked = false;
  /** What happened while the store was opened, until somebody can listen. @type {StoreEvent<object>[] | undefined} */
  #early = [];
  #evicted = false;
  /** Receipts as they were told last. @type {Map<string, string>} */
  #told = new Map();
  /** @type {[string, string][]} */
  #headers = [['Role', 'local']];
  /** @type {BroadcastChannel | undefined} */
  #channel;
  #leave = (/** @type {Event} */ event) => this.#left(event);

  /**
   * Use openServices.
   *
   * @param {OpenOptions} options
   * @param {ReturnType<typeof startEngine>} started
   * @param {() => Promise<import('./engine.js').EngineHandle>} restart
   */
  constructor(options, started, restart) {
    super();
    /** The store's name. */
    this.name = options.name;
    this.#tenant = options.tenant ?? '';
    this.#transport = options.transport;
    if (options.tenant) this.#headers.push(['ContactCenterId', options.tenant]);
    const { storage } = options;
    const inIndexedDB = typeof storage !== 'object' && storage !== 'memory' && hasIndexedDB();
    this.#durability = options.durability ?? 'relaxed';
    this.#budget = options.budget ?? BUDGET;
    this.#canary = options.canary ?? localCanary(options.name);
    this.#store = new Store({
      engine: started.engine,
      storage: typeof storage === 'object' ? storage : inIndexedDB ? indexedDBStorage(started, options.name) : memoryStorage(),
      now: options.now ?? Date.now,
      restart,
      budget: this.#budget,
      fallback: inIndexedDB ? (reason) => this.#fellBack(reason) : undefined,
      onChange: (changes, origin) => this.#changed(changes, origin),
      onDamage: (damage) => this.#announce('damage', damage),
      onEvicted: () => this.#lost(),
    });
    if (storage === undefined && !inIndexedDB) {
      this.#announce('durability', { durability: 'memory', reason: new ServicesError('storage_failed', 'there is no IndexedDB here, or none that tabs can share') });
    }
    this.#delivery = new Delivery({
      name: options.name,
      endpoint: options.endpoint,
      transport: options.transport ?? 'associations',
      fetch: options.fetch ?? ((input, init) => fetch(input, init)),
      getCredentials: options.getCredentials,
      retry: { ...RETRY, ...options.retry },
      onDelay: (delay) => this.#announce('delay', delay),
      tenant: options.tenant,
      run: (method, target, body) => this.#run(method, target, { body, strict: method !== 'GET' }),
    });
    /** @internal */
    this.ready = this.#open().catch((error) => {
      this.#delivery.stop();
      throw error;
    });
  }

  async #open() {
    // Read before the store: what another tab commits in between is then no eviction.
    this.#marked = await this.#canaryRead();
    await this.#store.open();
    if (this.#store.storage.kind === 'persistent') {
      if (this.#store.sequence > 0) this.#mark();
      else if (this.#marked || this.#store.storage.lost) this.#lost();
    }
    if (this.#store.storage.kind === 'persistent' && typeof BroadcastChannel !== 'undefined') {
      this.#channel = new BroadcastChannel(`anonymous-services:${this.name}`);
      this.#channel.onmessage = ({ data }) => {
        this.#store.refresh();
        if (data === RETRY_NOW) this.#delivery.wake(NOW);
      };
      // Node keeps a process alive for an open channel.
      /** @type {{ unref?: () => void }} */ (/** @type {unknown} */ (this.#channel)).unref?.();
      this.#settle();
    }
    if (typeof document !== 'undefined') {
      document.addEventListener('visibilitychange', this.#leave);
      addEventListener('pagehide', this.#leave);
      addEventListener('pageshow', this.#leave);
    }
    setTimeout(() => {
      const early = this.#early ?? [];
      this.#early = undefined;
      for (const event of early) this.dispatchEvent(event);
    });
    this.#delivery.wake(MORE);
  }

  /** What survives: `relaxed` a crash of the browser, `strict` also a power cut, `memory` nothing. */
  get durability() {
    return this.#store.storage.kind === 'memory' ? 'memory' : this.#durability;
  }

  /**
   * Whether something had been committed here, by this opening or an earlier one, that is not there any more: the
   * browser evicted the store, or somebody deleted it. The visitor is not a new one. Event `evicted`.
   */
  get evicted() {
    return this.#evicted;
  }

  /**
   * Asks the browser not to evict what this site stores. Some ask the visitor, some decide by themselves.
   *
   * @returns {Promise<boolean>} whether it agreed
   */
  async persist() {
    try {
      return (await globalThis.navigator?.storage?.persist?.()) ?? false;
    } catch {
      return false;
    }
  }

  /**
   * What the store uses, and what the browser gives to the site.
   *
   * @returns {Promise<{ files: number, bytes: number, budget: number, usage?: number, quota?: number, persisted?: boolean }>}
   *   `files`, `bytes` and `budget` are this store's; `usage` and `quota` (bytes) the whole site's, and `persisted`
   *   whether it is safe from eviction, where the browser tells
   */
  async estimate() {
    const { files, bytes } = this.#store.usage;
    const own = { files, bytes, budget: this.#budget };
    try {
      const { storage } = globalThis.navigator;
      const [{ usage, quota }, persisted] = await Promise.all([storage.estimate(), storage.persisted()]);
      return { ...own, usage, quota, persisted };
    } catch {
      return own;
    }
  }

  /** Hex digest of everything committed: equal in two tabs that have seen the same commits. */
  digest() {
    return this.#store.digest();
  }

  /** @override @protected @param {'more' | 'changed' | 'now'} urgency */
  wake(urgency) {
    this.#delivery.wake({ more: MORE, changed: CHANGED, now: NOW }[urgency]);
  }

  /** @override @protected */
  get compensates() {
    return this.#transport !== 'context-services';
  }

  /** Tries to deliver now, whichever tab sends: after a login that renewed the credentials, say. */
  retryDelivery() {
    this.wake('now');
    this.#channel?.postMessage(RETRY_NOW);
  }

  /**
   * As signOut, and nothing of what the store holds can be had any more: services, and receipts of what has ended
   * well. What is not delivered yet, or was refused, is kept, sealed, until its customer signs in again. The files are
   * written anew, so that what was deleted is in none of them.
   *
   * @returns {Promise<import('./associations.js').Visit>}
   */
  async reset() {
    const visit = await this.request('POST', 'local/reset', { body: '{}', strict: true });
    this.wake('changed');
    await this.#store.checkpoint();
    return visit;
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
    if (origin === 'local') {
      // A hint: a tab that misses it finds the files at its next call.
      if (!this.#store.storage.alone) this.#channel?.postMessage(CHANGES);
      this.#mark();
    }
    const { service_ids, association_ids, tenants } = changes;
    const { receipts = [], visit } = tenants[this.#tenant] ?? {};
    // Another tab has handed something over; or somebody else's associations are now to be sent.
    if (origin === 'remote' && association_ids.length > 0) this.#delivery.wake(MORE);
    if (origin === 'remote' && visit !== undefined) this.#delivery.wake(CHANGED);
    if (service_ids.length > 0 || association_ids.length > 0) this.#announce('change', { service_ids, association_ids, origin });
    for (const receipt of receipts) {
      // Its parts and the progress of a replay are written without a change to it.
      const text = JSON.stringify(receipt);
      if (this.#told.get(receipt.association_id) === text) continue;
      this.#told.set(receipt.association_id, text);
      this.#announce('receipt', { ...receipt, origin });
    }
    if (visit !== undefined) this.#announce('visit', { ...visit, origin });
  }

  /** @param {string} type @param {object} detail */
  #announce(type, detail) {
    const event = new StoreEvent(type, detail);
    if (this.#early) this.#early.push(event);
    else this.dispatchEvent(event);
  }

  /** @param {ServicesError} reason */
  #fellBack(reason) {
    this.#announce('durability', { durability: 'memory', reason });
    return memoryStorage();
  }

  #lost() {
    this.#evicted = true;
    this.#announce('evicted', {});
  }

  /** The store is in use, and IndexedDB holds something. */
  #mark() {
    if (this.#marked || this.#store.storage.kind !== 'persistent') return;
    this.#marked = true;
    void (async () => this.#canary?.write())().catch(() => {});
  }

  async #canaryRead() {
    try {
      return (await this.#canary?.read()) === true;
    } catch {
      return false;
    }
  }

  // A page that is about to go may not live to see an answer: commits are then sent off in the same task. At
  // `pagehide` the page may still count as visible.
  /** @param {Event & { persisted?: boolean }} event */
  #left({ type, persisted = false }) {
    const leaving = type === 'pagehide' || (type !== 'pageshow' && document.visibilityState === 'hidden');
    if (leaving) this.#store.storage.leave?.(type === 'pagehide');
    else this.#store.storage.stay?.();
    if (type === 'pageshow' && persisted) this.#settle(true);
  }

  // Before others know of this tab they may have committed something and told nobody; `anyway`: and be gone again.
  #settle(anyway = false) {
    const settled = this.#store.storage.settled?.();
    void settled?.then((others) => (others || anyway) && this.#store.refresh(), () => {}); // a commit tells
  }
}

// Where the runtime has `await using`, a store closes at the end of its block.
const { asyncDispose } = /** @type {{ asyncDispose?: symbol }} */ (/** @type {unknown} */ (Symbol));
if (asyncDispose) Object.defineProperty(Services.prototype, asyncDispose, { value: Services.prototype.close });
