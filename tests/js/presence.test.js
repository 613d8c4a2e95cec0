// Who may count itself alone, and who must wait for it: with Web Locks and a clock that do as they are told.
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { hasIndexedDB } from '../../js/storage/indexeddb.js';
import { LEASE_MS, Presence, WAIT_MS } from '../../js/storage/presence.js';
import { StorageGone } from '../../js/storage/storage.js';
import { randomFrom } from '../tabs/random.js';

const NAME = 'anonymous-services:orders';

/** Web Locks of which all are shared. What is asked is answered after `delay()` ms, granted after as many again. */
function lockManager(delay = () => 0) {
  const held = new Set();
  const wait = async () => {
    const ms = delay();
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  };
  return {
    held,
    async request(name, { signal }, work) {
      await wait();
      signal.throwIfAborted();
      const lock = { name };
      held.add(lock);
      await wait();
      try {
        return await work(lock);
      } finally {
        held.delete(lock);
      }
    },
    async query() {
      await wait();
      const now = [...held];
      await wait();
      return { held: now, pending: [] };
    },
  };
}

let locks;
const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
const pretend = (value) => Object.defineProperty(globalThis, 'navigator', { value, configurable: true });
const pass = (ms) => jest.advanceTimersByTimeAsync(ms);

beforeEach(() => {
  jest.useFakeTimers();
  locks = lockManager();
  pretend({ locks });
});
afterEach(() => {
  jest.useRealTimers();
  delete globalThis.navigator;
  if (own) Object.defineProperty(globalThis, 'navigator', own);
});

/** The storage is looked into, and shows all there is. */
const look = (presence) => presence.looked(presence.look());

async function settled() {
  const presence = new Presence(NAME, 1000);
  const others = presence.settled();
  await pass(WAIT_MS + 10);
  return { presence, others: await others };
}

jest.setTimeout(20_000);

describe('one that nobody else is with', () => {
  test('has settled at once', async () => {
    const presence = new Presence(NAME, 1000);
    const others = presence.settled();
    expect(presence.waits).toBe(true);
    await pass(1);
    expect(await others).toBe(false);
    expect(presence.waits).toBe(false);
    presence.leave();
    expect(presence.waits).toBe(true);
  });

  test('is alone once it has looked, for as long as a lease', async () => {
    const { presence } = await settled();
    expect(presence.alone).toBe(false); // asks
    await pass(1);
    expect(presence.alone).toBe(false); // has not looked since
    look(presence);
    expect(presence.alone).toBe(true);
    expect(presence.until).toBeLessThanOrEqual(performance.now() + LEASE_MS);
    await pass(LEASE_MS);
    expect(presence.alone).toBe(false);
  });

  test('does not count a look that was begun before it asked', async () => {
    const { presence } = await settled();
    const early = presence.look();
    expect(presence.alone).toBe(false);
    await pass(1);
    presence.looked(early);
    expect(presence.alone).toBe(false);
  });

  test('asks again before its lease ends, and looks again', async () => {
    const { presence } = await settled();
    void presence.alone;
    await pass(1);
    look(presence);
    await pass(LEASE_MS / 2 + 1);
    expect(presence.alone).toBe(true); // and asks
    await pass(1);
    expect(presence.alone).toBe(false);
    look(presence);
    await pass(LEASE_MS / 2);
    expect(presence.alone).toBe(true);
  });
});

describe('one that comes to another', () => {
  test('waits until every lease has ended, and says that there are others', async () => {
    const { presence: first } = await settled();
    void first.alone;
    await pass(1);
    look(first);
    const second = new Presence(NAME, 1000);
    let others;
    void second.settled().then((answer) => (others = answer));
    await pass(LEASE_MS);
    expect(others).toBeUndefined();
    expect(second.waits).toBe(true);
    await pass(WAIT_MS);
    expect(others).toBe(true);
    expect(second.waits).toBe(false);
    void first.alone;
    await pass(1);
    look(first);
    expect(first.alone).toBe(false);
  });

  test('waits no more once its page leaves', async () => {
    await settled();
    const second = new Presence(NAME, 1000);
    const waiting = second.settled();
    await pass(1);
    second.leave();
    await pass(1);
    expect(await waiting).toBe(true);
    expect(locks.held.size).toBe(1);
  });
});

test('one that has left is not there, and what it asked before counts for nothing', async () => {
  const { presence } = await settled();
  locks.query = async () => (await new Promise((resolve) => setTimeout(resolve, 10)), { held: [{ name: `${NAME}:open` }] });
  await pass(LEASE_MS);
  void presence.alone; // asks
  presence.leave();
  await pass(1);
  expect(locks.held.size).toBe(0);
  locks.query = async () => ({ held: [{ name: `${NAME}:open` }, { name: `${NAME}:open` }] });
  const back = presence.settled();
  await pass(10);
  look(presence);
  expect(presence.alone).toBe(false);
  await pass(WAIT_MS);
  expect(await back).toBe(true);
});

test('a page that is prerendered waits for its lock until it is shown, and not much longer', async () => {
  const { request } = locks;
  const shown = new Promise((resolve) => setTimeout(resolve, 5000));
  locks.request = async (name, options, work) => {
    await Promise.race([shown, new Promise((_, reject) => options.signal.addEventListener('abort', reject))]);
    return request(name, options, work);
  };
  globalThis.document = { prerendering: true };
  const others = new Presence(NAME, 1000).settled();
  await pass(4900);
  globalThis.document.prerendering = false;
  await pass(101);
  expect(await others).toBe(false);
  locks.request = (name, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
  const refused = expect(new Presence(NAME, 1000).settled()).rejects.toMatchObject({ code: 'storage_blocked' });
  await pass(1000);
  await refused;
  delete globalThis.document;
});

test('a lock that is not to be had means no storage, and is asked for again the next time', async () => {
  const { request } = locks;
  locks.request = async () => {
    throw new DOMException('taken away', 'AbortError');
  };
  const presence = new Presence(NAME, 1000);
  await expect(presence.settled()).rejects.toThrow(StorageGone);
  await expect(presence.settled()).rejects.toMatchObject({ code: 'storage_blocked' });
  locks.request = request;
  const others = presence.settled();
  await pass(1);
  expect(await others).toBe(false);
});

test.each([
  ['are no', () => pretend({})],
  ['may be no', () => (locks.request = async () => Promise.reject(new DOMException('not here', 'SecurityError')))],
])('where there %s locks nobody waits, and nobody is alone', async (_how, prepare) => {
  prepare();
  const presence = new Presence(NAME, 1000);
  expect(await presence.settled()).toBe(false);
  expect(presence.waits).toBe(false);
  look(presence);
  expect(presence.alone).toBe(false);
});

test('one whose lock is stolen is not there until it has another', async () => {
  const { request } = locks;
  let steal;
  locks.request = (...given) => Promise.race([request(...given), new Promise((_, reject) => (steal = reject))]);
  const { presence } = await settled();
  void presence.alone;
  await pass(1);
  look(presence);
  expect(presence.alone).toBe(true);
  steal(new DOMException('stolen', 'AbortError'));
  await pass(1);
  expect([presence.alone, presence.waits]).toEqual([false, true]);
  await presence.settled();
  await pass(1);
  expect(presence.waits).toBe(false);
});

test.each([
  ['https://shop.example', false, false],
  ['https://shop.example', true, true],
  ['http://192.0.2.1', false, true],
])('of %s, secure: %s, IndexedDB is used: %s, for in one origin either all or none have locks', (origin, isSecureContext, used) => {
  const given = { origin, isSecureContext, indexedDB: {} };
  for (const [name, value] of Object.entries(given)) Object.defineProperty(globalThis, name, { value, configurable: true });
  expect(hasIndexedDB()).toBe(used);
  for (const name of Object.keys(given)) delete globalThis[name];
});

test('however slow the locks are, one that is alone has seen all that others have committed, and none commits', async () => {
  let alone = 0;
  for (let seed = 1; seed <= 200; ++seed) {
    const random = randomFrom(seed);
    pretend({ locks: lockManager(() => random.from(0, random.pick([1, 30, 200]))) });
    const tabs = Array.from({ length: 3 }, () => ({ presence: new Presence(NAME, 1e6), commits: false, turn: 0, seen: 0 }));
    let committed = 0;
    for (let step = 0; step < 150; ++step) {
      const tab = random.pick(tabs);
      const what = random.weighted({ look: 40, commit: 20, enter: 6, leave: 6 });
      if (what === 'look') {
        void tab.presence.alone;
        look(tab.presence);
        tab.seen = committed;
      } else if (what === 'commit' && tab.commits) {
        // It finds what others have committed, as every commit does that is not alone.
        tab.seen = ++committed;
      } else if (what === 'enter') {
        const turn = ++tab.turn;
        void tab.presence.settled().then(() => (tab.commits ||= turn === tab.turn));
      } else if (what === 'leave') {
        ++tab.turn;
        tab.commits = false;
        tab.presence.leave();
      }
      await pass(random.from(0, 60));
      for (const one of tabs) {
        if (!one.presence.alone) continue;
        ++alone;
        const others = tabs.some((other) => other !== one && other.commits);
        if (others || one.seen !== committed) throw new Error(`seed ${seed}, step ${step}: another one commits`);
      }
    }
  }
  expect(alone).toBeGreaterThan(0);
});
