// One suite, every storage in every runtime that has it; and in every browser a short story with the public interface.
import { execFile } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startDemo } from '../../demo/serve.mjs';
import { memoryStorage } from '../../js/index.js';
import { launch, newFolder, watch } from '../browser/chromium.js';
import { launchFirefox } from '../browser/firefox.js';
import { visit } from '../browser/minibrowser.js';
import { serveSite } from '../browser/site.js';
import { launchWebKit } from '../browser/webkit.js';
import { directoryStorage } from '../../js/node.js';
import { bun, deno } from './binaries.js';
import { startHolder } from './holders.js';
import { cases, runCases } from './suite.js';

/** Fewer cases than this are not the suite. */
const FEWEST = 30;
/** What a runtime is given for all cases. */
const SUITE_MS = 100_000;

let site;
/** Takes the next result that a page sends. */
let arrived = () => {};
const nextResult = () => new Promise((resolve) => (arrived = resolve));

beforeAll(async () => {
  site = await serveSite({ '/page.js': 'tests/storage/page.js' }, (_, result) => arrived(result));
});

afterAll(() => site?.close());

function expectPassed(outcomes) {
  expect(outcomes.filter(({ error }) => error !== null)).toEqual([]);
  expect(outcomes.map(({ name }) => name)).toEqual(cases.map(({ name }) => name));
  expect(outcomes.length).toBeGreaterThanOrEqual(FEWEST);
}

/** What `leaveOrder` left is there, the same to the byte. */
function expectFound({ found, digest }, left) {
  expect(found).toEqual([
    expect.objectContaining({
      service_id: left.service_id,
      service_type: 'WebOrder',
      Cart: { sencha: 2 },
      active_states: [expect.objectContaining({ state_type: 'address' })],
    }),
  ]);
  expect(digest).toBe(left.digest);
}

/** Runs with a folder that is new, and gone afterwards. */
async function withFolder(run) {
  const folder = newFolder();
  try {
    return await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Chromium with the verbs of the other two. */
async function launchChromium() {
  const { context, profile } = await launch();
  return {
    async open(url) {
      const page = await context.newPage();
      const problems = watch(page);
      await page.goto(url);
      return {
        evaluate: (work, argument) => page.evaluate(work, argument),
        reload: () => page.reload(),
        problems: async () => problems,
      };
    },
    async close() {
      await context.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

describe.each([
  ['Chromium', launchChromium],
  ['Firefox', launchFirefox],
  ['WebKit', launchWebKit],
])('%s', (_, start) => {
  let browser;

  beforeAll(async () => {
    browser = await start();
  });

  afterAll(() => browser?.close());

  test('IndexedDB passes the suite', async () => {
    const page = await browser.open(site.url);
    expectPassed(await page.evaluate(() => runStorageSuite()));
    expect(await page.problems()).toEqual([]);
  });

  test('what was awaited is there after the store was closed and the page reloaded', async () => {
    const page = await browser.open(site.url);
    const left = await page.evaluate(() => leaveOrder());
    await page.reload();
    expectFound(await page.evaluate(() => findOrder()), left);
    expect(await page.problems()).toEqual([]);
  });

  test('two tabs that write at the same time see each other\'s', async () => {
    const tabs = [await browser.open(site.url), await browser.open(site.url)];
    const inBoth = (work) => Promise.all(tabs.map((tab) => tab.evaluate(work)));
    await inBoth(async () => void (globalThis.store = await openStore('tabs')));
    const started = await inBoth(async () => {
      const ids = [];
      const start = async () => ids.push((await store.start({ contact_key: 'pat@example.org' })).service_id);
      for (let i = 0; i < 50; ++i) await start();
      await Promise.all(Array.from({ length: 50 }, start));
      return ids;
    });
    const ids = started.flat().sort();
    expect(new Set(ids).size).toBe(200);
    const seen = await inBoth(async () => {
      const found = await store.queryAnonymous('pat@example.org', { limit: 1000 });
      return found.map((one) => one.service_id).sort();
    });
    expect(seen).toEqual([ids, ids]);
    const digests = await inBoth(() => store.digest());
    expect(digests[0]).toBe(digests[1]);
    await inBoth(() => store.close());
    for (const tab of tabs) expect(await tab.problems()).toEqual([]);
  });
});

describe('WebKit with its data on disk', () => {
  const step = (name, profile, signal) => visit(`${site.url}#${name}`, profile, nextResult(), signal);

  test('IndexedDB passes the suite', () =>
    withFolder(async (profile) => {
      const { result, problems } = await step('runStorageSuite', profile);
      expectPassed(result);
      expect(problems).toEqual([]);
    }));

  test.each(['SIGTERM', 'SIGKILL'])('what was awaited is there after %s ended the browser', (signal) =>
    withFolder(async (profile) => {
      const left = await step('leaveOrder', profile, signal);
      const found = await step('findOrder', profile);
      expectFound(found.result, left.result);
      expect([...left.problems, ...found.problems]).toEqual([]);
    }),
  );
});

test('Firefox has what was awaited after it was closed and started again', () =>
  withFolder(async (profile) => {
    const inFirefox = async (work) => {
      const browser = await launchFirefox(profile);
      try {
        return await (await browser.open(site.url)).evaluate(work);
      } finally {
        await browser.close();
      }
    };
    const left = await inFirefox(() => leaveOrder());
    expectFound(await inFirefox(() => findOrder()), left);
  }));

test('memory passes the suite', async () => {
  const stores = new Map();
  const make = async (name) => {
    if (!stores.has(name)) stores.set(name, memoryStorage());
    return stores.get(name);
  };
  const damaged = async (name, sequence) => stores.get(name).damaged.get(sequence);
  expectPassed(await runCases(make, { shared: true, closes: false, damaged }));
});

test('a Durable Object in workerd passes the suite', () =>
  withFolder(async (dataDir) => {
    const server = await startDemo({ port: 0, dataDir, worker: 'tests/storage/worker.js' });
    try {
      expectPassed(await (await fetch(server.url, { signal: AbortSignal.timeout(SUITE_MS) })).json());
    } finally {
      await server.stop();
    }
  }));

const RUNTIMES = [
  ['Node', () => [process.execPath]],
  ['Deno', () => [deno(), 'run', '--allow-all']],
  ['Bun', () => [bun()]],
];

test.each(RUNTIMES)('a directory in %s passes the suite', (_, command) =>
  withFolder(async (folder) => {
    const [program, ...args] = command();
    const script = fileURLToPath(new URL('runtime.mjs', import.meta.url));
    // Deno's cache goes into the folder too.
    const env = { ...process.env, DENO_DIR: `${folder}/.deno` };
    const { stdout } = await promisify(execFile)(program, [...args, script, folder], { env, timeout: SUITE_MS });
    expectPassed(JSON.parse(stdout));
  }),
);

test.each(RUNTIMES)('a directory that %s holds is refused to others, and free once that was killed', (_, command) =>
  withFolder(async (folder) => {
    const path = `${folder}/store`;
    const holder = await startHolder(path, command(), { ...process.env, DENO_DIR: `${folder}/.deno` });
    try {
      expect(await holder.ask('open')).toEqual({ held: true, sequence: 0 });
      expect(await holder.ask('write')).toEqual({ sequence: 1 });
      const storage = directoryStorage(path);
      await expect(storage.open()).rejects.toMatchObject({
        code: 'storage_in_use',
        message: expect.stringContaining(`process ${holder.pid}`),
      });
      expect(await holder.ask('write')).toEqual({ sequence: 2 });
      await holder.kill();
      expect((await storage.open()).map(({ sequence }) => sequence)).toEqual([1, 2]);
      await storage.close();
    } finally {
      await holder.kill();
    }
  }),
);

test.each(RUNTIMES)('%s takes a directory from a Node that was killed, and is refused by one that lives', (_, command) =>
  withFolder(async (folder) => {
    const path = `${folder}/store`;
    const [first, second] = [await startHolder(path), await startHolder(path, command(), { ...process.env, DENO_DIR: `${folder}/.deno` })];
    try {
      expect(await first.ask('open')).toMatchObject({ held: true });
      await first.ask('write');
      expect(await second.ask('open')).toMatchObject({ code: 'storage_in_use' });
      await first.kill();
      expect(await second.ask('open')).toEqual({ held: true, sequence: 1 });
    } finally {
      await Promise.all([first.kill(), second.kill()]);
    }
  }),
);
