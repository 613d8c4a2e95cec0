// Tabs of one browser that start services and hand them over, through a proxy that loses, delays, repeats and cuts, to a
// server that is killed now and then, as the tabs and the browser are. In the end every association has happened once.
import { serveSite } from '../../browser/site.js';
import { randomFrom } from '../../tabs/random.js';
import { Browser } from './browser.js';
import { fateFrom } from './fates.js';
import { Ledger } from './ledger.js';
import { plan } from './mishaps.js';
import { judge } from './oracle.js';
import { Proxy } from './proxy.js';
import { Server } from './server.js';

const CUSTOMERS = ['C-1', 'C-2', 'C-3'];
const LANES = 3;

/**
 * @param {{ associations: number, tabs?: number, seed?: number, log?: (line: string) => void }} setup
 * @returns {Promise<{ problems: string[], figures: Record<string, number> }>}
 */
export async function runAssociations({ associations, tabs = 4, seed = 1, log = () => {} }) {
  const random = randomFrom(seed);
  const ledger = new Ledger({ associations, customer: CUSTOMERS[0], random: randomFrom(random.from(0, 2 ** 31)) });
  const fates = randomFrom(random.from(0, 2 ** 31));
  const start = performance.now();
  const site = await serveSite({ '/main.js': 'tests/faults/associations/page/main.js' });
  const server = await new Server().start();
  const proxy = await new Proxy({ upstream: () => server.port, site: Number(new URL(site.url).port), fate: () => fateFrom(fates) }).listen();
  const browser = new Browser(() => proxy.url, (what, body) => ledger.hear(what, body));
  try {
    const crowd = new Crowd({ tabs, browser, proxy, server, ledger, log });
    await crowd.work(plan({ tabs, associations, random }));
    const worked = performance.now();
    proxy.calm();
    const tab = await browser.open(ledger.customer);
    for (const customer of CUSTOMERS) {
      await tab.call('become', customer);
      await tab.call('settle', customer);
    }
    // What was held back all the while must do nothing any more.
    await proxy.release();
    const inBrowser = await tab.call('content');
    await tab.call('close');
    tab.mourn();
    const problems = judge({ ledger, commits: await server.commits(), atServer: await server.services(), answers: proxy.answers, inBrowser });
    return { problems: [...problems, ...browser.problems], figures: figuresOf({ ledger, proxy, browser, crowd, start, worked }) };
  } finally {
    await browser.close();
    await proxy.close();
    await server.stop();
    await site.close();
  }
}

/** The tabs, each in a slot: where one is killed, another takes its place. */
class Crowd {
  /** From the kill of the tab that sent last to the next request of another one, in ms. @type {number[]} */
  handovers = [];
  /** @type {Record<string, number>} */
  happened = {};
  /** The tab in each slot. @type {(import('./browser.js').Tab | undefined)[]} */
  #slots = [];
  #setup;
  /** Pages that are being loaded: the network is not taken from under these. @type {Set<Promise<unknown>>} */
  #loading = new Set();
  /** Resolves once pages can be loaded. @type {Promise<unknown>} */
  #open = Promise.resolve();
  #sender = '';
  /** @type {{ tab: string, at: number } | undefined} */
  #lost;

  /**
   * @param {object} setup
   * @param {number} setup.tabs
   * @param {Browser} setup.browser
   * @param {Proxy} setup.proxy
   * @param {Server} setup.server
   * @param {Ledger} setup.ledger
   * @param {(line: string) => void} setup.log
   */
  constructor(setup) {
    this.#setup = setup;
    setup.proxy.onPassage = ({ tab, at }) => {
      this.#sender = tab;
      if (this.#lost === undefined || this.#lost.tab === tab) return;
      this.handovers.push(at - this.#lost.at);
      this.#lost = undefined;
    };
  }

  /** Works until the ledger has no more. @param {import('./mishaps.js').Mishap[]} mishaps */
  async work(mishaps) {
    const { ledger, tabs, log } = this.#setup;
    const coming = [...mishaps];
    /** One after the other. @type {Promise<unknown>} */
    let happening = Promise.resolve();
    ledger.addEventListener('acknowledged', () => {
      while (coming.length > 0 && coming[0].at <= ledger.acknowledged) {
        const mishap = /** @type {import('./mishaps.js').Mishap} */ (coming.shift());
        happening = happening.then(() => {
          log(`${ledger.acknowledged}: ${mishap.what}`);
          return this.#happen(mishap);
        });
        // It fails this run, where it is awaited.
        happening.catch(() => {});
      }
    });
    await Promise.all(Array.from({ length: tabs }, (_, slot) => this.#keep(slot)));
    await happening;
    for (const tab of this.#slots) {
      await tab?.call('close');
      tab?.mourn();
    }
  }

  /** Keeps a slot filled until the work is done. @param {number} slot */
  async #keep(slot) {
    for (;;) {
      await this.#open;
      const tab = await this.#load(() => this.#setup.browser.open(this.#setup.ledger.customer));
      if (tab === undefined) continue;
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
  async #happen({ what, sender, slot, lasts }) {
    const { browser, proxy, server, ledger } = this.#setup;
    this.happened[what] = (this.happened[what] ?? 0) + 1;
    switch (what) {
      case 'login': {
        const customer = CUSTOMERS[(CUSTOMERS.indexOf(ledger.customer) + 1) % CUSTOMERS.length];
        ledger.become(customer);
        await Promise.all(this.#live().map((tab) => tab.call('become', customer)));
        return;
      }
      case 'refuse':
        return this.#shut(async () => {
          await proxy.down('refuse');
          await lapse(lasts);
          await proxy.up();
        });
      case 'reset':
        await proxy.down('reset');
        await lapse(lasts);
        await proxy.up();
        return;
      case 'server':
        await server.kill();
        await server.start();
        return;
      case 'browser':
        return this.#shut(() => browser.restart(this.#live()));
      default: {
        const victim = this.#victim(slot, sender);
        if (victim === undefined) return;
        if (victim.name === this.#sender) this.#lost = { tab: victim.name, at: performance.now() };
        await this.#load(() => victim.kill(what));
      }
    }
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

/** @param {{ ledger: Ledger, proxy: Proxy, browser: Browser, crowd: Crowd, start: number, worked: number }} all */
function figuresOf({ ledger, proxy, browser, crowd, start, worked }) {
  const handovers = crowd.handovers.map(Math.round).sort((a, b) => a - b);
  const seconds = (/** @type {number} */ ms) => Math.round(ms / 100) / 10;
  /** @type {Record<string, number>} */
  const fates = {};
  for (const { fate } of proxy.passages) fates[`requests: ${fate}`] = (fates[`requests: ${fate}`] ?? 0) + 1;
  const copies = proxy.passages.map(({ statuses }) => statuses.length);
  return {
    'associations acknowledged to a page': ledger.acknowledged,
    'not acknowledged': [...ledger.associations.values()].filter(({ receipt }) => receipt === undefined).length,
    services: ledger.services.size,
    requests: proxy.passages.length,
    'copies that reached the server': copies.reduce((sum, count) => sum + count, 0),
    ...fates,
    ...Object.fromEntries(Object.entries(crowd.happened).map(([what, count]) => [`mishaps: ${what}`, count])),
    'browsers killed': browser.killed,
    'hand-overs of the sender': handovers.length,
    'ms of a hand-over, median': handovers[handovers.length >> 1] ?? 0,
    'ms of a hand-over, longest': handovers[handovers.length - 1] ?? 0,
    'seconds of work': seconds(worked - start),
    'seconds in all': seconds(performance.now() - start),
  };
}

/** How long a network is away is the fault itself; nothing waits for this. @param {number} ms */
const lapse = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
