// IndexedDB made to answer: every open and every transaction settles, whatever the browser does. Errors carry their
// real reason; nothing is thrown in the background.
import { ServicesError } from '../errors.js';
import { StorageChanged, StorageGone, closedError } from './storage.js';

/**
 * What the work of a transaction is given.
 *
 * @typedef {object} Hands
 * @property {IDBObjectStore} store
 * @property {<T>(request: IDBRequest<T>, then: (result: T) => void) => void} then
 *   calls `then` when the request has succeeded; what it throws aborts the transaction
 * @property {(reason: unknown) => void} abort
 * @property {() => void} commit  no more requests follow
 */

/** Waits between tries to open, in ms: a backend that was just restarted, or a profile that is busy, comes back. */
const AGAIN_MS = [50, 250, 1000];

/** One connection, opened when first needed. */
export class Connection {
  #name;
  #version;
  #storeName;
  #timeout;
  #onLoss;
  /** @type {IDBDatabase | undefined} */
  #database;
  #opened = false;
  #closed = false;

  /**
   * @param {{ name: string, version: number, storeName: string, timeout: number, onLoss: () => void }} setup
   *   `timeout` in ms, for an open and for a transaction; `onLoss`: the browser has found its database damaged and
   *   made a new one
   */
  constructor({ name, version, storeName, timeout, onLoss }) {
    this.#name = name;
    this.#version = version;
    this.#storeName = storeName;
    this.#timeout = timeout;
    this.#onLoss = onLoss;
  }

  /** Whether what was read over it can be trusted still: nothing has ended it that this page was told of. */
  get live() {
    return this.#database !== undefined;
  }

  close() {
    this.#closed = true;
    this.#drop(this.#database);
  }

  /**
   * Runs one transaction. `work` makes the first requests and answers what to resolve with once it has completed;
   * rejects once it has aborted, with what made it abort. A connection that is no good is given up: the transaction,
   * or the first one over the next connection, rejects with StorageChanged, and has done nothing.
   *
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {'relaxed' | 'strict'} durability
   * @param {(hands: Hands) => () => T} work
   * @param {{ anew?: boolean }} [options]  `anew`: all is read, so that it does not matter over which connection
   * @returns {Promise<T>}
   */
  async run(mode, durability, work, { anew = false } = {}) {
    if (this.#closed) throw closedError();
    const database = this.#database ?? (await this.#connect(anew));
    /** @type {IDBTransaction} */
    let tx;
    try {
      tx = database.transaction(this.#storeName, mode, { durability });
    } catch (error) {
      this.#drop(database);
      throw new StorageChanged(error);
    }
    return new Promise((resolve, reject) => {
      /** @type {unknown} */
      let failure;
      /** @type {() => T} */
      let value;
      let asked = false;
      let aborted = false;
      let committing = false;
      /** @param {() => void} settle */
      const finish = (settle) => {
        clearTimeout(timer);
        settle();
      };
      /** @param {unknown} reason */
      const abort = (reason) => {
        failure ??= reason instanceof DOMException ? reasonOf(reason) : reason;
        try {
          tx.abort();
          aborted = true;
        } catch {
          // It has ended, or is being committed: its event tells which.
        }
      };
      const late = () => {
        try {
          tx.abort();
          this.#drop(database);
          reject(new ServicesError('storage_failed', `IndexedDB did not answer within ${this.#timeout} ms; nothing was saved`));
        } catch {
          // It is being committed. A page that was frozen gets its event yet; a backend that is gone sends none.
          if (!asked) {
            asked = true;
            timer = setTimeout(late, this.#timeout);
            return;
          }
          this.#drop(database);
          const saved = aborted || tx.error ? 'nothing was saved' : 'whether this was saved is not known';
          reject(new ServicesError('storage_failed', `IndexedDB did not answer; ${saved}`));
        }
      };
      let timer = setTimeout(late, this.#timeout);
      tx.oncomplete = () => finish(() => resolve(value()));
      tx.onabort = () =>
        finish(() => {
          if (failure !== undefined) return reject(failure);
          const reason = reasonOf(tx.error);
          if (!(reason instanceof StorageChanged)) return reject(reason);
          this.#drop(database);
          // A backend that goes away while it commits ends the transaction in the same way whether it had saved it.
          return reject(committing ? new CommitLost(tx.error) : reason);
        });
      try {
        value = work({
          store: tx.objectStore(this.#storeName),
          abort,
          commit: () => {
            tx.commit();
            committing = true;
          },
          then: (request, then) => {
            request.onsuccess = () => {
              try {
                then(request.result);
              } catch (error) {
                abort(error);
              }
            };
          },
        });
      } catch (error) {
        abort(error);
      }
    });
  }

  /** @param {boolean} anew */
  async #connect(anew) {
    const again = this.#opened && !anew;
    const database = await this.#open();
    // Another tab that wants the database gone or newer must not wait for this one.
    database.onversionchange = () => this.#drop(database);
    database.onclose = () => this.#drop(database);
    if (this.#closed) {
      database.close();
      throw closedError();
    }
    this.#database = database;
    this.#opened = true;
    if (again) throw new StorageChanged();
    return database;
  }

  /** @returns {Promise<IDBDatabase>} */
  async #open() {
    for (const ms of AGAIN_MS) {
      try {
        return await openDatabase(this.#name, this.#version, this.#storeName, this.#timeout, this.#onLoss);
      } catch (error) {
        const { code, cause } = /** @type {ServicesError} */ (error);
        // Waited for long enough, or refused for good.
        if (this.#closed || code === 'storage_blocked' || !FLEETING.has(nameOf(cause))) throw error;
        await new Promise((resolve) => setTimeout(resolve, ms));
      }
    }
    return openDatabase(this.#name, this.#version, this.#storeName, this.#timeout, this.#onLoss);
  }

  /** @param {IDBDatabase | undefined} database */
  #drop(database) {
    database?.close();
    if (this.#database === database) this.#database = undefined;
  }
}

/** Errors of a transaction that say nothing against its connection. */
const SOUND = new Set(['QuotaExceededError', 'ConstraintError', 'DataCloneError']);

/** Errors of an open that the next one may not have. */
const FLEETING = new Set(['UnknownError', 'AbortError', 'TimeoutError']);

/**
 * Opens the database, with IDBFS's schema. Not through IDBFS.getDB: that one calls nobody back when opening fails
 * or is blocked.
 *
 * @param {string} name
 * @param {number} version
 * @param {string} storeName
 * @param {number} timeout  ms
 * @param {() => void} onLoss
 * @returns {Promise<IDBDatabase>}
 */
function openDatabase(name, version, storeName, timeout, onLoss) {
  return new Promise((resolve, reject) => {
    /** @param {unknown} cause */
    const gone = (cause) =>
      reject(new StorageGone('storage_failed', `IndexedDB cannot be opened: ${nameOf(cause)}`, { cause }));
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new StorageGone('storage_blocked', `IndexedDB did not open within ${timeout} ms`));
    }, timeout);
    /** @type {IDBOpenDBRequest} */
    let request;
    try {
      request = indexedDB.open(name, version);
    } catch (error) {
      clearTimeout(timer);
      gone(error);
      return;
    }
    request.onupgradeneeded = (event) => {
      // Chromium's own: a site's databases that cannot be read any more it throws away.
      if (/** @type {{ dataLoss?: string }} */ (/** @type {unknown} */ (event)).dataLoss === 'total') onLoss();
      const target = request.result;
      if (target.objectStoreNames.contains(storeName)) return;
      target.createObjectStore(storeName).createIndex('timestamp', 'timestamp', { unique: false });
    };
    request.onsuccess = () => {
      clearTimeout(timer);
      if (late) request.result.close();
      else resolve(request.result);
    };
    request.onerror = (event) => {
      clearTimeout(timer);
      event.preventDefault(); // Firefox else reports it to the page as an error of its own
      gone(request.error);
    };
  });
}

/** @param {unknown} cause */
const nameOf = (cause) => (cause instanceof Error || cause instanceof DOMException ? cause.name : 'AbortError');

/** It was sent off, then the connection was no good: it may have got there. */
export class CommitLost extends ServicesError {
  /** @param {unknown} cause */
  constructor(cause) {
    super('storage_failed', 'IndexedDB broke off; whether this was saved is not known', { cause });
  }
}

/** What a transaction rejects with. @param {unknown} cause */
function reasonOf(cause) {
  const name = nameOf(cause);
  if (!SOUND.has(name)) return new StorageChanged(cause);
  return name === 'QuotaExceededError'
    ? new ServicesError('quota_exceeded', 'the browser gives this site no more storage', { cause })
    : new ServicesError('storage_failed', `IndexedDB answered ${name}`, { cause });
}
