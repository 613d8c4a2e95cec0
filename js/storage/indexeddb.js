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
// A tab that knows that it is alone (presence.js) needs no look: it commits at once, and where nothing can have changed
// it answers without asking. It looks again once for each lease, and so sees what is done to the files from elsewhere.
//
// A number is never free again: compaction never removes the highest (core/journal/format.h).
import { ServicesError } from '../errors.js';
import { CommitLost, Connection } from './idb.js';
import { Presence } from './presence.js';
import { StorageBehind, StorageChanged, fileName, isSame } from './storage.js';

/** @typedef {import('./storage.js').JournalFile} JournalFile */

const FILE_MODE = 0o100666;
const TIMEOUT_MS = 20_000;
/** So many new files one transaction takes in: more would keep other tabs, and this one's frames, waiting. */
const MOST_NEW = 32;
/**
 * Values below this are in the database's own log, which ends somewhere after a power cut but keeps its order: so either
 * all of a relaxed transaction is there, or what was before it. Larger ones browsers write to files of their own, which
 * only a strict transaction waits for.
 */
const IN_LOG_BYTES = 48 * 1024;
/** Why a hopeful try was given up. */
const BEATEN = new Error('another tab was first');
/** And a relaxed merge. */
const TOO_LARGE = new Error('too large for a relaxed transaction');

/** Whether this runtime has IndexedDB that can be shared with other tabs. */
export function hasIndexedDB() {
  try {
    // An https page that an insecure one frames has no Web Locks, while others of its origin have (presence.js).
    if (globalThis.isSecureContext === false && globalThis.origin.startsWith('https:')) return false;
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
  const presence = new Presence(`anonymous-services:${name}`, timeout);
  /** The highest number that may be taken, as far as this tab knows. */
  let highest = Infinity;
  /** A number that was there at the last look, and still is unless the files were deleted underneath. 0: none. */
  let anchor = 0;
  let lastTime = 0;
  let leaving = false;
  /** The page is left, and the lock that tells others of it given back. */
  let gone = false;
  /** Sends off what waits for its check. @type {Set<() => void>} */
  const unsent = new Set();

  /** @param {number} sequence */
  const path = (sequence) => `${mount}/${fileName(sequence)}`;
  /** @param {IDBValidKey} key */
  const sequenceOf = (key) => Number(String(key).slice(mount.length + 1));
  /** @param {number} sequence */
  const from = (sequence) => IDBKeyRange.bound(path(sequence), `${mount}/9999999999999999`);

  /** Whether there is nothing that somebody who has seen so much could miss. @param {number} lastSeen */
  const isCurrent = (lastSeen) => lastSeen === highest && connection.live && presence.alone;

  /** A look was taken, and this is the highest number now. @param {number} look @param {number} sequence */
  const hasLooked = (look, sequence) => {
    presence.looked(look);
    highest = anchor = sequence;
  };

  /**
   * Part of a look: whether what was there at the last one is there. Since then this tab may have committed much that it
   * did not look below; the last one seen each look asks for anyway.
   *
   * @param {import('./idb.js').Hands} hands
   * @param {number} lastSeen
   */
  const lookBelow = ({ store, then, abort }, lastSeen) => {
    if (anchor === 0 || anchor >= lastSeen) return;
    then(store.getKey(path(anchor)), (key) => {
      if (key === undefined) abort(new StorageChanged());
    });
  };

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
   * What became of a file that was saved unchecked.
   *
   * @param {number} lastSeen
   * @param {import('./storage.js').NewFile} file
   * @param {import('./storage.js').Present} present
   * @returns {Promise<'stands' | 'stray'>}
   */
  const fate = async (lastSeen, { sequence }, present) => {
    const isOurs = (/** @type {JournalFile} */ one) => one.sequence === sequence;
    /** @type {JournalFile[]} */
    let files;
    try {
      files = await filesAbove(lastSeen, false);
    } catch (cause) {
      throw new ServicesError('storage_failed', 'IndexedDB did not answer; whether this was saved is not known', { cause });
    }
    if (present(files).some(isOurs)) return 'stands';
    if (files.some(isOurs)) return 'stray';
    // Another tab has taken it in, and what it merged it into, or wrote anew, has another number: it may not happen again.
    throw new ServicesError('storage_failed', 'IndexedDB answered late; whether this was saved is not known');
  };

  /**
   * Looks whether a commit that was lost got there. Resolves if it did; rejects with StorageChanged if it did not, with
   * `lost` if that cannot be seen.
   *
   * @param {unknown} lost
   * @param {import('./storage.js').NewFile} file
   */
  const lookAfter = async (lost, file) => {
    if (!(lost instanceof CommitLost)) throw lost;
    const { keys, value } = await connection
      .run(
        'readonly',
        'relaxed',
        ({ store, then }) => {
          /** @type {{ keys: IDBValidKey[], value: any }} */
          const found = { keys: [], value: undefined };
          then(store.getAllKeys(from(file.sequence), 1), (all) => void (found.keys = all));
          then(store.get(path(file.sequence)), (one) => void (found.value = one));
          return () => found;
        },
        { anew: true },
      )
      .catch(() => {
        throw lost;
      });
    if (value !== undefined && isSame(bytesOf(value), file.bytes)) return;
    // It is there under this number, or something that was made of it is above.
    throw keys.length === 0 ? new StorageChanged(lost) : lost;
  };

  /**
   * The hopeful try. `beaten`: another tab was first, nothing was written. `stray`: the page was leaving, so the
   * file was committed unchecked, and it turned out to lie below another tab's.
   *
   * @param {number} lastSeen
   * @param {import('./storage.js').NewFile} file
   * @param {'relaxed' | 'strict'} durability
   * @param {import('./storage.js').Present} present
   * @returns {Promise<'stands' | 'beaten' | 'stray'>}
   */
  const hopeful = async (lastSeen, file, durability, present) => {
    const look = presence.look();
    highest = file.sequence;
    let sent = false;
    let first = true;
    /** @type {() => void} */
    let send = () => {};
    try {
      /** @type {'stands' | 'stray'} */
      const outcome = await connection.run('readwrite', durability, (hands) => {
        const { store, then, abort, commit } = hands;
        send = () => {
          unsent.delete(send);
          sent = true;
          try {
            commit();
          } catch (error) {
            abort(error); // not to whoever says that the page is leaving
          }
        };
        add(store, file);
        lookBelow(hands, lastSeen);
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
      if (outcome === 'stands') hasLooked(look, file.sequence);
      return outcome;
    } catch (error) {
      if (error === BEATEN || isTaken(error)) return 'beaten';
      await lookAfter(error, file);
      return fate(lastSeen, file, present);
    } finally {
      unsent.delete(send);
    }
  };

  /**
   * The try of a tab that is alone: nothing is looked at, unless it took so long that others may have come meanwhile.
   *
   * @param {number} lastSeen
   * @param {import('./storage.js').NewFile} file
   * @param {'relaxed' | 'strict'} durability
   * @param {import('./storage.js').Present} present
   * @returns {Promise<'stands' | 'beaten' | 'stray'>}
   */
  const unasked = async (lastSeen, file, durability, present) => {
    const { until } = presence;
    highest = file.sequence;
    try {
      await connection.run('readwrite', durability, ({ store, commit }) => {
        add(store, file);
        commit();
        return () => {};
      });
    } catch (error) {
      if (isTaken(error)) return 'beaten';
      await lookAfter(error, file);
      return fate(lastSeen, file, present);
    }
    if (performance.now() < until) return 'stands';
    return fate(lastSeen, file, present);
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
  const sure = async (lastSeen, work, durability, stray) => {
    const look = presence.look();
    highest = Infinity;
    /** @type {import('./storage.js').NewFile | null} */
    let file = null;
    const committed = connection.run('readwrite', durability, (hands) => {
      const { store, then, abort, commit } = hands;
      let last = lastSeen;
      if (stray > 0) store.delete(path(stray));
      lookBelow(hands, lastSeen);
      then(store.getAllKeys(from(lastSeen), MOST_NEW + 2), (keys) => {
        if (lastSeen > 0 && keys.length === 0) abort(new StorageChanged());
        else if (keys.length > MOST_NEW + 1) abort(new StorageBehind());
        else {
          read(hands, from(lastSeen + 1), (files) => {
            file = work(files);
            last = file?.sequence ?? files[files.length - 1]?.sequence ?? lastSeen;
            if (file !== null) {
              add(store, file);
              dropBelow(store, file);
            }
            commit();
          });
        }
      });
      return () => last;
    });
    const seen = await committed.catch(async (error) => {
      if (file === null) throw error;
      await lookAfter(error, file);
      return file.sequence;
    });
    hasLooked(look, seen);
  };

  /** @param {number} lastSeen @param {boolean} [below]  whether to look below, too @returns {Promise<JournalFile[]>} */
  const filesAbove = async (lastSeen, below = true) => {
    const look = presence.look();
    const above = await connection.run(
      'readonly',
      'relaxed',
      (hands) => {
        const { store, then, abort } = hands;
        /** @type {JournalFile[]} */
        const files = [];
        if (below) lookBelow(hands, lastSeen);
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
    hasLooked(look, above[above.length - 1]?.sequence ?? lastSeen);
    return above;
  };

  /** @type {import('./storage.js').Storage} */
  const storage = {
    kind: 'persistent',
    open() {
      void presence.settled().catch(() => {}); // `transact` tells
      return filesAbove(0);
    },
    refresh: async (lastSeen, hinted) => (!hinted && isCurrent(lastSeen) ? [] : filesAbove(lastSeen)),
    async transact(lastSeen, work, durability, present = (files) => files) {
      if (!gone) await presence.settled();
      const file = work([]);
      if (gone && file?.drop) throw leftError();
      const alone = isCurrent(lastSeen);
      // What was answered without a write holds only if nothing has come meanwhile.
      if (file === null) return alone ? undefined : sure(lastSeen, work, durability, 0);
      const outcome = await (alone && !file.drop ? unasked : hopeful)(lastSeen, file, durability, present);
      if (outcome !== 'stands') await sure(lastSeen, work, durability, outcome === 'stray' ? file.sequence : 0);
    },
    async replace(first, last, merge, bytes = Infinity) {
      if (gone) throw leftError();
      /** @param {'relaxed' | 'strict'} durability */
      const inOne = (durability) =>
        connection.run('readwrite', durability, (hands) => {
          const { store, abort, commit } = hands;
          const run = IDBKeyRange.bound(path(first), path(last));
          const anchored = anchor >= first && anchor < last;
          read(hands, run, (files) => {
            // Other tabs may have merged it already: then all is read anew for nothing.
            if (anchored && !files.some(({ sequence }) => sequence === anchor)) return abort(new StorageChanged());
            const merged = merge(files);
            if (durability === 'relaxed' && merged !== null && merged.length >= IN_LOG_BYTES) return abort(TOO_LARGE);
            if (merged !== null) {
              store.delete(run);
              store.put(entry(merged), path(last));
              if (anchored) anchor = last;
            }
            commit();
          });
          return () => {};
        });
      if (bytes >= IN_LOG_BYTES) return inOne('strict');
      // Other tabs may have put something larger there than this one knows.
      return inOne('relaxed').catch((error) => {
        if (error !== TOO_LARGE) throw error;
        return inOne('strict');
      });
    },
    repair: (sequence, repaired, damaged) =>
      connection.run('readwrite', 'strict', ({ store, then, commit }) => {
        then(store.get(path(sequence)), (value) => {
          // Another tab may have repaired it already, and put more under its number.
          if (value !== undefined && isSame(bytesOf(value), damaged)) {
            store.put(entry(damaged), `${mount}/damaged-${fileName(sequence)}`);
            store.put(entry(repaired), path(sequence));
          }
          commit();
        });
        return () => {};
      }),
    get alone() {
      return presence.alone;
    },
    get waits() {
      return presence.waits;
    },
    settled: () => presence.settled(),
    leave(forGood) {
      leaving = true;
      for (const send of unsent) send();
      // A page that holds a lock is not kept for the visitor's way back. Without it, other tabs do not reckon with its
      // commits: it still adds files, which they see to be taken, but frees no number.
      if (forGood) {
        gone = true;
        presence.leave();
      }
    },
    stay() {
      leaving = gone = false;
    },
    async close() {
      presence.leave();
      connection.close();
    },
  };
  return storage;
}

/** A number that is taken shows as a ConstraintError. @param {any} error */
const isTaken = (error) => error.cause?.name === 'ConstraintError';

/** Why nothing is compacted. */
const leftError = () => new ServicesError('storage_failed', 'the page is being left; nothing was changed');

/** A record that is none of IDBFS's is a file without bytes: damaged. @param {any} value @returns {Uint8Array} */
function bytesOf(value) {
  return value?.contents instanceof Uint8Array ? value.contents : new Uint8Array();
}
