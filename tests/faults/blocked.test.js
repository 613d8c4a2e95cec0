// A browser that gives no storage, takes it away, or has no more of it: a real Chromium, and what it does not do by
// itself put in its place in the page.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { openFaultPage } from './browser.js';

let browser;
let page;

beforeAll(async () => {
  browser = await openFaultPage();
});

afterAll(() => browser?.close());

beforeEach(async () => {
  page = await browser.newPage();
});

afterEach(async () => {
  expect(await page.evaluate(() => background)).toEqual([]);
  await page.close();
});

const inPage = (work, argument) => page.evaluate(work, argument);

describe('a store goes on in memory and tells why', () => {
  /** What a page has to do with a store that has fallen back. */
  const useStore = async (name) => {
    const services = await openStore({ name });
    // What happens while it is opened is told soon after.
    await new Promise((resolve) => services.addEventListener('durability', resolve));
    const { service_id } = await services.start({ contact_key: 'k' });
    await services.associate({ customer_id: 'C-42', service_ids: [service_id] });
    const found = await services.queryServices('C-42');
    const { durability, told, evicted } = services;
    await services.close();
    return { durability, told, evicted, found: found.map((one) => one.service_id === service_id) };
  };

  const fellBack = (reason) => ({ durability: 'memory', told: [`durability ${reason}`], evicted: false, found: [true] });

  test.each([
    ['is missing', () => Object.defineProperty(globalThis, 'indexedDB', { value: undefined })],
    ['is null', () => Object.defineProperty(globalThis, 'indexedDB', { value: null })],
    [
      'may not be looked at',
      () =>
        Object.defineProperty(globalThis, 'indexedDB', {
          get() {
            throw new DOMException('denied', 'SecurityError');
          },
        }),
    ],
  ])('where IndexedDB %s', async (how, patch) => {
    await inPage(patch);
    expect(await inPage(useStore, 'missing')).toEqual(fellBack('storage_failed'));
  });

  test.each(['SecurityError', 'InvalidStateError', 'UnknownError'])('where every open throws %s', async (name) => {
    await inPage((error) => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('denied', error);
      };
    }, name);
    expect(await inPage(useStore, `throws-${name}`)).toEqual(fellBack('storage_failed'));
  });

  test.each(['SecurityError', 'InvalidStateError', 'UnknownError', 'QuotaExceededError'])(
    'where every open answers %s',
    async (name) => {
      await inPage((error) => {
        IDBFactory.prototype.open = () => {
          const request = Object.assign(new EventTarget(), { error: new DOMException('denied', error) });
          queueMicrotask(() => request.onerror(new Event('error', { cancelable: true })));
          return request;
        };
      }, name);
      expect(await inPage(useStore, `answers-${name}`)).toEqual(fellBack('storage_failed'));
    },
  );

  test('where a newer database is there, which stays as it is', async () => {
    await inPage((name) => witness.makeNewer(name), 'newer');
    expect(await inPage(useStore, 'newer')).toEqual(fellBack('storage_failed'));
    const databases = await inPage(() => indexedDB.databases());
    expect(databases).toContainEqual({ name: '/anonymous-services/newer', version: 22 });
  });

  test('where another page never lets the database go, after one time-out, and holds nothing itself later', async () => {
    const opens = await inPage(async () => {
      globalThis.release = await witness.holdOlder('blocked');
      let count = 0;
      const { open } = IDBFactory.prototype;
      IDBFactory.prototype.open = function (...values) {
        ++count;
        const request = open.apply(this, values);
        request.addEventListener('blocked', () => elapse());
        globalThis.opened = new Promise((resolve) => request.addEventListener('success', resolve));
        return request;
      };
      globalThis.opensSoFar = () => count;
      return count;
    });
    expect(opens).toBe(0);
    expect(await inPage(useStore, 'blocked')).toEqual(fellBack('storage_blocked'));
    expect(await inPage(() => opensSoFar())).toBe(1);
    await inPage(async () => {
      release();
      await opened;
      await witness.deleteDatabase('blocked'); // it would wait for a connection
    });
  });
});

describe('a connection that dies for good', () => {
  /** From now on every transaction fails, and no new connection is to be had. */
  const die = () => {
    IDBDatabase.prototype.transaction = () => {
      throw new DOMException('the connection is closing', 'InvalidStateError');
    };
    IDBFactory.prototype.open = () => {
      throw new DOMException('Internal error', 'UnknownError');
    };
  };

  const begin = (name) =>
    inPage(async (store) => {
      globalThis.services = await openStore({ name: store });
      const { service_id } = await services.start({ contact_key: 'k', Cart: [1.5] });
      await services.associate({ customer_id: 'C-42', service_ids: [service_id] });
      for (let i = 0; i < 40; ++i) await services.start({ contact_key: 'k' });
    }, name);

  const state = () =>
    inPage(async () => {
      const anonymous = await services.queryAnonymous('k');
      const receipts = await services.receipts();
      const { durability, told } = services;
      return { anonymous: anonymous.length, receipts: receipts.length, durability, told };
    });

  test('leaves everything acknowledged in memory, and what was being asked for is done there', async () => {
    await begin('dies');
    await inPage(die);
    await inPage(() => Promise.all([1, 2, 3].map(() => services.start({ contact_key: 'k' }))));
    const expected = { anonymous: 43, receipts: 1, durability: 'memory', told: ['durability storage_failed'] };
    expect(await state()).toEqual(expected);
    await inPage(async () => {
      for (let i = 0; i < 50; ++i) await services.start({ contact_key: 'k' });
    });
    expect(await state()).toEqual({ ...expected, anonymous: 93 });
    await inPage(() => services.close());
  });

  test('is told when another tab gives a hint, without a call and without an error of the page', async () => {
    await begin('dies-in-the-background');
    await inPage(die);
    await inPage(async () => {
      const fell = new Promise((resolve) => services.addEventListener('durability', resolve));
      const channel = new BroadcastChannel(`anonymous-services:${services.name}`);
      channel.postMessage(0);
      await fell;
      channel.close();
    });
    expect(await state()).toEqual({ anonymous: 40, receipts: 1, durability: 'memory', told: ['durability storage_failed'] });
    await inPage(() => services.close());
  });

  test('while the page is leaving throws nothing into the event that says so', async () => {
    await begin('dies-leaving');
    await inPage(async () => {
      IDBTransaction.prototype.commit = () => {
        throw new DOMException('The transaction has finished.', 'InvalidStateError');
      };
      const { add } = IDBObjectStore.prototype;
      IDBObjectStore.prototype.add = function (...values) {
        // The check of what is added has then been asked for, and not been answered.
        queueMicrotask(() => dispatchEvent(new Event('pagehide')));
        return add.apply(this, values);
      };
      await services.start({ contact_key: 'k' });
    });
    expect(await state()).toMatchObject({ anonymous: 41, durability: 'memory' });
    await inPage(() => services.close());
  });
});

describe('space', () => {
  test('estimate tells of the store and of the site, and persist asks the browser', async () => {
    const { before, after, persisted, asked } = await inPage(async () => {
      const services = await openStore({ name: 'estimate', budget: 1_000_000 });
      const before = await services.estimate();
      await services.start({ contact_key: 'k', Filler: 'x'.repeat(5000) });
      const after = await services.estimate();
      const asked = await services.persist();
      const { persisted } = await services.estimate();
      await services.close();
      return { before, after, persisted, asked };
    });
    expect(before).toMatchObject({ files: 0, bytes: 0, budget: 1_000_000, usage: expect.any(Number), quota: expect.any(Number) });
    expect(after.files).toBe(1);
    expect(after.bytes).toBeGreaterThan(5000);
    expect(after.quota).toBeGreaterThan(1_000_000);
    expect(persisted).toBe(asked);
  });

  test('a small store is compacted into one file, with nothing lost', async () => {
    const result = await inPage(async () => {
      const services = await openStore({ name: 'compacted' });
      for (let i = 0; i < 32; ++i) await services.start({ contact_key: 'k' });
      const digest = services.digest();
      for (let i = 0; i < 3; ++i) await services.receipts(); // a step of compaction after each
      const { files } = await services.estimate();
      const disk = await witness.read('compacted');
      const { durability, evicted } = services;
      await services.close();
      return { files, onDisk: disk.files, same: disk.digest === digest, durability, evicted };
    });
    expect(result).toEqual({ files: 1, onDisk: 1, same: true, durability: 'relaxed', evicted: false });
  });

  /** Starts services until one is refused; answers their ids and the error. @param {number} bytes  of each */
  const fill = async (bytes) => {
    const ids = [];
    for (;;) {
      // What can be compressed takes less of the browser's quota.
      const noise = [...crypto.getRandomValues(new Uint8Array(bytes / 2))].map((byte) => byte.toString(16).padStart(2, '0'));
      try {
        ids.push((await services.start({ contact_key: 'k', Filler: noise.join('') })).service_id);
      } catch ({ code, message, cause }) {
        return { ids, code, message, cause: cause?.name };
      }
    }
  };

  test('beyond the budget starts are refused, deletions and associations are not, and deletions make room', async () => {
    await inPage(async () => void (globalThis.services = await openStore({ name: 'budget', budget: 400_000 })));
    const { ids, code, message } = await inPage(fill, 20_000);
    expect(code).toBe('quota_exceeded');
    expect(message).toContain('400000');
    expect(ids.length).toBeGreaterThan(15);
    expect((await inPage(() => services.estimate())).bytes).toBeLessThanOrEqual(400_000);
    const again = await inPage(async (all) => {
      const receipt = await services.associate({ customer_id: 'C-42', service_ids: all.slice(0, 1) });
      for (const id of all.slice(1, 8)) await services.deleteService(id);
      const started = await services.start({ contact_key: 'k', Filler: 'y'.repeat(20_000) });
      const left = await services.queryAnonymous('k');
      return { state: receipt.state, started: left.some((one) => one.service_id === started.service_id), left: left.length };
    }, ids);
    expect(again).toEqual({ state: 'pending', started: true, left: ids.length - 7 });
    expect((await inPage(() => services.estimate())).bytes).toBeLessThanOrEqual(400_000);
    await inPage(() => services.close());
  });

  test('when the browser has no more, starts are refused with its reason; once it has, they work', async () => {
    const session = await browser.context.newCDPSession(page);
    // An origin of its own: the browser remembers for half a minute how much is left to one that has written.
    const url = browser.url.replace('localhost', '127.0.0.1');
    const { origin } = new URL(url);
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: 2_000_000 });
    await page.goto(url);
    await page.waitForSelector('body[data-ready]', { state: 'attached' });
    await inPage(async () => {
      globalThis.services = await openStore({ name: 'quota' });
      await services.start({ contact_key: 'k', service_type: 'first' });
    });
    try {
      const { ids, code, cause } = await inPage(fill, 120_000);
      expect([code, cause]).toEqual(['quota_exceeded', 'QuotaExceededError']);
      const kept = await inPage(async () => ({
        ids: (await services.queryAnonymous('k', { limit: 1000 })).map((one) => one.service_id),
        durability: services.durability,
        digest: services.digest(),
        disk: (await witness.read('quota')).digest,
      }));
      expect(kept.ids.slice(1)).toEqual(ids);
      expect(kept.durability).toBe('relaxed');
      expect(kept.disk).toBe(kept.digest);
    } finally {
      await session.send('Storage.overrideQuotaForOrigin', { origin });
    }
    expect(await inPage(() => services.start({ contact_key: 'k' }))).toEqual({ service_id: expect.any(String) });
    await inPage(() => services.close());
  });
});

describe('eviction', () => {
  test('under an open store is told at the next call, and the store goes on, empty and durable', async () => {
    const result = await inPage(async () => {
      const services = await openStore({ name: 'evicted' });
      await services.start({ contact_key: 'k' });
      await witness.deleteDatabase('evicted');
      const found = await services.queryAnonymous('k');
      await services.start({ contact_key: 'k', service_type: 'new' });
      const { durability, evicted, told } = services;
      const digest = services.digest();
      await services.close();
      const disk = await witness.read('evicted');
      return { found, durability, evicted, told, types: disk.services.map((one) => one.service_type), same: disk.digest === digest };
    });
    expect(result).toEqual({ found: [], durability: 'relaxed', evicted: true, told: ['evicted'], types: ['new'], same: true });
  });

  test('and a refill by another tab, up to the same number, leave nothing of the old store', async () => {
    const result = await inPage(async () => {
      const services = await openStore({ name: 'refilled' });
      await services.start({ contact_key: 'k', service_type: 'old' });
      await witness.deleteDatabase('refilled');
      const tab = await witness.openTab('refilled');
      await tab.start('new');
      await tab.close();
      const found = (await services.queryAnonymous('k')).map((one) => one.service_type);
      const digest = services.digest();
      await services.close();
      return { found, same: (await witness.read('refilled')).digest === digest };
    });
    expect(result).toEqual({ found: ['new'], same: true });
  });

  test('of the files alone, under a tab that does not look each time, is told soon, and what is started meanwhile stays', async () => {
    const result = await inPage(async () => {
      const services = await openStore({ name: 'cleared' });
      for (let i = 0; i < 40; ++i) await services.start({ contact_key: 'k', service_type: 'old' });
      await new Promise((resolve, reject) => {
        const opening = indexedDB.open('/anonymous-services/cleared');
        opening.onsuccess = () => {
          const tx = opening.result.transaction('FILE_DATA', 'readwrite');
          tx.objectStore('FILE_DATA').clear();
          tx.oncomplete = resolve;
          tx.onabort = reject;
          opening.result.close();
        };
      });
      const kept = [];
      while (!services.evicted) kept.push((await services.start({ contact_key: 'k' })).service_id);
      const found = (await services.queryAnonymous('k', { limit: 1000 })).map((one) => one.service_id);
      const digest = services.digest();
      await services.close();
      return { found, kept, same: (await witness.read('cleared')).digest === digest };
    });
    expect(result.found.sort()).toEqual(result.kept.sort());
    expect(result.same).toBe(true);
  });

  /** Opens, starts a service if asked to, and answers what the store told. */
  const look = ([name, starts, canary]) => {
    const marks = (globalThis.marks ??= new Set());
    const canaries = {
      async: { read: async () => marks.has(name), write: async () => void marks.add(name) },
      broken: {
        read: () => Promise.reject(new Error('no cookies')),
        write: () => {
          throw new Error('no cookies');
        },
      },
    };
    return (async () => {
      const services = await openStore({ name, ...(canary ? { canary: canaries[canary] } : {}) });
      if (starts) await services.start({ contact_key: 'k' });
      await services.receipts();
      const { evicted, told } = services;
      await services.close();
      return { evicted, told };
    })();
  };
  const quiet = { evicted: false, told: [] };

  test.each([[undefined], ['async']])('between two openings is told by the mark that is left (canary: %s)', async (canary) => {
    const name = `between-${canary}`;
    expect(await inPage(look, [name, false, canary])).toEqual(quiet);
    expect(await inPage(look, [name, true, canary])).toEqual(quiet);
    expect(await inPage(look, [name, false, canary])).toEqual(quiet);
    await inPage((one) => witness.deleteDatabase(one), name);
    expect(await inPage(look, [name, false, canary])).toEqual({ evicted: true, told: ['evicted'] });
  });

  test('is not told where there never was anything, nor by a mark that cannot be read', async () => {
    expect(await inPage(look, ['fresh', true])).toEqual(quiet);
    expect(await inPage(look, ['broken', true, 'broken'])).toEqual(quiet);
    await inPage(() => witness.deleteDatabase('broken'));
    expect(await inPage(look, ['broken', true, 'broken'])).toEqual(quiet);
  });
});
