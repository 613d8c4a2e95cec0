// Tabs of one browser that start services and hand them over, through a proxy that loses, delays, repeats and cuts, to a
// server that is killed now and then, as the tabs and the browser are. In the end every association has happened once.
import { serveSite } from '../../browser/site.js';
import { randomFrom } from '../../tabs/random.js';
import { Browser } from './browser.js';
import { Crowd } from './crowd.js';
import { fateFrom } from './fates.js';
import { figuresOf } from './figures.js';
import { Ledger } from './ledger.js';
import { CUSTOMERS, plan } from './mishaps.js';
import { judge } from './oracle.js';
import { Proxy } from './proxy.js';
import { Server } from './server.js';

/** Nothing was heard for so long: it hangs. */
const SILENCE_MS = 60_000;

/**
 * @param {{ associations: number, tabs?: number, seed?: number, log?: (line: string) => void }} setup
 * @returns {Promise<{ problems: string[], figures: Record<string, number> }>}
 */
export async function runAssociations({ associations, tabs = 4, seed = 1, log = () => {} }) {
  const random = randomFrom(seed);
  const ledger = new Ledger({ associations, random: randomFrom(random.from(0, 2 ** 31)) });
  const fates = randomFrom(random.from(0, 2 ** 31));
  const start = performance.now();
  const site = await serveSite({ '/main.js': 'tests/faults/associations/page/main.js' });
  const server = await new Server().start();
  const proxy = await new Proxy({ upstream: () => server.port, site: Number(new URL(site.url).port), fate: () => fateFrom(fates) }).listen();
  const silence = new Silence();
  const browser = new Browser(
    () => proxy.url,
    (what, body) => {
      silence.break();
      return ledger.hear(what, body);
    },
  );
  proxy.addEventListener('passage', () => silence.break());
  try {
    const crowd = new Crowd({ tabs, browser, proxy, server, ledger, log });
    await silence.orDone(crowd.work(plan({ tabs, associations, random })));
    const worked = performance.now();
    proxy.calm();
    const tab = await browser.open({ customer: ledger.customer });
    for (const customer of CUSTOMERS) {
      log(`what is left of ${customer}`);
      await tab.call('login', { customer, out: false });
      await silence.orDone(tab.call('settle'));
    }
    // What was held back all the while must do nothing any more.
    await proxy.release();
    const inBrowser = [];
    for (const customer of CUSTOMERS) {
      await tab.call('login', { customer, out: true });
      inBrowser.push({ customer, ...(await tab.call('content')) });
    }
    await tab.call('close');
    tab.mourn();
    const problems = judge({ ledger, commits: await server.commits(), atServer: await server.services(), answers: proxy.answers, inBrowser });
    return { problems: [...problems, ...browser.problems], figures: figuresOf({ ledger, proxy, browser, crowd, start, worked }) };
  } finally {
    silence.end();
    await browser.close();
    await proxy.close();
    await server.stop();
    await site.close();
  }
}

/** Notices that nothing happens any more. */
class Silence {
  /** @type {(error: Error) => void} */
  #fail = () => {};
  #failed = new Promise((_resolve, reject) => (this.#fail = reject));
  #timer = setTimeout(() => this.#fail(new Error(`nothing has happened for ${SILENCE_MS / 1000} s`)), SILENCE_MS);

  constructor() {
    this.#failed.catch(() => {});
  }

  break() {
    this.#timer.refresh();
  }

  /** @template T @param {Promise<T>} work @returns {Promise<T>} */
  orDone(work) {
    return Promise.race([work, /** @type {Promise<never>} */ (this.#failed)]);
  }

  end() {
    clearTimeout(this.#timer);
  }
}
