// The tabs, each in a slot: where one is killed, another takes its place; and the mishaps, one after the other.

/** How much each tab does at once. */
const LANES = 3;

export class Crowd {
  /** From the kill of the tab that sent last to the next request of another one, in ms. @type {number[]} */
  handovers = [];
  /** How often each kind of mishap came. @type {Record<string, number>} */
  happened = {};
  /** The tab in each slot. @type {(import('./browser.js').Tab | undefined)[]} */
  #slots = [];
  #setup;
  /** Pages that are being loaded: the network is not taken from under these. @type {Set<Promise<unknown>>} */
  #loading = new Set();
  /** Resolves once pages can be loaded. @type {Promise<unknown>} */
  #open = Promise.resolve();
  #sender = '';
  /** The sender that was killed last, until another one sends. @type {{ tab: string, at: number } | undefined} */
  #killed;

  /**
   * @param {object} setup
   * @param {number} setup.tabs
   * @param {import('./browser.js').Browser} setup.browser
   * @param {import('./proxy.js').Proxy} setup.proxy
   * @param {import('./server.js').Server} setup.server
   * @param {import('./ledger.js').Ledger} setup.ledger
   * @param {(line: string) => void} setup.log
   */
  constructor(setup) {
    this.#setup = setup;
    setup.proxy.addEventListener('passage', (event) => {
      const { tab, at } = /** @type {CustomEvent<import('./proxy.js').Passage>} */ (event).detail;
      this.#sender = tab;
      if (this.#killed === undefined || this.#killed.tab === tab) return;
      this.handovers.push(at - this.#killed.at);
      this.#killed = undefined;
    });
  }

  /** Works until the ledger has no more. @param {import('./mishaps.js').Mishap[]} mishaps */
  async work(mishaps) {
    const { ledger, tabs, log } = this.#setup;
    const coming = [...mishaps];
    /** @type {Promise<unknown>} */
    let happening = Promise.resolve();
    ledger.addEventListener('acknowledged', () => {
      while (coming.length > 0 && coming[0].at <= ledger.acknowledged) {
        const mishap = /** @type {import('./mishaps.js').Mishap} */ (coming.shift());
        happening = happening.then(() => {
          log(`${ledger.acknowledged}: ${mishap.what}`);
          return this.#happen(mishap);
        });
        // Where it is awaited it fails the run.
        happening.catch(() => {});
      }
    });
    await Promise.all(Array.from({ length: tabs }, (_, slot) => this.#keep(slot)));
    await happening;
    for (const tab of this.#live()) {
      await tab.call('close');
      tab.mourn();
    }
  }

  /** Keeps a slot filled until the work is done. @param {number} slot */
  async #keep(slot) {
    const { browser, ledger } = this.#setup;
    for (;;) {
      await this.#open;
      const tab = await this.#load(() => browser.open({ customer: ledger.customer }));
      this.#slots[slot] = tab;
      await tab.call('work', LANES);
      if (!tab.dead) return;
    }
  }

  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  async #load(work) {
    const loading = work();
    this.#loading.add(loading);
    try {
      return await loading;
    } finally {
      this.#loading.delete(loading);
    }
  }

  /** @param {import('./mishaps.js').Mishap} mishap */
  async #happen({ what, sender, slot, lasts, customer, out }) {
    const { browser, proxy, server } = this.#setup;
    this.happened[what] = (this.happened[what] ?? 0) + 1;
    switch (what) {
      case 'login':
        return this.#shut(() => this.#logIn(customer, out));
      case 'refuse':
        return this.#shut(async () => {
          await proxy.down('refuse');
          await lapse(lasts);
          await proxy.up();
        });
      case 'reset':
        await proxy.down('reset');
        await lapse(lasts);
        return proxy.up();
      case 'server':
        await server.kill();
        await server.start();
        return undefined;
      case 'browser':
        return this.#shut(() => browser.restart(this.#live()));
      default: {
        const victim = this.#victim(slot, sender);
        if (victim === undefined) return undefined;
        if (victim.name === this.#sender) this.#killed = { tab: victim.name, at: performance.now() };
        return this.#load(() => victim.kill(what));
      }
    }
  }

  /**
   * In one tab; the others hear of it from the store. Where no tab lives to do it, or the browser was killed before it
   * wrote the cookie down, the next page that opens does (page/main.js).
   *
   * @param {string} customer
   * @param {boolean} out
   */
  async #logIn(customer, out) {
    for (const tab of this.#live()) {
      if ((await tab.call('login', { customer, out })) !== undefined) break; // else the tab has died
    }
    this.#setup.ledger.customer = customer;
  }

  /** Does something that no page can be loaded through. @param {() => Promise<void>} work */
  async #shut(work) {
    let open = () => {};
    this.#open = new Promise((resolve) => (open = () => resolve(undefined)));
    await Promise.all(this.#loading);
    try {
      await work();
    } finally {
      open();
    }
  }

  #live() {
    return this.#slots.filter((tab) => tab !== undefined).filter((tab) => !tab.dead);
  }

  /** @param {number} slot @param {boolean} sender */
  #victim(slot, sender) {
    const live = this.#live();
    return (sender ? live.find(({ name }) => name === this.#sender) : undefined) ?? live[slot % live.length];
  }
}

/** How long a network is away is the fault itself; nothing waits for this. @param {number} ms */
const lapse = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
