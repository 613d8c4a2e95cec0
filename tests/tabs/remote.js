// A tab in the browser as this process drives it: a page, or a worker in a page of its own, until it is killed.
import { watch } from '../browser/chromium.js';

export class RemoteTab {
  dead = false;
  frozen = false;
  /** Errors that the page reported while it was alive. @type {string[]} */
  problems = [];
  /** @type {() => void} */
  #die = () => {};
  /** Resolves when the tab is killed. @type {Promise<undefined>} */
  #death = new Promise((resolve) => (this.#die = () => resolve(undefined)));
  /** @type {import('playwright-core').CDPSession | undefined} */
  #cdp;
  /** @type {() => void} */
  #load = () => {};
  /** Before its page is there, it cannot be frozen. @type {Promise<undefined>} */
  #loaded = new Promise((resolve) => (this.#load = () => resolve(undefined)));

  /**
   * @param {import('playwright-core').Page} page
   * @param {{ kind: 'page' | 'worker', client: string, doom: (client: string) => void }} setup  `doom` is told first of its death
   */
  constructor(page, { kind, client, doom }) {
    this.page = page;
    this.kind = kind;
    this.client = client;
    this.doom = doom;
    const problems = watch(page);
    this.problems = problems;
    // Pages of one site may share a process: one crash may be the death of several.
    page.on('crash', () => this.#mourn());
  }

  /** @param {string} url @param {{ store: string, planted?: string }} setup  `planted`: see page/planted.js */
  async open(url, setup) {
    await this.#unlessDead(async () => {
      this.#cdp = await this.page.context().newCDPSession(this.page);
      await this.page.goto(url);
      await this.page.waitForSelector('html[data-ready]', { state: 'attached' });
      this.#load();
    });
    await this.call('open', { client: this.client, ...setup });
  }

  /**
   * Calls a method of page/tab.js.
   *
   * @param {string} method
   * @param {unknown} [argument]
   * @returns {Promise<any>}  undefined if the tab is killed before it answers
   */
  call(method, argument) {
    return this.#unlessDead(() =>
      // @ts-ignore: page/page.js has it
      this.page.evaluate(([kind, name, given]) => globalThis.call(kind, name, given), [this.kind, method, argument]),
    );
  }

  /** @param {'close' | 'crash' | 'leave' | 'terminate'} how */
  async kill(how) {
    this.#mourn();
    if (how === 'crash') {
      const crashed = this.page.waitForEvent('crash', { timeout: 0 });
      // Never answered: who would answer it is gone.
      this.#cdp?.send('Page.crash').catch(() => {});
      await crashed;
    }
    // Where the shop is still on its way it may come through instead; then it is closed.
    if (how === 'leave' && !this.frozen) await this.page.goto('about:blank').catch(() => {});
    // @ts-ignore: page/page.js has it
    if (how === 'terminate' && !this.frozen && this.kind === 'worker') await this.page.evaluate(() => globalThis.terminate?.());
    await this.page.close();
  }

  async freeze() {
    this.frozen = true;
    await this.#unlessDead(() => this.#loaded);
    await this.#unlessDead(() => this.#cdp?.send('Page.setWebLifecycleState', { state: 'frozen' }));
  }

  /** @param {boolean} shown  whether it is brought to the front too */
  async thaw(shown) {
    await this.#unlessDead(() => this.#cdp?.send('Page.setWebLifecycleState', { state: 'active' }));
    this.frozen = false;
    if (shown) await this.#unlessDead(() => this.page.bringToFront());
  }

  #mourn() {
    if (this.dead) return;
    this.dead = true;
    this.problems = [...this.problems]; // what its end makes it report is no problem
    this.doom(this.client);
    this.#die();
  }

  /** @template T @param {() => Promise<T> | undefined} work @returns {Promise<T | undefined>} */
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
