// IndexedDB as Emscripten's IDBFS has it: a database for each mount (its name, version, object store and index) and the
// shape of its records, so that a plain `FS.syncfs(true)` reads the files; but a commit of our own, because syncfs
// loses data between tabs. Each file is written under the next number, in one readwrite transaction, which is the lock
// between tabs:
//
//   add(number), and in the same breath ask for the numbers from the last one seen on
//     these two alone    the file stands: commit
//     taken, or more     another tab was first: abort; then, in one transaction that nobody can come between, read
//                        what is new, run the work again on it, add, commit
//     the last is gone   somebody deleted the files underneath: abort
//
// A number is never free again: compaction never removes the highest (core/journal/format.h).
import { Connection } from './idb.js';
import { StorageBehind, StorageChanged, fileName } from './storage.js';

/** @typedef {import('./storage.js').JournalFile} JournalFile */

const FILE_MODE = 0o100666;
const TIMEOUT_MS = 20_000;
/** So many new files one transaction takes in: more would keep other tabs, and this one's frames, waiting. */
const MOST_NEW = 32;
/** Why a hopeful try was given up. */
const BEATEN = new Error('another tab was first');

/** Whether this runtime has IndexedDB at all. */
export function hasIndexedDB() {
  try {
    return typeof indexedDB !== 'undefined' && indexedDB !== null;
  } catch {
    return false; // the site may not have any storage
  }
}

/**
 * @param {{ IDBFS: import('../../dist/engine.js').IdbfsSchema }} instance
 * @param {string} name  the store's name; the database is `/anonymous-services/<name>`
 * @param {number} [timeout]  ms after which an open or a transaction that does not answer is given up
 * @returns {import('./storage.js').Storage}
 */
export function indexedDBStorage({ IDBFS }, name, timeout = TIMEOUT_MS) {
  const mount = `/anonymous-services/${name}`;
  const connection = new Connection({
    name: mount,
    version: IDBFS.DB_VERSION,
    storeName: IDBFS.DB_STORE_NAME,
    timeout,
    onLoss: () => (storage.lost = true),
  });
  let lastTime = 0;
  let leaving = false;
  /** Sends off what waits for its check. @type {Set<() => void>} */
  const unsent = new Set();

  /** @param {number} sequence */
  const path = (sequence) => `${mount}/${fileName(sequence)}`;
  /** @param {IDBValidKey} key */
  const sequenceOf = (key) => Number(String(key).slice(mount.length + 1));
  /** @param {number} sequence */
  const from = (sequence) => IDBKeyRange.bound(path(sequence), `${mount}/9999999999999999`);

  /** @param {Uint8Array} bytes */
  const entry = (bytes) => {
    // Strictly rising, because stock IDBFS takes files of one time for the same.
    lastTime = Math.max(Date.now(), lastTime + 1);
    // Exactly the bytes: a view would store the whole buffer behind it.
    const contents = bytes.byteLength === bytes.buffer.byteLength ? bytes : bytes.slice();
    return { timestamp: new Date(lastTime), mode: FILE_MODE, contents };
  };

  /** @param {IDBObjectStore} store @param {import('./storage.js').NewFile} file */
  const add = (store, { sequence, bytes }) => void store.add(entry(bytes), path(sequence));

  /** @param {IDBObjectStore} store @param {import('./storage.js').NewFile} file */
  const dropBelow = (store, { drop }) => {
    if (drop) store.delete(IDBKeyRange.bound(path(0), path(drop), false, true));
  };

  /**
   * All files in a range, in one request.
   *
   * @param {import('./idb.js').Hands} hands
   * @param {IDBKeyRange} range
   * @param {(files: JournalFile[]) => void} done
   */
  const read = ({ store, then }, range, done) => {
    const keys = store.getAllKeys(range);
    then(store.getAll(range), (values) =>
      done(values.map((value, i) => ({ sequence: sequenceOf(keys.result[i]), bytes: bytesOf(value) }))),
    );
  };

  /**
   * The hopeful try. `beaten`: another tab was first, nothing was written. `stray`: the page was leaving, so the
   * file was committed unchecked, and it turned out to lie below another tab's.
   *
   * @param {number} lastSeen
   * @param {import('./storage.js').NewFile} file
   * @param {'relaxed' | 'strict'} durability
   * @returns {Promise<'stands' | 'beaten' | 'stray'>}
   */
  const hopeful = async (lastSeen, file, durability) => {
    let sent = false;
    let first = true;
    /** @type {() => void} */
    let send = () => {};
    try {
      return await connection.run('readwrite', durability, ({ tx, store, then, abort }) => {
        send = () => {
          unsent.delete(send);
          sent = true;
          try {
            tx.commit();
          } catch (error) {
            abort(error); // not to whoever says that the page is leaving
          }
        };
        add(store, file);
        then(store.getAllKeys(from(lastSeen), 3), (keys) => {
          first = sequenceOf(keys[keys.length - 1]) === file.sequence;
          if (sent) return;
          if (!first) abort(BEATEN);
          else if (lastSeen > 0 && keys[0] !== path(lastSeen)) abort(new StorageChanged());
          else send();
        });
        dropBelow(store, file); // the last one seen may go too: the look comes first
        // Nothing is dropped unchecked: if this file turns out to be astray, what it stands for is still needed.
        if (file.drop) return () => 'stands';
        if (leaving) send();
        else unsent.add(send);
        return () => (first ? 'stands' : 'stray');
      });
    } catch (error) {
      // A number that is taken shows as a ConstraintError.
      if (error === BEATEN || /** @type {any} */ (error).cause?.name === 'ConstraintError') return 'beaten';
      throw error;
    } finally {
      unsent.delete(send);
    }
  };

  /**
   * The sure way, once another tab was first: look, and write what follows from it.
   *
   * @param {number} lastSeen
   * @param {import('./storage.js').Work} work
   * @param {'relaxed' | 'strict'} durability
   * @param {number} stray  a number that a hopeful try left below other files; 0 if none
   * @returns {Promise<void>}
   */
  const sure = (lastSeen, work, durability, stray) =>
    connection.run('readwrite', durability, (hands) => {
      const { tx, store, then, abort } = hands;
      if (stray > 0) store.delete(path(stray));
      then(store.getAllKeys(from(lastSeen), MOST_NEW + 2), (keys) => {
        if (lastSeen > 0 && keys.length === 0) abort(new StorageChanged());
        else if (keys.length > MOST_NEW + 1) abort(new StorageBehind());
        else {
          read(hands, from(lastSeen + 1), (files) => {
            const file = work(files);
            if (file !== null) {
              add(store, file);
              dropBelow(store, file);
            }
            tx.commit();
          });
        }
      });
      return () => {};
    });

  /** @param {number} lastSeen @returns {Promise<JournalFile[]>} */
  const filesAbove = (lastSeen) =>
    connection.run(
      'readonly',
      'relaxed',
      ({ store, then, abort }) => {
        /** @type {JournalFile[]} */
        const files = [];
        // Mostly nothing is new, and the keys alone say so. Files come one by one: each is a short task.
        then(store.getAllKeys(from(lastSeen)), (keys) => {
          if (lastSeen > 0 && keys.length === 0) abort(new StorageChanged());
          for (const key of keys) {
            const sequence = sequenceOf(key);
            if (sequence === lastSeen) continue;
            then(store.get(key), (value) => void files.push({ sequence, bytes: bytesOf(value) }));
          }
        });
        return () => files;
      },
      { anew: lastSeen === 0 },
    );

  /** @type {import('./storage.js').Storage} */
  const storage = {
    kind: 'persistent',
    open: () => filesAbove(0),
    refresh: filesAbove,
    async transact(lastSeen, work, durability) {
      const file = work([]);
      // What was answered without a write holds only if nothing has come meanwhile.
      if (file === null) return sure(lastSeen, work, durability, 0);
      const outcome = await hopeful(lastSeen, file, durability);
      if (outcome !== 'stands') await sure(lastSeen, work, durability, outcome === 'stray' ? file.sequence : 0);
    },
    replace: (first, last, merge) =>
      connection.run('readwrite', 'strict', (hands) => {
        const { tx, store } = hands;
        const run = IDBKeyRange.bound(path(first), path(last));
        read(hands, run, (files) => {
          const bytes = merge(files);
          if (bytes !== null) {
            store.delete(run);
            store.put(entry(bytes), path(last));
          }
          tx.commit();
        });
        return () => {};
      }),
    repair: (sequence, repaired, damaged) =>
      connection.run('readwrite', 'strict', ({ tx, store }) => {
        store.put(entry(damaged), `${mount}/damaged-${fileName(sequence)}`);
        store.put(entry(repaired), path(sequence));
        tx.commit();
        return () => {};
      }),
    leave() {
      leaving = true;
      for (const send of unsent) send();
    },
    stay() {
      leaving = false;
    },
    async close() {
      connection.close();
    },
  };
  return storage;
}

/** A record that is none of IDBFS's is a file without bytes: damaged. @param {any} value @returns {Uint8Array} */
function bytesOf(value) {
  return value?.contents instanceof Uint8Array ? value.contents : new Uint8Array();
}
