// IndexedDB through Emscripten's IDBFS: its mount, its database (name, version, object store, index) and its
// record shape, so that a plain `FS.syncfs(true)` reads the files; but a commit of our own, because syncfs loses
// data between tabs. Files are written once under the next number, in one readwrite transaction, which is the
// lock between tabs:
//
//   add(number), and in the same breath ask for numbers above it
//     nothing above    the file stands: commit
//     taken or above   another tab was first: abort; then, in one transaction that nobody can come between, read
//                      what is new, run the work again on it, add, commit
//
// A number is never free again: a snapshot is written above all it replaces, so the highest always stands.
import { ServicesError } from '../errors.js';
import { fileName } from './storage.js';

/** @typedef {import('./storage.js').JournalFile} JournalFile */

const FILE_MODE = 0o100666;
const OPEN_TIMEOUT_MS = 10_000;

/** Whether this runtime has IndexedDB at all. */
export function hasIndexedDB() {
  return typeof indexedDB !== 'undefined' && indexedDB !== null;
}

/**
 * @param {import('../../dist/engine.js').EngineModule} module
 * @param {string} name  the store's name; the database is `/anonymous-services/<name>`
 * @returns {import('./storage.js').Storage & { leaving: boolean }}
 */
export function indexedDBStorage({ FS, IDBFS }, name) {
  const mount = `/anonymous-services/${name}`;
  const storeName = IDBFS.DB_STORE_NAME;
  FS.mkdirTree(mount);
  FS.mount(IDBFS, {}, mount);

  /** @type {IDBDatabase | undefined} */
  let database;
  let closed = false;
  let lastTime = 0;

  /** @param {number} sequence */
  const path = (sequence) => `${mount}/${fileName(sequence)}`;
  const last = `${mount}/9999999999999999`;
  /** @param {number} sequence */
  const above = (sequence) => IDBKeyRange.bound(path(sequence), last, true, false);

  /** @param {Uint8Array} bytes */
  const entry = (bytes) => {
    // Strictly rising, because stock IDBFS takes files of one time for the same.
    lastTime = Math.max(Date.now(), lastTime + 1);
    // Exactly the bytes: a view would store the whole buffer behind it.
    const contents = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
    return { timestamp: new Date(lastTime), mode: FILE_MODE, contents };
  };

  const connect = async () => {
    if (database) return database;
    if (closed) throw new ServicesError('closed', 'this store is closed');
    const opened = await openDatabase(mount, IDBFS.DB_VERSION, storeName);
    // Another tab that wants the database gone or newer must not wait for this one.
    opened.onversionchange = () => {
      opened.close();
      if (database === opened) database = undefined;
    };
    opened.onclose = () => {
      if (database === opened) database = undefined;
    };
    database = opened;
    IDBFS.dbs[mount] = opened;
    return opened;
  };

  /**
   * Runs `body` with a transaction; a connection that was closed underneath is opened again, once.
   *
   * @template T
   * @param {IDBTransactionMode} mode
   * @param {'relaxed' | 'strict'} durability
   * @param {(transaction: IDBTransaction, store: IDBObjectStore) => Promise<T>} body
   * @returns {Promise<T>}
   */
  const transaction = async (mode, durability, body) => {
    for (let again = false; ; again = true) {
      const connection = database ?? (await connect());
      /** @type {IDBTransaction} */
      let tx;
      try {
        tx = connection.transaction(storeName, mode, { durability });
      } catch (error) {
        if (again || /** @type {Error} */ (error).name !== 'InvalidStateError') throw storageError(error);
        database = undefined;
        continue;
      }
      return body(tx, tx.objectStore(storeName));
    }
  };

  /** @param {IDBObjectStore} store @param {import('./storage.js').NewFile} file */
  const write = (store, file) => {
    store.add(entry(file.bytes), path(file.sequence));
    if (file.replaces) store.delete(IDBKeyRange.bound(path(0), path(file.sequence), false, true));
  };

  /** @param {IDBObjectStore} store @param {number} lastSeen @param {(files: JournalFile[]) => void} done */
  const read = (store, lastSeen, done) => {
    const keys = store.getAllKeys(above(lastSeen));
    const values = store.getAll(above(lastSeen));
    values.onsuccess = () => {
      done(
        keys.result.map((key, i) => ({
          sequence: Number(String(key).slice(mount.length + 1)),
          bytes: new Uint8Array(values.result[i].contents),
        })),
      );
    };
  };

  /**
   * The hopeful try. `beaten`: another tab was first, nothing was written. `stray`: the page was leaving, so the
   * file was committed unchecked, and it turned out to lie below another tab's snapshot.
   *
   * @param {import('./storage.js').NewFile} file
   * @param {'relaxed' | 'strict'} durability
   * @param {boolean} leaving  commit in this very task: the page may not live to see an answer
   * @returns {Promise<'stands' | 'beaten' | 'stray'>}
   */
  const hopeful = (file, durability, leaving) =>
    transaction('readwrite', durability, (tx, store) => {
      let first = true;
      const done = settled(tx, () => /** @type {'stands' | 'stray'} */ (first ? 'stands' : 'stray'));
      write(store, file);
      const newer = store.getAllKeys(above(file.sequence), 1);
      newer.onsuccess = () => {
        first = newer.result.length === 0;
        if (leaving) return;
        if (first) tx.commit();
        else tx.abort();
      };
      if (leaving) tx.commit();
      return done.catch((error) => {
        if (!first || error.cause?.name === 'ConstraintError') return 'beaten';
        throw error;
      });
    });

  /**
   * The sure way, once another tab was first.
   *
   * @param {number} lastSeen
   * @param {import('./storage.js').Work} work
   * @param {'relaxed' | 'strict'} durability
   * @param {number} stray  a number that a hopeful try left below a snapshot; 0 if none
   */
  const sure = (lastSeen, work, durability, stray) =>
    transaction('readwrite', durability, (tx, store) => {
      /** @type {unknown} */
      let failure;
      const done = settled(tx, () => true);
      if (stray > 0) store.delete(path(stray));
      read(store, lastSeen, (newer) => {
        try {
          const file = work(newer);
          if (file !== null) write(store, file);
          tx.commit();
        } catch (error) {
          failure = error;
          tx.abort();
        }
      });
      return done.then(
        () => {},
        (error) => {
          throw failure ?? error;
        },
      );
    });

  return {
    kind: 'persistent',
    leaving: false,
    async open() {
      return this.refresh(0);
    },
    refresh(lastSeen) {
      return transaction(
        'readonly',
        'relaxed',
        (tx, store) =>
          new Promise((resolve, reject) => {
            /** @type {JournalFile[]} */
            let files = [];
            if (lastSeen === 0) {
              read(store, 0, (all) => (files = all));
            } else {
              // Mostly nothing is new, and the keys alone say so.
              const newer = store.getAllKeys(above(lastSeen), 1);
              newer.onsuccess = () => {
                if (newer.result.length > 0) read(store, lastSeen, (all) => (files = all));
              };
            }
            tx.oncomplete = () => resolve(files);
            tx.onabort = () => reject(storageError(tx.error));
          }),
      );
    },
    async transact(lastSeen, work, durability) {
      const file = work([]);
      if (file === null) return;
      const outcome = await hopeful(file, durability, this.leaving);
      if (outcome !== 'stands') await sure(lastSeen, work, durability, outcome === 'stray' ? file.sequence : 0);
    },
    repair(sequence, repaired, damaged) {
      return transaction('readwrite', 'strict', (tx, store) => {
        const done = settled(tx, () => true);
        store.put(entry(damaged), `${mount}/damaged-${fileName(sequence)}`);
        if (repaired.length > 0) store.put(entry(repaired), path(sequence));
        else store.delete(path(sequence));
        tx.commit();
        return done.then(() => {});
      });
    },
    async close() {
      closed = true;
      database?.close();
      database = undefined;
      delete IDBFS.dbs[mount];
    },
  };
}

/**
 * Opens IDBFS's database, with its schema. Not through IDBFS.getDB: that one calls nobody back when opening fails
 * or is blocked.
 *
 * @param {string} name
 * @param {number} version
 * @param {string} storeName
 * @returns {Promise<IDBDatabase>}
 */
function openDatabase(name, version, storeName) {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(name, version);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      reject(new ServicesError('storage_blocked', `opening the database took over ${OPEN_TIMEOUT_MS / 1000} seconds`));
    }, OPEN_TIMEOUT_MS);
    request.onupgradeneeded = () => {
      const target = request.result;
      if (target.objectStoreNames.contains(storeName)) return;
      target.createObjectStore(storeName).createIndex('timestamp', 'timestamp', { unique: false });
    };
    request.onsuccess = () => {
      clearTimeout(timer);
      if (late) request.result.close();
      else resolve(request.result);
    };
    request.onerror = () => {
      clearTimeout(timer);
      reject(storageError(request.error));
    };
  });
}

/**
 * Settles from `complete` or `abort` alone; the abort's error is the real reason, quota included.
 *
 * @template T
 * @param {IDBTransaction} tx
 * @param {() => T} value
 * @returns {Promise<T>}
 */
function settled(tx, value) {
  return new Promise((resolve, reject) => {
    tx.oncomplete = () => resolve(value());
    tx.onabort = () => reject(storageError(tx.error));
  });
}

/** @param {unknown} cause */
function storageError(cause) {
  const name = cause instanceof Error || cause instanceof DOMException ? cause.name : 'AbortError';
  return name === 'QuotaExceededError'
    ? new ServicesError('quota_exceeded', 'the browser gives this site no more storage', { cause })
    : new ServicesError('storage_failed', `IndexedDB answered ${name}`, { cause });
}
