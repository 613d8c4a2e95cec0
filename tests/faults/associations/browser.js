// A browser with tabs of the shop in it, all of which can be killed: a tab, or the browser as a whole, which then starts
// again on the same data.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { kill, launch, newFolder, watch } from '../../browser/chromium.js';

export class Browser {
  /** Errors that pages reported while they were alive. @type {string[]} */
  problems = [];
  killed = 0;
  #profile = newFolder();
  #url;
  #hear;
  /** @type {Promise<import('playwright-core').BrowserContext>} */
  #context;
  #tabs = 0;

  /**
   * @param {() => string} url  of the shop
   * @param {(what: string, body: any) => unknown} [hear]  what pages tell, and what they are answered
   * @param {object} [preferences]  what the visitor has set
   */
  constructor(url, hear = () => {}, preferences = {}) {
    mkdirSync(join(this.#profile, 'Default'));
    writeFileSync(join(this.#profile, 'Default/Preferences'), JSON.stringify(preferences));
    this.#url = url;
    this.#hear = hear;
    this.#context = this.#launch();
  }

  async #launch() {
    const { context } = await launch(this.#profile);
    await context.exposeBinding('hear', (_source, what, body) => this.#hear(what, body));
    return context;
  }

  /**
   * @param {{ customer?: string, credentials?: string, options?: object, clock?: boolean }} [setup]  see page/main.js;
   *   `clock`: the page's timers are the test's
   * @returns {Promise<Tab>}
   */
  async open({ clock, ...setup } = {}) {
    const context = await this.#context;
    const page = await context.newPage();
    if (clock) await page.clock.install();
    return new Tab(page, this, { url: this.#url(), tab: `tab-${++this.#tabs}`, ...setup }).load();
  }

  /** From now on the browser has so many bytes for the site. Before the first is written: later it is not noticed at once. @param {number} quotaSize @returns {Promise<() => Promise<void>>} lifts it */
  async limit(quotaSize) {
    const context = await this.#context;
    // The limit goes with the page that has set it.
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    const { origin } = new URL(this.#url());
    await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize });
    return async () => {
      await session.send('Storage.overrideQuotaForOrigin', { origin });
      await page.close();
    };
  }

  /** Kills all of it at once, and starts it again. @param {Iterable<Tab>} tabs  that it has */
  async restart(tabs) {
    const context = await this.#context;
    ++this.killed;
    for (const tab of tabs) tab.mourn();
    this.#context = (async () => {
      await kill(context, this.#profile);
      return this.#launch();
    })();
    await this.#context;
  }

  async close() {
    await (await this.#context.catch(() => undefined))?.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }
}

/** What a page may be told by the network that these tests break on purpose. */
const EXPECTED = /Failed to load resource/;

export class Tab {
  dead = false;
  #problems;
  #browser;
  /** @type {() => void} */
  #die = () => {};
  /** @type {Promise<undefined>} */
  #death = new Promise((resolve) => (this.#die = () => resolve(undefined)));

  /**
   * @param {import('playwright-core').Page} page
   * @param {Browser} browser
   * @param {{ url: string, tab: string, customer?: string, credentials?: string, options?: object }} setup
   */
  constructor(page, browser, setup) {
    this.page = page;
    this.setup = setup;
    this.name = setup.tab;
    this.#browser = browser;
    this.#problems = watch(page);
    // Pages of one site may share a process: one crash may be the death of several.
    page.on('crash', () => this.mourn());
  }

  async load() {
    await this.#unlessDead(async () => {
      await this.page.goto(this.setup.url);
      await this.page.waitForSelector('html[data-ready]', { state: 'attached' });
    });
    await this.call('open', this.setup);
    return this;
  }

  /** Calls a function of page/main.js. @param {string} name @param {unknown} [argument] @returns {Promise<any>} undefined if the tab is killed before it answers */
  call(name, argument) {
    // @ts-ignore: the page has it
    return this.#unlessDead(() => this.page.evaluate(([what, given]) => globalThis[what](given), [name, argument]));
  }

  /** @param {'close' | 'crash' | 'leave' | 'reload'} how  `reload`: the same tab, and nothing runs in it */
  async kill(how) {
    this.mourn();
    if (how === 'reload') {
      await this.page.reload();
      return;
    }
    if (how === 'leave') await this.page.goto('about:blank');
    if (how === 'crash') {
      const crashed = this.page.waitForEvent('crash', { timeout: 0 });
      const session = await this.page.context().newCDPSession(this.page);
      // Never answered: who would answer it is gone.
      session.send('Page.crash').catch(() => {});
      await crashed;
    }
    await this.page.close();
  }

  /** It is over, or about to be. */
  mourn() {
    if (this.dead) return;
    this.dead = true;
    // What its end makes it report is no problem.
    this.#browser.problems.push(...this.#problems.filter((problem) => !EXPECTED.test(problem)));
    this.#die();
  }

  /** @template T @param {() => Promise<T>} work @returns {Promise<T | undefined>} */
  async #unlessDead(work) {
    if (this.dead) return undefined;
    try {
      return await Promise.race([work(), this.#death]);
    } catch (error) {
      if (this.dead) return undefined;
      throw error;
    }
  }
}
