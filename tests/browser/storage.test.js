// The store in a real Chromium: tabs that write at the same time, a browser that is killed, files as IDBFS has them.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { memoryStorage, openServices } from '../../js/index.js';
import { kill, launch, watch } from './chromium.js';
import { serveSite } from './site.js';
import { buildStock } from './stock.js';

const KEY = 'pat@example.org';

let site;
let browser;

beforeAll(async () => {
  buildStock();
  site = await serveSite({ '/main.js': 'tests/browser/page/main.js' });
  browser = await launch();
});

afterAll(async () => {
  await browser?.context.close();
  await site?.close();
});

async function open(context = browser.context) {
  const page = await context.newPage();
  const problems = watch(page);
  await page.goto(site.url);
  await page.waitForSelector('body[data-ready]', { state: 'attached' });
  return { page, problems };
}

/** Opens a store in a page; it stays in `globalThis.services`. */
const openStore = (page, name, options = {}) =>
  page.evaluate(async ([store, more]) => void (globalThis.services = await openServices({ name: store, ...more })), [name, options]);

const idsIn = (page) =>
  page.evaluate(async (key) => (await services.queryAnonymous(key, { limit: 1000 })).map((one) => one.service_id), KEY);

test.each([
  ['all at once', (key) => Promise.all(Array.from({ length: 200 }, () => services.start({ contact_key: key })))],
  [
    'each awaited',
    async (key) => {
      const started = [];
      for (let i = 0; i < 200; ++i) started.push(await services.start({ contact_key: key }));
      return started;
    },
  ],
  [
    'each awaited while the pages are hidden',
    async (key) => {
      Object.defineProperty(document, 'visibilityState', { value: 'hidden', configurable: true });
      document.dispatchEvent(new Event('visibilitychange'));
      const started = [];
      for (let i = 0; i < 200; ++i) started.push(await services.start({ contact_key: key }));
      return started;
    },
  ],
])('two tabs that start 200 services each at the same time, %s, hold 400 distinct ones', async (how, start) => {
  const name = how.replaceAll(' ', '-');
  const tabs = await Promise.all([open(), open()]);
  await Promise.all(tabs.map(({ page }) => openStore(page, name)));
  const started = await Promise.all(tabs.map(({ page }) => page.evaluate(start, KEY)));
  const ids = new Set(started.flat().map((one) => one.service_id));
  expect(ids.size).toBe(400);
  for (const { page } of tabs) expect(new Set(await idsIn(page))).toEqual(ids);
  const digests = await Promise.all(tabs.map(({ page }) => page.evaluate(() => services.digest())));
  expect(digests[0]).toBe(digests[1]);
  const [{ page }] = tabs;
  await page.reload();
  await page.waitForSelector('body[data-ready]', { state: 'attached' });
  await openStore(page, name);
  expect(new Set(await idsIn(page))).toEqual(ids);
  expect(await page.evaluate(() => services.digest())).toBe(digests[0]);
  expect(tabs.flatMap(({ problems }) => problems)).toEqual([]);
  await Promise.all(tabs.map((tab) => tab.page.close()));
});

test('what is answered without a write is true of what all tabs have written', async () => {
  const { page } = await open();
  const seen = await page.evaluate(async (key) => {
    const [a, b] = [await openServices({ name: 'answers' }), await openServices({ name: 'answers' })];
    const event = { contact_key: key, idempotency_key: 'once' };
    const { service_id } = await a.start(event);
    await b.replaceExtension(service_id, 'Cell', 1);
    const repeated = await b.start(event);
    await a.deleteService(service_id);
    const anew = await b.start(event);
    await Promise.all([a.close(), b.close()]);
    return [repeated.service_id === service_id, anew.service_id === service_id];
  }, KEY);
  expect(seen).toEqual([true, false]);
  await page.close();
});

test('a kill of the browser between two awaited starts loses neither', async () => {
  const first = await launch();
  const { page } = await open(first.context);
  await openStore(page, 'killed');
  const one = await page.evaluate((key) => services.start({ contact_key: key }), KEY);
  await kill(first.context, first.profile);
  const second = await launch(first.profile);
  const again = await open(second.context);
  await openStore(again.page, 'killed');
  const two = await again.page.evaluate((key) => services.start({ contact_key: key }), KEY);
  await kill(second.context, second.profile);
  const third = await launch(first.profile);
  const last = await open(third.context);
  await openStore(last.page, 'killed');
  expect(await idsIn(last.page)).toEqual([one.service_id, two.service_id]);
  await third.context.close();
});

test('what is started while the page goes away is there when it comes back', async () => {
  const { page } = await open();
  await openStore(page, 'leaving');
  await page.evaluate((key) => {
    addEventListener('pagehide', () => void services.start({ contact_key: key }));
  }, KEY);
  await page.goto('about:blank');
  await page.goto(site.url);
  await page.waitForSelector('body[data-ready]', { state: 'attached' });
  await openStore(page, 'leaving');
  // The old page's process may still be on its way out.
  await page.waitForFunction(async (key) => (await services.queryAnonymous(key)).length === 1, KEY);
  await page.close();
});

test('a page that is kept for the way back holds nobody up meanwhile, and then sees what others have committed', async () => {
  const keeping = await launch(undefined, { ignoreDefaultArgs: ['--disable-back-forward-cache'] });
  const { page } = await open(keeping.context);
  await openStore(page, 'way-back');
  await page.evaluate(async (key) => {
    await services.start({ contact_key: key });
    let told = 0;
    addEventListener('pageshow', ({ persisted }) => {
      if (!persisted) return;
      services.addEventListener('change', async ({ detail: { origin } }) => {
        if (origin !== 'remote') return;
        localStorage.setItem('told', ++told);
        if (told < 2) return;
        const found = await services.queryAnonymous(key);
        await services.start({ contact_key: key });
        localStorage.setItem('found', found.length);
      });
    });
  }, KEY);
  await page.goto(`${site.url}main.js`); // somewhere else
  const other = await open(keeping.context);
  await openStore(other.page, 'way-back');
  const start = () => other.page.evaluate((key) => services.start({ contact_key: key }), KEY);
  await start();
  await page.evaluate(() => void setTimeout(() => history.back()));
  await other.page.waitForFunction(() => localStorage.getItem('told') === '1');
  // It is told of what comes, though it asks for nothing.
  await start();
  await other.page.waitForFunction(() => localStorage.getItem('found') !== null);
  expect(await other.page.evaluate(() => localStorage.getItem('found'))).toBe('3');
  expect((await idsIn(other.page)).length).toBe(4);
  await keeping.context.close();
});

test('a leaving page that was overtaken drops no file, whatever it meant to put in their place', async () => {
  const { page } = await open();
  const left = await page.evaluate(async () => {
    const [a, b] = [await makeStorage('overtaken'), await makeStorage('overtaken')];
    await a.open();
    for (const sequence of [1, 2, 3]) await a.transact(sequence - 1, () => makeFile(sequence), 'relaxed');
    await b.open();
    for (const sequence of [4, 5]) await a.transact(sequence - 1, () => makeFile(sequence), 'relaxed');
    // The number 4 is free now, but not the next one.
    await a.replace(4, 5, () => Uint8Array.of(45));
    b.leave();
    const seen = [];
    const work = (newer) => {
      seen.push(newer.map(({ sequence }) => sequence));
      return newer.length === 0 ? makeFile(4, { drop: 4 }) : null;
    };
    await b.transact(3, work, 'strict');
    const files = (await a.refresh(0)).map(({ sequence }) => sequence);
    await Promise.all([a.close(), b.close()]);
    return { seen, files };
  });
  expect(left).toEqual({ seen: [[], [5]], files: [1, 2, 3, 5] });
  await page.close();
});

test('a tab that is alone queries without a transaction, and starts with one request', async () => {
  const { page } = await open();
  const counts = await page.evaluate(async (key) => {
    let transactions = 0;
    let requests = 0;
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (...given) {
      ++transactions;
      return transaction.apply(this, given);
    };
    for (const method of ['add', 'put', 'get', 'getAll', 'getAllKeys', 'delete']) {
      const original = IDBObjectStore.prototype[method];
      IDBObjectStore.prototype[method] = function (...given) {
        ++requests;
        return original.apply(this, given);
      };
    }
    const services = await openServices({ name: 'alone' });
    const counted = async (work) => {
      for (let i = 0; i < 30; ++i) await work(); // the first one looks
      transactions = requests = 0;
      for (let i = 0; i < 300; ++i) await work();
      return [transactions, requests];
    };
    const queries = await counted(() => services.queryAnonymous(key));
    const starts = await counted(() => services.start({ contact_key: key }));
    await services.close();
    return { queries, starts };
  }, KEY);
  // It looks again once for each lease, which on a slow machine comes often; merges take a few requests.
  expect(counts.queries[0]).toBeLessThan(100);
  expect(counts.starts[0]).toBeLessThan(330);
  expect(counts.starts[1]).toBeLessThan(450);
  await page.close();
});

test('a tab that was alone sees what others commit, from the moment that they are answered', async () => {
  const [one, other] = [await open(), await open()];
  await openStore(one.page, 'company');
  // It is busy all the while, so that it has a lease whenever it can have one.
  await one.page.evaluate((key) => {
    globalThis.busy = true;
    void (async () => {
      while (globalThis.busy) {
        for (let i = 0; i < 20; ++i) await services.queryAnonymous(key);
        await new Promise((resolve) => setTimeout(resolve));
      }
    })();
  }, KEY);
  for (let i = 1; i <= 15; ++i) {
    await openStore(other.page, 'company');
    const { service_id } = await other.page.evaluate((key) => services.start({ contact_key: key }), KEY);
    const ids = await idsIn(one.page);
    expect(ids).toContain(service_id);
    // And the other way round.
    await one.page.evaluate((id) => services.deleteService(id), service_id);
    expect(await idsIn(other.page)).toEqual([]);
    await other.page.evaluate(() => services.close());
  }
  await one.page.evaluate(() => (globalThis.busy = false));
  await Promise.all([one, other].map(({ page }) => page.close()));
});

test('a tab that took itself to be alone while it was held up notices whom it missed', async () => {
  const { page } = await open();
  const seen = await page.evaluate(async () => {
    const [a, b] = [await makeStorage('held-up'), await makeStorage('held-up')];
    await a.open();
    for (const sequence of [1, 2, 3]) await a.transact(sequence - 1, () => makeFile(sequence), 'relaxed');
    while (!a.alone) await a.refresh(3);
    const started = performance.now();
    let held = 0;
    performance.now = () => started + held;
    // One that nobody can see comes, and goes on to where the next number is free again.
    const { query } = LockManager.prototype;
    LockManager.prototype.query = async function () {
      const { held } = await query.call(this);
      return { held: [...new Map(held.map((lock) => [lock.name, lock])).values()] };
    };
    await b.open();
    for (const sequence of [4, 5]) await b.transact(sequence - 1, () => makeFile(sequence), 'relaxed');
    await b.replace(4, 5, () => Uint8Array.of(45));
    const tries = [];
    const work = (newer) => {
      tries.push(newer.map(({ sequence }) => sequence));
      // By the time that its commit is answered its lease is long over.
      queueMicrotask(() => (held = 1000));
      return newer.length === 0 ? makeFile(4) : makeFile(6);
    };
    const present = (files) => files.filter(({ sequence }) => sequence !== 4);
    await a.transact(3, work, 'relaxed', present);
    const files = (await b.refresh(0)).map(({ sequence }) => sequence);
    await Promise.all([a.close(), b.close()]);
    return { tries, files };
  });
  expect(seen).toEqual({ tries: [[], [5]], files: [1, 2, 3, 5, 6] });
  await page.close();
});

test('what others have merged away before its commit was answered does not happen a second time', async () => {
  const { page } = await open();
  const seen = await page.evaluate(async () => {
    const [a, b] = [await makeStorage('answered-late'), await makeStorage('answered-late')];
    await a.open();
    for (const sequence of [1, 2, 3]) await a.transact(sequence - 1, () => makeFile(sequence), 'relaxed');
    while (!a.alone) await a.refresh(3);
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (...values) {
      IDBDatabase.prototype.transaction = transaction;
      const tx = transaction.apply(this, values);
      const held = async (event) => {
        tx.removeEventListener('complete', held);
        event.stopImmediatePropagation();
        await b.open();
        await b.transact(4, () => makeFile(5), 'relaxed');
        await b.replace(4, 5, () => Uint8Array.of(45));
        const later = performance.now() + 1000;
        performance.now = () => later;
        tx.dispatchEvent(new Event('complete'));
      };
      tx.addEventListener('complete', held);
      return tx;
    };
    let tries = 0;
    const work = () => (++tries, makeFile(4));
    const outcome = await a.transact(3, work, 'relaxed').then(() => 'done', ({ code, message }) => `${code}: ${message}`);
    const files = (await b.refresh(0)).map(({ sequence }) => sequence);
    await Promise.all([a.close(), b.close()]);
    return { tries, files, outcome };
  });
  expect(seen).toEqual({ tries: 1, files: [1, 2, 3, 5], outcome: expect.stringMatching(/^storage_failed: .* not known$/) });
  await page.close();
});

test('a repair that comes late leaves what has taken the place of the damaged file', async () => {
  const { page } = await open();
  const files = await page.evaluate(async () => {
    const storage = await makeStorage('late-repair');
    await storage.open();
    for (const sequence of [1, 2]) await storage.transact(sequence - 1, () => ({ sequence, bytes: Uint8Array.of(sequence, 7) }), 'relaxed');
    await storage.repair(2, Uint8Array.of(9), Uint8Array.of(2, 8));
    await storage.repair(1, Uint8Array.of(9), Uint8Array.of(1, 7));
    await storage.repair(3, Uint8Array.of(9), new Uint8Array());
    const all = await storage.refresh(0);
    await storage.close();
    return all.map(({ sequence, bytes }) => [sequence, ...bytes]);
  });
  expect(files).toEqual([[1, 9], [2, 2, 7]]);
  await page.close();
});

test('a page that is hidden waits all the same until others know of it; one that is left does not, and frees no number', async () => {
  const { page } = await open();
  const seen = await page.evaluate(async () => {
    const [a, b] = [await makeStorage('hidden'), await makeStorage('hidden')];
    await a.open();
    await a.transact(0, () => makeFile(1), 'relaxed');
    await b.open();
    b.leave(false);
    const waited = [b.waits];
    const committed = b.transact(1, () => makeFile(2), 'relaxed').then(() => 'committed');
    waited.push(await Promise.race([committed, b.settled().then(() => 'settled')]), b.waits);
    await committed;
    b.leave(true);
    const refused = async (work) => work().then(() => 'done', ({ code }) => code);
    const left = [
      await refused(() => b.transact(2, () => makeFile(3), 'relaxed')),
      await refused(() => b.transact(3, () => makeFile(4, { drop: 4 }), 'strict')),
      await refused(() => b.replace(1, 3, () => Uint8Array.of(13))),
      b.waits,
    ];
    b.stay();
    await b.replace(1, 2, () => Uint8Array.of(12));
    const files = (await b.refresh(0)).map(({ sequence }) => sequence);
    await Promise.all([a.close(), b.close()]);
    return { waited, left, files };
  });
  expect(seen).toEqual({
    waited: [true, 'settled', false],
    left: ['done', 'storage_failed', 'storage_failed', true],
    files: [2, 3],
  });
  await page.close();
});

test('a merge that turns out larger than was known is done all the same, durable', async () => {
  const { page } = await open();
  const seen = await page.evaluate(async () => {
    const storage = await makeStorage('larger');
    await storage.open();
    for (const sequence of [1, 2, 3]) await storage.transact(sequence - 1, () => ({ sequence, bytes: new Uint8Array(10) }), 'relaxed');
    const modes = [];
    const { transaction } = IDBDatabase.prototype;
    IDBDatabase.prototype.transaction = function (...given) {
      modes.push(given[2].durability);
      return transaction.apply(this, given);
    };
    await storage.replace(1, 2, () => new Uint8Array(100), 20);
    await storage.replace(2, 3, () => new Uint8Array(100_000), 110);
    const sizes = (await storage.refresh(0)).map(({ sequence, bytes }) => [sequence, bytes.length]);
    await storage.close();
    return { modes: modes.slice(0, 3), sizes };
  });
  expect(seen).toEqual({ modes: ['relaxed', 'relaxed', 'strict'], sizes: [[3, 100_000]] });
  await page.close();
});

test('a stock FS.syncfs(true) reads the files, compacted ones too, and each holds exactly its bytes', async () => {
  const { page } = await open();
  await openStore(page, 'stock');
  const start = (Note) => page.evaluate(([key, note]) => services.start({ contact_key: key, Note: note }), [KEY, Note]);
  // Deleted, it leaves so much void that a checkpoint is due.
  const { service_id } = await start('x'.repeat(90_000));
  await page.evaluate((id) => services.deleteService(id), service_id);
  for (let i = 0; i < 70; ++i) await start('');
  await page.evaluate(() => services.close());
  const raw = await page.evaluate(() => rawFiles('stock'));
  // Kinds of core/journal/format.h: 1 log, 3 segment, 4 piece.
  expect([...new Set(raw.map(([, bytes]) => bytes[5]))].sort()).toEqual([1, 3, 4]);
  for (const [, bytes, buffer] of raw) expect(buffer).toBe(bytes.length);
  const stock = await page.evaluate(() => stockFiles('stock'));
  expect(stock).toEqual(raw.map(([path, bytes]) => [path.slice('/anonymous-services/stock/'.length), bytes]));
  await page.close();
});

test('the same files are the same state in Chromium and in Node', async () => {
  const { page } = await open();
  await openStore(page, 'digest');
  const { service_id } = await page.evaluate((key) => services.start({ contact_key: key, note: [1.5, 'ü'] }), KEY);
  await page.evaluate((id) => services.startState(id, { state_type: 'open' }), service_id);
  await page.evaluate((id) => services.associate({ customer_id: 'C-42', service_ids: [id] }), service_id);
  const storage = memoryStorage();
  for (const [path, bytes] of await page.evaluate(() => rawFiles('digest'))) {
    storage.files.set(Number(path.split('/').at(-1)), Uint8Array.from(bytes));
  }
  const here = await openServices({ name: 'digest', storage });
  expect(here.digest()).toBe(await page.evaluate(() => services.digest()));
  await here.close();
  await page.close();
});
