// One opening of a directory at a time: with real processes, and with every call of several openers put in an order
// that chance decides.
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { directoryStorage } from '../../js/storage/directory.js';
import { takeLock } from '../../js/storage/lock.js';
import { Disk } from './disk.js';
import { startHolder } from './holders.js';
import { numbersFrom } from './suite.js';

let folder;
/** Ended after the test, whatever it does. @type {Awaited<ReturnType<typeof startHolder>>[]} */
let holders;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'anonymous-services-'));
  holders = [];
});

afterEach(async () => {
  await Promise.all(holders.map((holder) => holder.kill()));
  rmSync(folder, { recursive: true, force: true });
});

const start = async () => {
  const holder = await startHolder(folder);
  holders.push(holder);
  return holder;
};

const IN_USE = expect.objectContaining({ code: 'storage_in_use' });
const HELD = expect.objectContaining({ held: true });

/** Everything that a write would change. */
const snapshot = () =>
  readdirSync(folder).map((name) => {
    const { ino, size, mtimeMs, ctimeMs } = statSync(join(folder, name));
    return { name, ino, size, mtimeMs, ctimeMs };
  });

describe('processes', () => {
  test('a second process is refused, told which one holds the directory, and touches nothing', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    expect(await first.ask('open')).toEqual(HELD);
    await first.ask('write');
    const before = snapshot();
    const { mtimeMs } = statSync(folder);
    const refusal = await second.ask('open');
    expect(refusal).toEqual(IN_USE);
    expect(refusal.message).toContain(`process ${first.pid}`);
    expect(refusal.message).toContain(folder);
    expect(snapshot()).toEqual(before);
    expect(statSync(folder).mtimeMs).toBe(mtimeMs);
    expect(await first.ask('write')).toEqual({ sequence: 2 });
  });

  test('a directory that was closed is free for another process', async () => {
    const [first, second] = await Promise.all([start(), start()]);
    await first.ask('open');
    await first.ask('write');
    await first.ask('close');
    expect(await second.ask('open')).toEqual({ held: true, sequence: 1 });
    expect(await first.ask('open')).toEqual(IN_USE);
  });

  test('kill -9 of the holder frees the directory at once', async () => {
    for (let round = 1; round <= 3; ++round) {
      const holder = await start();
      expect(await holder.ask('open')).toEqual({ held: true, sequence: round - 1 });
      await holder.ask('write');
      await holder.kill();
    }
    const storage = directoryStorage(folder);
    expect((await storage.open()).map(({ sequence }) => sequence)).toEqual([1, 2, 3]);
    await storage.close();
    expect(readdirSync(folder).sort()).toEqual([1, 2, 3].map((number) => String(number).padStart(16, '0')));
  });

  test('a stopped process keeps its directory', async () => {
    const holder = await start();
    await holder.ask('open');
    holder.signal('SIGSTOP');
    await expect(directoryStorage(folder).open()).rejects.toEqual(IN_USE);
    holder.signal('SIGCONT');
    expect(await holder.ask('write')).toEqual({ sequence: 1 });
  });

  test('of 8 processes that race for the lock of a dead one exactly one wins, again and again', async () => {
    let racers = await Promise.all(Array.from({ length: 8 }, start));
    for (let round = 0; racers.length > 1; ++round) {
      const answers = await Promise.all(racers.map((racer) => racer.ask('open')));
      const winners = racers.filter((_, i) => answers[i].held);
      expect({ round, winners: winners.length, codes: new Set(answers.map(({ code }) => code)) }).toEqual({
        round,
        winners: 1,
        codes: new Set([undefined, 'storage_in_use']),
      });
      expect(await winners[0].ask('write')).toEqual({ sequence: round + 1 });
      await winners[0].kill();
      racers = racers.filter((racer) => racer !== winners[0]);
    }
  });
});

describe('in one process', () => {
  test('a second opening is refused until the first is closed', async () => {
    const first = directoryStorage(folder);
    await first.open();
    const second = directoryStorage(`${folder}/../${folder.split('/').at(-1)}`);
    await expect(second.open()).rejects.toEqual(IN_USE);
    await first.close();
    expect(await second.open()).toEqual([]);
    await second.close();
  });

  test('opened again, a storage keeps the lock it has', async () => {
    const storage = directoryStorage(folder);
    await storage.open();
    const before = snapshot();
    await storage.open();
    expect(snapshot()).toEqual(before);
    await storage.close();
  });

  test('a process whose id was given to another later does not hold the directory', async () => {
    const storage = directoryStorage(folder);
    await storage.open();
    const lock = JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'));
    if (lock.start === null) return; // this system does not say when a process started
    await storage.close();
    writeFileSync(join(folder, 'lock'), JSON.stringify({ ...lock, id: crypto.randomUUID(), start: '1' }));
    const next = directoryStorage(folder);
    await next.open();
    await next.close();
  });

  test.each([
    ['was empty after a power cut', ''],
    ['holds something else', '{"pid":"x"}'],
  ])('a lock file that %s does not keep anybody out', async (_, text) => {
    writeFileSync(join(folder, 'lock'), text);
    const storage = directoryStorage(folder);
    await storage.open();
    await storage.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test.each([
    ['was deleted', () => rmSync(join(folder, 'lock')), false],
    ['was taken by another', () => takeFromTheFrozen(), true],
  ])('a storage whose lock %s writes nothing more', async (_, lose, refused) => {
    const storage = directoryStorage(folder);
    await storage.open();
    await storage.transact(0, () => ({ sequence: 1, bytes: Uint8Array.of(1) }), 'strict');
    const other = await lose();
    const write = (sequence) => () => ({ sequence, bytes: Uint8Array.of(2) });
    await expect(storage.transact(1, write(2), 'strict')).rejects.toEqual(IN_USE);
    await expect(storage.refresh(1)).rejects.toMatchObject({ message: 'the storage was closed or emptied underneath' });
    expect(readdirSync(folder).filter((name) => name !== 'lock')).toEqual(['0000000000000001']);
    if (refused) {
      for (let i = 0; i < 2; ++i) await expect(storage.open()).rejects.toEqual(IN_USE);
      await storage.close();
      expect(await other.held()).toBe(true);
      await other.release();
    } else {
      expect(await storage.open()).toHaveLength(1);
      await storage.transact(1, write(2), 'strict');
      await storage.close();
    }
  });

  test('a storage whose lock was taken by another is refused when it is opened again', async () => {
    const storage = directoryStorage(folder);
    await storage.open();
    const other = await takeFromTheFrozen();
    await expect(storage.open()).rejects.toEqual(IN_USE);
    await other.release();
    expect(await storage.open()).toEqual([]);
    await storage.close();
  });

  /** Takes the lock as one does who sees nobody alive. */
  async function takeFromTheFrozen() {
    const fs = await import('node:fs/promises');
    return takeLock(fs, folder, { pid: process.pid, start: null, boot: null, ask: async () => 'dead' });
  }
});

describe('orders', () => {
  const ORDERS = 2000;

  /**
   * Several openers of one directory whose every call waits for its turn; chance says whose turn it is, who dies, and
   * who closes.
   *
   * @param {(below: number) => number} next
   * @param {{ openers: number, deaths: boolean }} setup
   */
  async function race(next, { openers, deaths }) {
    const disk = new Disk();
    const dead = new Set();
    const system = (pid, ask) => ({ pid, start: null, boot: null, ask });
    const asDead = async ({ pid }) => (dead.has(pid) ? 'dead' : 'alive');

    // The lock of one that is dead.
    await takeLock(disk.fs, '/store', system(1, asDead));
    dead.add(1);

    const racers = Array.from({ length: openers }, (_, i) => ({
      pid: i + 2,
      state: 'opening',
      lock: null,
      proceed: () => {},
      paused: Promise.resolve(),
    }));
    /** Until it waits for its turn again, or is done. @param {any} racer @param {() => Promise<void>} work */
    const begin = (racer, work) => {
      let arrive = () => {};
      const pause = () => {
        racer.paused = new Promise((resolve) => (arrive = resolve));
      };
      racer.turn = () =>
        new Promise((resolve) => {
          racer.proceed = () => {
            pause();
            resolve(undefined);
          };
          arrive();
        });
      pause();
      void work().finally(() => arrive());
    };
    for (const racer of racers) {
      const turned = (run) => async (...args) => {
        await racer.turn();
        return run(...args);
      };
      const fs = Object.fromEntries(Object.entries(disk.fs).map(([name, run]) => [name, turned(run)]));
      begin(racer, async () => {
        try {
          racer.lock = await takeLock(fs, '/store', system(racer.pid, turned(asDead)));
          racer.state = 'holding';
        } catch (error) {
          if (error.code !== 'storage_in_use') throw error;
          racer.state = 'refused';
        }
      });
    }
    const living = (state) => racers.filter((racer) => racer.state === state && !dead.has(racer.pid));
    for (;;) {
      await Promise.all(racers.map((racer) => racer.paused));
      if (living('holding').length > 1) throw new Error('two hold the lock');
      const movable = [...living('opening'), ...living('closing')];
      if (deaths && next(12) === 0) {
        const mortal = [...movable, ...living('holding')];
        if (mortal.length > 0) dead.add(mortal[next(mortal.length)].pid);
        continue;
      }
      const [holder] = living('holding');
      if (deaths && holder && next(12) === 0) {
        holder.state = 'closing';
        begin(holder, () => holder.lock.release().then(() => void (holder.state = 'closed')));
        continue;
      }
      if (movable.length === 0) break;
      movable[next(movable.length)].proceed();
    }
    return { disk, holding: living('holding').length, refused: living('refused').length };
  }

  test(`in ${ORDERS} orders of the calls of up to 5 openers exactly one wins`, async () => {
    for (let seed = 1; seed <= ORDERS; ++seed) {
      const next = numbersFrom(seed * 7919);
      const openers = 2 + next(4);
      const { holding, refused, disk } = await race(next, { openers, deaths: false });
      const left = disk.list('/store');
      expect({ seed, holding, refused, left }).toEqual({ seed, holding: 1, refused: openers - 1, left: ['lock'] });
    }
  });

  test(`in ${ORDERS} orders in which openers die and close never two hold the lock, and the next one gets it`, async () => {
    for (let seed = 1; seed <= ORDERS; ++seed) {
      const next = numbersFrom(seed * 104729);
      const { disk } = await race(next, { openers: 2 + next(4), deaths: true });
      const lock = await takeLock(disk.fs, '/store', { pid: 99, start: null, boot: null, ask: async () => 'dead' });
      expect(await lock.held()).toBe(true);
      expect(disk.list('/store')).toEqual(['lock']);
      await lock.release();
      expect(disk.list('/store')).toEqual([]);
    }
  });
});
