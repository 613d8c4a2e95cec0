// Storage in a directory, for Node, Deno and Bun: every journal file is a file there, under its number. One opening at
// a time: lock.js.
//
// A new file is written as `<name>.<random>.new`, whole, and then linked to its name, which fails if that is taken:
// no other writer's file is ever overwritten, not even one that could not be known of. What merges files and what
// repairs one is renamed over it. So a file is there whole or not at all, whenever the process dies.
//
// `strict` waits until the operating system says that the disk has it: the file, the directory, and whatever was
// written before and had not been waited for. It survives a power cut. `relaxed` waits for the operating system only:
// it survives the death of the process, by kill -9 too, not that of the system. Files are removed only after what
// stands in for them is strictly durable; those that a crash leaves behind are harmless (core/journal/format.h).
import { ServicesError, invalidArgument } from '../errors.js';
import { takeLock } from './lock.js';
import { StorageChanged, StorageGone, closedError, fileName } from './storage.js';

/**
 * @typedef {import('./storage.js').JournalFile} JournalFile
 * @typedef {import('./lock.js').FileSystem} FileSystem
 */

/** What a crash may leave of a file that was being written. */
const UNFINISHED = /^(damaged-)?\d{16}\.[0-9a-f-]{36}\.new$/;
/** What a file system answers that cannot sync directories: there is nothing more to be had from it. */
const CANNOT_SYNC = new Set(['EINVAL', 'EBADF', 'ENOTSUP', 'EOPNOTSUPP']);
/** So many files are read at the same time. */
const AT_ONCE = 16;

/**
 * @param {string} path  of the directory; made if it is not there. One machine's: not for two that share a disk
 * @param {{ fs?: FileSystem }} [options]  `fs`: in place of node:fs/promises
 * @returns {import('./storage.js').Storage}
 */
export function directoryStorage(path, options = {}) {
  if (typeof path !== 'string' || path === '') throw invalidArgument('path', 'the path of a directory');
  /** @type {FileSystem} */
  let fs;
  let folder = path;
  let canSyncFolders = true;
  /** @type {import('./lock.js').Lock | undefined} */
  let lock;
  let closed = false;
  /** What is here may not be what was last read or written; the next call says so. */
  let changed = false;
  /** Numbers of the files. @type {Set<number>} */
  let present = new Set();
  /** Those that the disk may not have yet. @type {Set<number>} */
  let unsynced = new Set();
  /** @type {Promise<unknown>} */
  let last = Promise.resolve();

  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  const inTurn = (work) => {
    if (closed) return Promise.reject(closedError());
    const turn = last.then(work);
    last = turn.catch(() => {});
    return turn;
  };

  /** @param {number} sequence */
  const pathOf = (sequence) => `${folder}/${fileName(sequence)}`;

  /** Runs one call of the system. @template T @param {string} call @param {() => Promise<T>} run */
  const ask = async (call, run) => {
    try {
      return await run();
    } catch (error) {
      throw failure(folder, call, error);
    }
  };

  /** As `ask`, of a file that must be there. @template T @param {string} call @param {() => Promise<T>} run */
  const askFor = (call, run) =>
    ask(call, run).catch((error) => {
      throw codeOf(error.cause) === 'ENOENT' ? new StorageChanged(error.cause) : error;
    });

  const syncFolder = (at = folder) =>
    ask('fsync of the directory', async () => {
      if (!canSyncFolders) return;
      const handle = await fs.open(at, 'r');
      try {
        await handle.sync().catch((error) => {
          if (!CANNOT_SYNC.has(String(codeOf(error)))) throw error;
        });
      } finally {
        await handle.close();
      }
    });

  /** Nobody may write who does not hold the lock: whoever was frozen may have lost it. */
  const begin = async () => {
    if (changed) {
      changed = false;
      throw new StorageChanged();
    }
    if (lock && (await ask('stat of the lock', lock.held))) return;
    lock = undefined;
    changed = true;
    const why = `this opening of ${folder} does not hold its lock: another process took it, or the file was deleted`;
    throw new ServicesError('storage_in_use', why);
  };

  /** Writes a file that has no name yet. @param {string} name @param {Uint8Array} bytes @param {boolean} strict */
  const stage = async (name, bytes, strict) => {
    const staged = `${folder}/${name}.${crypto.randomUUID()}.new`;
    try {
      const handle = await ask('open', () => fs.open(staged, 'wx'));
      try {
        for (let at = 0; at < bytes.length; ) {
          const { bytesWritten } = await ask('write', () => handle.write(bytes, at, bytes.length - at));
          if (bytesWritten === 0) throw failure(folder, 'write', '0 bytes');
          at += bytesWritten;
        }
        if (strict) await ask('fsync', () => handle.sync());
      } catch (error) {
        await handle.close().catch(() => {});
        throw error;
      }
      // Some systems tell only here that they could not write.
      await ask('close', () => handle.close());
      return staged;
    } catch (error) {
      await fs.unlink(staged).catch(() => {});
      throw error;
    }
  };

  /**
   * Gives the staged file its name. From here on a failure may come too late to change anything.
   *
   * @param {string} staged
   * @param {string} target
   * @param {boolean} strict
   * @param {'link' | 'rename'} call  a link is never over another file
   */
  const place = async (staged, target, strict, call) => {
    try {
      await ask(call, () => fs[call](staged, target));
    } catch (error) {
      if (!(await isPlaced(staged, call, error))) {
        await fs.unlink(staged).catch(() => {});
        const taken = call === 'link' && codeOf(/** @type {Error} */ (error).cause) === 'EEXIST';
        throw taken ? new StorageChanged(/** @type {Error} */ (error).cause) : error;
      }
    }
    if (call === 'link') await fs.unlink(staged).catch(() => {});
    if (strict) await syncFolder().catch((error) => unknown(error));
  };

  /**
   * Whether a call that failed did its work all the same: over a network it may have.
   *
   * @param {string} staged
   * @param {'link' | 'rename'} call
   * @param {unknown} error  why it failed
   */
  const isPlaced = async (staged, call, error) => {
    try {
      return (await fs.stat(staged)).nlink > 1;
    } catch (problem) {
      if (call === 'rename' && codeOf(problem) === 'ENOENT') return true;
      return unknown(error);
    }
  };

  /** @param {unknown} error @returns {never} */
  const unknown = (error) => {
    changed = true;
    const { code, message, cause } = /** @type {ServicesError} */ (error);
    throw new ServicesError(code, `${message}; whether this was saved is not known`, { cause });
  };

  /** What was not waited for: a strict file is worth nothing without those before it. @param {number} [from] */
  const catchUp = async (from = 0) => {
    for (const sequence of unsynced) {
      if (sequence < from) continue;
      await askFor('fsync', async () => {
        const handle = await fs.open(pathOf(sequence), 'r+');
        try {
          await handle.sync();
        } finally {
          await handle.close();
        }
      });
      unsynced.delete(sequence);
    }
  };

  /** One that cannot be removed does no harm, and is tried again next time. @param {(sequence: number) => boolean} which */
  const remove = async (which) => {
    for (const sequence of [...present].filter(which)) {
      try {
        await fs.unlink(pathOf(sequence));
      } catch (error) {
        if (codeOf(error) !== 'ENOENT') continue;
      }
      present.delete(sequence);
      unsynced.delete(sequence);
    }
  };

  /** @param {number[]} sequences @returns {Promise<JournalFile[]>} */
  const read = async (sequences) => {
    /** @type {JournalFile[]} */
    const files = [];
    for (let at = 0; at < sequences.length; at += AT_ONCE) {
      const some = sequences.slice(at, at + AT_ONCE).map(async (sequence) => {
        const buffer = await askFor('read', () => fs.readFile(pathOf(sequence)));
        // Not a view of a pool.
        const exact = buffer.byteLength === buffer.buffer.byteLength ? new Uint8Array(buffer.buffer) : Uint8Array.from(buffer);
        return { sequence, bytes: exact };
      });
      files.push(...(await Promise.all(some)));
    }
    return files;
  };

  /** @returns {Promise<JournalFile[]>} */
  const readAll = async () => {
    for (let before = ''; ; ) {
      const names = await ask('readdir', () => fs.readdir(folder));
      for (const name of names) if (UNFINISHED.test(name)) await fs.unlink(`${folder}/${name}`).catch(() => {});
      const sequences = names.map(Number).filter((sequence, i) => sequence > 0 && fileName(sequence) === names[i]);
      sequences.sort((a, b) => a - b);
      try {
        const files = await read(sequences);
        present = new Set(sequences);
        // Whoever wrote them may have died before they were on the disk.
        unsynced = new Set(sequences);
        return files;
      } catch (error) {
        // The holder before may have died in the middle of a removal, which the system still carried out.
        if (!(error instanceof StorageChanged)) throw error;
        if (sequences.join() === before) throw failure(folder, 'read', error.cause);
        before = sequences.join();
      }
    }
  };

  const makeFolder = async () => {
    const { dirname, resolve } = await import('node:path');
    folder = resolve(path);
    const first = await ask('mkdir', () => fs.mkdir(folder, { recursive: true }));
    // What was made is on the disk once the directory that it is in is.
    for (let made = folder; first !== undefined && made.length >= first.length; made = dirname(made)) {
      await syncFolder(dirname(made));
    }
  };

  /** @type {import('./storage.js').Storage} */
  return {
    kind: 'persistent',
    open() {
      closed = false;
      return inTurn(async () => {
        const had = lock;
        try {
          const { default: process } = await import('node:process');
          canSyncFolders = process.platform !== 'win32'; // there a directory cannot be opened, and need not be
          fs ??= options.fs ?? (await import('node:fs/promises'));
          if (lock && !(await lock.held())) lock = undefined;
          if (!lock) await makeFolder();
          lock ??= await takeLock(fs, folder);
          const files = await readAll();
          changed = false;
          return files;
        } catch (error) {
          if (lock !== had) await lock?.release().catch(() => {});
          lock = had;
          if (error instanceof ServicesError && error.code === 'storage_in_use') throw error;
          const { code, message, cause } = error instanceof ServicesError ? error : failure(folder, 'taking the lock', error);
          throw new StorageGone(code, message, { cause });
        }
      });
    },
    transact: (_lastSeen, work, durability) =>
      inTurn(async () => {
        await begin();
        const file = work([]);
        if (file === null) return;
        const { sequence, drop } = file;
        const strict = durability === 'strict' || drop !== undefined;
        // Copied at once: the caller may use the buffer again.
        const staged = await stage(fileName(sequence), new Uint8Array(file.bytes), strict);
        if (strict) {
          try {
            await catchUp(drop);
          } catch (error) {
            await fs.unlink(staged).catch(() => {});
            throw error;
          }
        }
        await place(staged, pathOf(sequence), strict, 'link');
        present.add(sequence);
        if (!strict) unsynced.add(sequence);
        if (drop !== undefined) await remove((number) => number < drop);
      }),
    replace: (first, end, merge) =>
      inTurn(async () => {
        await begin();
        /** @param {number} sequence */
        const covered = (sequence) => sequence >= first && sequence <= end;
        const bytes = merge(await read([...present].filter(covered).sort((a, b) => a - b)));
        if (bytes === null) return;
        const staged = await stage(fileName(end), new Uint8Array(bytes), true);
        await place(staged, pathOf(end), true, 'rename');
        present.add(end);
        unsynced.delete(end);
        await remove((sequence) => covered(sequence) && sequence !== end);
      }),
    refresh: () =>
      inTurn(async () => {
        if (changed || !lock) await begin();
        return []; // nobody else writes
      }),
    repair: (sequence, repaired, damaged) =>
      inTurn(async () => {
        await begin();
        const name = `damaged-${fileName(sequence)}`;
        const aside = await stage(name, new Uint8Array(damaged), true);
        await place(aside, `${folder}/${name}`, true, 'rename');
        const staged = await stage(fileName(sequence), new Uint8Array(repaired), true);
        await place(staged, pathOf(sequence), true, 'rename');
        present.add(sequence);
        unsynced.delete(sequence);
      }),
    close() {
      if (closed) return last.then(() => {});
      closed = true;
      const released = last.then(async () => {
        const had = lock;
        lock = undefined;
        if (had) await ask('removing the lock', had.release);
      });
      last = released.catch(() => {});
      return released;
    },
  };
}

/**
 * @param {string} folder
 * @param {string} call
 * @param {unknown} cause
 */
function failure(folder, call, cause) {
  const code = codeOf(cause) ?? String(cause);
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new ServicesError('quota_exceeded', `no space is left for ${folder}: ${call} answered ${code}`, { cause })
    : new ServicesError('storage_failed', `${folder} cannot be used: ${call} answered ${code}`, { cause });
}

/** @param {unknown} error */
const codeOf = (error) => /** @type {NodeJS.ErrnoException | undefined} */ (error)?.code;
