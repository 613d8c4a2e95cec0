// Every call to the system fails in turn, in every way it can: what was acknowledged stays, what was rejected is not
// there unless the error says that this is not known, and the next operation works.
import { existsSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { ServicesError, directoryStorage } from '../../js/node.js';
import { StorageChanged, StorageGone } from '../../js/storage/storage.js';
import { faultsOf, faultyFs } from './faults.js';

/** In memory, where the system has such a place: a thousand folders are written here. */
const SHARED_MEMORY = '/dev/shm';

let folder;

beforeEach(() => {
  folder = mkdtempSync(join(existsSync(SHARED_MEMORY) ? SHARED_MEMORY : tmpdir(), 'anonymous-services-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytesOf = (text) => new TextEncoder().encode(text);
const name = (sequence) => String(sequence).padStart(16, '0');

/** Puts it in place of the files `first` to `last`. */
const merged = (first, last, text) => (files) =>
  new Map([...files].filter(([sequence]) => sequence < first || sequence > last)).set(last, text);

/** One operation: how it is asked for, and what it makes of the files. */
const commit = (text, durability, dropped = 0) => ({
  what: `commit ${text} (${durability})`,
  run: (storage, highest) =>
    storage.transact(
      highest,
      () => ({ sequence: highest + 1, bytes: bytesOf(text), ...(dropped > 0 ? { drop: highest + 1 - dropped } : {}) }),
      durability,
    ),
  change(files) {
    const next = Math.max(0, ...files.keys()) + 1;
    const then = new Map(files).set(next, text);
    for (const sequence of files.keys()) if (dropped > 0 && sequence < next - dropped) then.delete(sequence);
    return then;
  },
});
const replace = (first, last, text) => ({
  what: `replace ${first} to ${last}`,
  run: (storage) => storage.replace(first, last, () => bytesOf(text)),
  change: merged(first, last, text),
});
const repair = (sequence, text) => ({
  what: `repair ${sequence}`,
  run: (storage) => storage.repair(sequence, bytesOf(text), bytesOf('damaged')),
  change: (files) => new Map(files).set(sequence, text),
});
const same = (files) => files;
const refresh = { what: 'refresh', run: (storage, highest) => storage.refresh(highest), change: same };
const close = { what: 'close', run: (storage) => storage.close(), change: same };

const WORK = [
  commit('one', 'strict'), commit('two', 'relaxed'), commit('three', 'relaxed'), commit('four', 'strict'), refresh,
  replace(1, 3, 'one to three'), commit('five', 'relaxed'), commit('a checkpoint', 'relaxed', 1), repair(5, 'repaired'),
  close, commit('seven', 'strict'), replace(5, 7, 'five to seven'), refresh, close, commit('eight', 'relaxed'), close,
];

/**
 * Does all the work in a folder, with a storage that meets the fault, as a store would: what was rejected is asked for
 * again, what has changed is read anew.
 *
 * @param {string} path
 * @param {ReturnType<typeof faultyFs>} faulty
 * @param {{ anew: boolean }} how  anew: at the first failure the storage is closed, and another goes on without faults
 */
async function doWork(path, faulty, { anew }) {
  let fs = faulty.fs;
  /** @type {any} */
  let storage;
  /** What the files may be: more than one only after a failure that says so. */
  let worlds = [new Map()];
  /** What may be left of files that were removed. */
  const removed = [];
  /** Everything that was rejected with. */
  const errors = [];

  const take = (files) => {
    const found = new Map(files.map(({ sequence, bytes }) => [sequence, new TextDecoder().decode(bytes)]));
    const fits = worlds.filter(
      (world) =>
        [...world].every(([sequence, text]) => found.get(sequence) === text) &&
        [...found].every(([sequence, text]) => world.has(sequence) || removed.some(([at, was]) => at === sequence && was === text)),
    );
    if (fits.length === 0) throw new Error(`found ${JSON.stringify([...found])}, not one of ${JSON.stringify(worlds.map((world) => [...world]))}`);
    worlds = [fits[0]];
  };
  const failed = async (error) => {
    errors.push(error);
    if (!anew || fs !== faulty.fs) return;
    fs = faultyFs().fs;
    await storage.close().catch((reason) => errors.push(reason));
    storage = undefined;
  };
  const open = async () => {
    while (storage === undefined) {
      const next = directoryStorage(path, { fs });
      try {
        take(await next.open());
        storage = next;
      } catch (error) {
        if (!(error instanceof StorageGone)) throw error;
        await next.close().catch(() => {});
        errors.push(error);
      }
    }
  };

  for (const { what, run, change } of WORK) {
    for (let tries = 0; ; ++tries) {
      if (tries > 4) throw new Error(`${what} does not come to an end`);
      await open();
      const [before] = worlds;
      try {
        await run(storage, Math.max(0, ...before.keys()));
        worlds = [change(before)];
        removed.push(...[...before].filter(([sequence, text]) => worlds[0].get(sequence) !== text));
        break;
      } catch (error) {
        if (error instanceof StorageChanged) {
          try {
            take(await storage.open());
          } catch (reason) {
            if (!(reason instanceof StorageGone)) throw reason;
            await failed(reason);
          }
          continue;
        }
        if (/is not known/.test(error.message)) {
          worlds = [before, change(before)];
          removed.push(...before);
        }
        await failed(error);
        // A repair and a merge leave the same thing when they are done twice, a commit does not.
        if (worlds.length > 1 && storage !== undefined && change !== same) {
          const next = await storage.refresh(0).catch((reason) => reason);
          if (!(next instanceof StorageChanged)) throw new Error(`after "${error.message}" nothing says that the files may have changed`);
          take(await storage.open());
        }
        if (run === close.run) {
          storage = undefined;
          break;
        }
      }
    }
    if (run === close.run) storage = undefined;
  }
  return { errors, world: worlds[0], removed, take };
}

/** What a new opening without faults finds, and what it leaves in the folder. */
async function lookAnew(path) {
  const storage = directoryStorage(path);
  const files = await storage.open();
  const open = readdirSync(path);
  await storage.close();
  return { files, open: open.sort(), closed: readdirSync(path).sort() };
}

describe('faults', () => {
  test.each([
    ['goes on with the same storage', false],
    ['goes on with a new one', true],
  ])('a store that %s after any fault of any call has what was acknowledged', async (_, anew) => {
    const plain = faultyFs();
    await doWork(join(folder, 'plain'), plain, { anew });
    // Enough to go through every path there is.
    expect(new Set(plain.calls)).toEqual(
      new Set(['mkdir', 'open', 'write', 'sync', 'close', 'writeFile', 'readFile', 'readdir', 'stat', 'link', 'rename', 'unlink']),
    );
    let runs = 0;
    let unknown = 0;
    for (const [i, call] of plain.calls.entries()) {
      for (const fault of faultsOf(call)) {
        const where = `${fault} at call ${i + 1}, ${call}`;
        const path = join(folder, String(++runs));
        const faulty = faultyFs({ at: i + 1, fault });
        const { errors, take } = await doWork(path, faulty, { anew }).catch((error) => {
          throw new Error(`${where}: ${error.stack}`);
        });
        const { files, open, closed } = await lookAnew(path);
        try {
          take(files);
        } catch (error) {
          throw new Error(`${where}: a new opening ${error.message}`);
        }
        // One fault, one error at most; it is the real one, and says what could not be done.
        const injected = faulty.injected();
        expect({ where, errors: errors.length <= 1 }).toEqual({ where, errors: true });
        for (const error of errors) {
          expect(error).toBeInstanceOf(ServicesError);
          if (fault === 'none') expect(error.message).toMatch(/write answered 0 bytes/);
          else expect({ where, cause: error.cause }).toEqual({ where, cause: injected });
          expect({ where, code: error.code }).toEqual({ where, code: fault === 'ENOSPC' ? 'quota_exceeded' : 'storage_failed' });
          expect(error.message).toContain(path);
          if (/is not known/.test(error.message)) ++unknown;
          if (injected) expect(error.message).toContain(injected.code);
        }
        if (fault === 'short') expect({ where, errors }).toEqual({ where, errors: [] });
        if (fault === 'none') expect({ where, errors: errors.length }).toEqual({ where, errors: 1 });
        const own = /^(\d{16}|damaged-\d{16})$/;
        expect({ where, open: open.filter((file) => !own.test(file)) }).toEqual({ where, open: ['lock'] });
        expect({ where, closed: closed.filter((file) => !own.test(file)) }).toEqual({ where, closed: [] });
        rmSync(path, { recursive: true });
      }
    }
    expect(runs).toBeGreaterThan(300);
    expect(unknown).toBeGreaterThan(5);
  });

  test('a commit that fails leaves nothing behind', async () => {
    for (const call of ['open', 'write', 'sync', 'close', 'link']) {
      const { calls, fs } = faultyFs();
      const counting = directoryStorage(join(folder, 'counted'), { fs });
      await counting.open();
      const before = calls.length;
      await commit('one', 'strict').run(counting, 0);
      await counting.close();
      rmSync(join(folder, 'counted'), { recursive: true });
      const at = before + calls.slice(before).indexOf(call) + 1;
      const path = join(folder, call);
      const storage = directoryStorage(path, { fs: faultyFs({ at, fault: 'EIO' }).fs });
      await storage.open();
      await expect(commit('one', 'strict').run(storage, 0)).rejects.toMatchObject({
        code: 'storage_failed',
        message: expect.stringMatching(new RegExp(`${call === 'sync' ? 'fsync' : call} answered EIO$`)),
      });
      expect(readdirSync(path)).toEqual(['lock']);
      await storage.close();
    }
  });
});

describe('files', () => {
  test('each is named by its number', async () => {
    const storage = directoryStorage(folder);
    await storage.open();
    await commit('one', 'strict').run(storage, 0);
    await commit('two', 'relaxed').run(storage, 1);
    await repair(1, 'repaired').run(storage);
    await storage.close();
    expect(readdirSync(folder).sort()).toEqual([name(1), name(2), `damaged-${name(1)}`].sort());
    expect(readFileSync(join(folder, name(1)), 'utf8')).toBe('repaired');
  });

  test('what a crash left half written is removed, what others put there is not', async () => {
    const left = [`${name(3)}.${crypto.randomUUID()}.new`, `damaged-${name(1)}.${crypto.randomUUID()}.new`];
    const others = ['notes.txt', 'backup.new', '12', `${name(4)}.gz`, '9999999999999999'];
    for (const file of [...left, ...others]) writeFileSync(join(folder, file), 'x');
    mkdirSync(join(folder, 'folder'));
    expect(await lookAnew(folder)).toEqual({
      files: [],
      open: [...others, 'folder', 'lock'].sort(),
      closed: [...others, 'folder'].sort(),
    });
  });

  test('a number that is taken is not overwritten, and the storage says that it has changed', async () => {
    const storage = directoryStorage(folder);
    await storage.open();
    await commit('one', 'strict').run(storage, 0);
    writeFileSync(join(folder, name(2)), 'from elsewhere');
    await expect(commit('two', 'strict').run(storage, 1)).rejects.toBeInstanceOf(StorageChanged);
    expect(readFileSync(join(folder, name(2)), 'utf8')).toBe('from elsewhere');
    expect((await storage.open()).map(({ sequence }) => sequence)).toEqual([1, 2]);
    await commit('three', 'strict').run(storage, 2);
    await storage.close();
    expect(readdirSync(folder).sort()).toEqual([1, 2, 3].map(name));
  });

  test('calls at the same time go one after the other', async () => {
    const storage = directoryStorage(folder);
    await storage.open();
    const numbers = Array.from({ length: 20 }, (_, i) => i + 1);
    await Promise.all(numbers.map((number) => commit(`file ${number}`, 'relaxed').run(storage, number - 1)));
    await storage.close();
    expect(readdirSync(folder).sort()).toEqual(numbers.map(name));
  });

  test('a file system that cannot sync directories is asked for no more', async () => {
    const { fs } = faultyFs();
    const { open } = fs;
    const refuse = async () => {
      throw Object.assign(new Error('EINVAL: fsync'), { code: 'EINVAL' });
    };
    const storage = directoryStorage(folder, {
      fs: { ...fs, open: async (...args) => ({ ...(await open(...args)), ...(args[1] === 'r' ? { sync: refuse } : {}) }) },
    });
    await storage.open();
    await commit('one', 'strict').run(storage, 0);
    await storage.close();
    expect(readdirSync(folder)).toEqual([name(1)]);
  });

  test('a storage that is not open holds nothing', async () => {
    const storage = directoryStorage(folder);
    for (const { run } of [commit('one', 'strict'), replace(1, 2, 'x'), repair(1, 'x'), refresh]) {
      await expect(run(storage, 0)).rejects.toBeInstanceOf(ServicesError);
    }
    await storage.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('folders are made on the way', async () => {
    const path = join(folder, 'several', 'folders', 'deep');
    const storage = directoryStorage(path);
    expect(await storage.open()).toEqual([]);
    await storage.close();
    expect(readdirSync(path)).toEqual([]);
  });

  test('a path is meant from where the program was when it opened', async () => {
    const storage = directoryStorage('a-relative-path');
    const before = process.cwd();
    process.chdir(folder);
    try {
      await storage.open();
      process.chdir(before);
      await commit('one', 'strict').run(storage, 0);
      await storage.close();
    } finally {
      process.chdir(before);
    }
    expect(readdirSync(join(folder, 'a-relative-path'))).toEqual([name(1)]);
  });
});

describe('a directory that is none', () => {
  test.each([
    ['is a file', (path) => writeFileSync(path, ''), 'EEXIST'],
    ['lies below a file', (path) => writeFileSync(join(path, '..'), ''), 'ENOTDIR'],
    ['holds a folder in place of a file', (path) => mkdirSync(join(path, name(1)), { recursive: true }), 'EISDIR'],
    ['holds a link that leads nowhere', (path) => (mkdirSync(path), symlinkSync('nowhere', join(path, name(1)))), 'ENOENT'],
  ])('rejects with the reason where the path %s', async (_, prepare, reason) => {
    const path = join(folder, 'parent', 'store');
    if (reason !== 'ENOTDIR') mkdirSync(join(folder, 'parent'));
    prepare(path);
    const storage = directoryStorage(path);
    const error = await storage.open().catch((caught) => caught);
    await storage.close();
    expect(error).toBeInstanceOf(StorageGone);
    expect(error.code).toBe('storage_failed');
    expect(error.message).toContain(reason);
    expect(error.message).toContain(path);
  });

  test.each([[undefined], [''], [7]])('a path that is none, %p, is refused at once', (path) => {
    expect(() => directoryStorage(path)).toThrow(expect.objectContaining({ code: 'invalid_argument' }));
  });

  test('a folder that is removed underneath is noticed, and made anew when it is read again', async () => {
    const path = join(folder, 'store');
    const storage = directoryStorage(path);
    await storage.open();
    await commit('one', 'strict').run(storage, 0);
    rmSync(path, { recursive: true });
    await expect(commit('two', 'strict').run(storage, 1)).rejects.toMatchObject({ code: 'storage_in_use' });
    await expect(commit('two', 'strict').run(storage, 1)).rejects.toBeInstanceOf(StorageChanged);
    expect(await storage.open()).toEqual([]);
    await commit('one', 'strict').run(storage, 0);
    await storage.close();
    expect(readdirSync(path)).toEqual([name(1)]);
  });
});
