// What becomes of 10 associations that are made while the server cannot be reached, when things go wrong before it can:
// the cases that other SDKs were measured with. Each must have had its one effect, by one delivery, once the page has
// been opened again.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serveSite } from '../browser/site.js';
import { Browser } from './associations/browser.js';
import { Proxy } from './associations/proxy.js';
import { Server } from './associations/server.js';

const COUNT = 10;

let site;
let server;
let cases = 0;

beforeAll(async () => {
  site = await serveSite({ '/main.js': 'tests/faults/associations/page/main.js' });
  server = await new Server().start();
});

afterAll(async () => {
  await server?.stop();
  await site?.close();
});

/** A browser, a proxy and a customer of its own. @param {(it: Visit) => Promise<void>} work @param {object} [preferences] */
async function visit(work, preferences) {
  const proxy = await new Proxy({ upstream: () => server.port, site: Number(new URL(site.url).port) }).listen();
  /** @type {string[]} */
  const told = [];
  const browser = new Browser(() => proxy.url, (what) => void told.push(what), preferences);
  try {
    await work(new Visit({ browser, proxy, told, customer: `C-${++cases}` }));
    expect(browser.problems).toEqual([]);
  } finally {
    await browser.close();
    await proxy.close();
  }
}

class Visit {
  /** @type {import('./associations/browser.js').Tab[]} */
  tabs = [];
  /** Receipts of all associations that were made. @type {any[]} */
  made = [];
  /** Names of tabs that are gone: a last request of theirs may come at any time yet. @type {Set<string>} */
  gone = new Set();

  /** @param {{ browser: Browser, proxy: Proxy, told: string[], customer: string }} setup  `told`: events of the pages */
  constructor(setup) {
    Object.assign(this, setup);
  }

  /** Opens so many tabs at once. */
  async open(count = 1) {
    const opened = await Promise.all(Array.from({ length: count }, () => this.browser.open({ credentials: `Customer ${this.customer}` })));
    this.tabs.push(...opened);
  }

  /** Each tab makes its associations; they are acknowledged to the page. */
  async associate() {
    for (const receipts of await Promise.all(this.tabs.map((tab) => tab.call('associate', { customer: this.customer, count: COUNT })))) {
      this.made.push(...receipts);
    }
  }

  /** @param {'close' | 'crash' | 'leave' | 'reload'} how */
  async kill(how) {
    const doomed = this.tabs.splice(0);
    for (const { name } of doomed) this.gone.add(name);
    await Promise.all(doomed.map((tab) => tab.kill(how)));
  }

  /** Waits until the server has acknowledged so many of them. @param {number} count */
  async answered(count) {
    while (this.proxy.answers.size < count) await new Promise((resolve) => this.proxy.addEventListener('answer', resolve, { once: true }));
  }

  /** Waits until every tab sees all of it delivered, then closes them; tells what came of it. */
  async outcome() {
    const { customer, proxy, made, gone } = this;
    await Promise.all(this.tabs.map((tab) => tab.call('settle')));
    const { receipts } = await this.tabs[0].call('content');
    for (const tab of this.tabs.splice(0)) {
      await tab.call('close');
      await tab.kill('close');
    }
    const ids = made.map((one) => one.association_id).sort();
    expect(receipts.map((one) => one.association_id).sort()).toEqual(ids);
    expect(new Set(receipts.map(({ state }) => state))).toEqual(new Set(['acknowledged']));
    const effects = (await server.commits()).filter(({ operation, fields }) => operation === 'putAssociation' && fields.customer_id === customer);
    expect(effects.map(({ id }) => id).sort()).toEqual(ids);
    return { distinct: new Set(effects.map(({ id }) => id)).size, deliveries: proxy.passages.filter(({ tab }) => !gone.has(tab)).flatMap(({ statuses }) => statuses).length };
  }
}

const perfect = (count) => ({ distinct: count, deliveries: count });

test('T0, all is well: 10 of 10, in 10 deliveries', () =>
  visit(async (it) => {
    await it.open();
    await it.associate();
    expect(await it.outcome()).toEqual(perfect(10));
  }));

test.each([
  ['T1, the tab crashes', 'crash'],
  ['T2, the visitor leaves the page', 'leave'],
  ['and closes it', 'close'],
])('%s: 10 of 10, in 10 deliveries', (_name, how) =>
  visit(async (it) => {
    await it.proxy.down('reset');
    await it.open();
    await it.associate();
    await it.kill(how);
    await it.proxy.up();
    await it.open();
    expect(await it.outcome()).toEqual(perfect(10));
  }));

test('T3, 3 tabs come back at once: 10 of 10, in 10 deliveries', () =>
  visit(async (it) => {
    await it.proxy.down('reset');
    await it.open();
    await it.associate();
    await it.kill('leave');
    await it.proxy.up();
    await it.open(3);
    expect(await it.outcome()).toEqual(perfect(10));
  }));

test.each([
  ['T4, 2 tabs', 2],
  ['8 tabs', 8],
])('%s make 10 each, all leave, as many come back at once: all of them, each in one delivery', (_name, count) =>
  visit(async (it) => {
    await it.proxy.down('reset');
    await it.open(count);
    await it.associate();
    await it.kill('leave');
    await it.proxy.up();
    await it.open(count);
    expect(await it.outcome()).toEqual(perfect(count * COUNT));
  }));

test('the browser is killed right after the last promise has resolved: 10 of 10, in 10 deliveries', async () => {
  // Now and then Chromium itself loses all databases by a kill, see RESULTS.md; then there was nothing to be seen.
  for (let lost = true; lost; ) {
    await visit(async (it) => {
      await it.proxy.down('reset');
      await it.open();
      await it.associate();
      await it.browser.restart(it.tabs.splice(0));
      await it.proxy.up();
      await it.open();
      lost = it.told.includes('loss');
      if (!lost) expect(await it.outcome()).toEqual(perfect(10));
    });
  }
});

test('the browser has no more room for what becomes of them: nothing is lost, and once it has, all are delivered', () =>
  visit(async (it) => {
    const lift = await it.browser.limit(2_000_000);
    await it.proxy.down('reset');
    await it.open();
    await it.associate();
    expect(await it.tabs[0].call('fill')).toBe('quota_exceeded');
    await it.kill('leave');
    await it.proxy.up();
    await it.open();
    // It was on its way before; the others are not sent before it is kept that they are.
    await it.answered(1);
    await lift();
    expect(await it.outcome()).toMatchObject({ distinct: 10 });
  }));

test('the browser has no more room when they are made: one by one they are refused, and change nothing, or made and delivered', () =>
  visit(async (it) => {
    const lift = await it.browser.limit(2_000_000);
    await it.open();
    const [tab] = it.tabs;
    const ids = await tab.call('start', COUNT);
    expect(await tab.call('fill')).toBe('quota_exceeded');
    const { receipts, refused } = await tab.call('handOver', { customer: it.customer, ids });
    await lift();
    it.made.push(...receipts);
    const again = await tab.call('handOver', { customer: it.customer, ids: refused });
    expect(again.refused).toEqual([]);
    it.made.push(...again.receipts);
    expect(it.made).toHaveLength(COUNT);
    expect(await it.outcome()).toMatchObject({ distinct: 10 });
  }));

test('storage is blocked: 10 of 10, in 10 deliveries, while the page lives', () =>
  visit(
    async (it) => {
      await it.proxy.down('reset');
      await it.open();
      await it.associate();
      await it.proxy.up();
      expect(await it.outcome()).toEqual(perfect(10));
    },
    { profile: { default_content_setting_values: { cookies: 2 } } },
  ));
