// Many tabs on one store, killed and frozen on the way: what they saw must be explained by one order of operations.
import { launch } from '../browser/chromium.js';
import { serveSite } from '../browser/site.js';
import { plan } from './chaos.js';
import { check } from './checker.js';
import { History } from './history.js';
import { CONTRACT_ERRORS } from './model.js';
import { randomFrom } from './random.js';
import { RemoteTab } from './remote.js';
import { Workload } from './workload.js';

const STORE = 'tabs';
const LANES = 4;

/**
 * @typedef {object} Outcome
 * @property {import('./history.js').Operation[]} history
 * @property {import('./checker.js').Verdict} verdict
 * @property {Record<string, string>} digests  of each surviving tab, and of a page that opened the store at the end
 * @property {string[]} problems  what pages reported: uncaught errors, violations of their policy
 * @property {Record<string, number>} figures
 */

/**
 * @param {{ tabs: number, ops: number, seed?: number, planted?: string, log?: (line: string) => void }} setup
 *   `planted`: a bug of page/planted.js
 * @returns {Promise<Outcome>}
 */
export async function runTabs({ tabs, ops, seed = 1, planted, log = () => {} }) {
  const random = randomFrom(seed);
  const workload = new Workload({ ops, random: randomFrom(random.from(0, 2 ** 31)) });
  const history = new History();
  const site = await serveSite({ '/page.js': 'tests/tabs/page/page.js', '/worker.js': 'tests/tabs/page/worker.js' }, ticks(history, workload));
  const { context } = await launch();
  try {
    const crowd = new Crowd({ tabs, context, url: site.url, history, random, planted, log });
    const survivors = await crowd.work(plan({ tabs, ops, random }));
    /** @type {Record<string, string>} */
    const digests = {};
    const readAll = async (/** @type {RemoteTab} */ tab) => {
      digests[tab.client] = await tab.call('readAll', workload.services);
    };
    await Promise.all(survivors.map(readAll));
    const last = await crowd.open('page', 'reopened');
    await readAll(last);
    const verdict = check(history.operations);
    const answered = history.operations.filter(({ returned }) => returned !== null);
    const failed = answered.filter(({ result }) => result && 'error' in result && !CONTRACT_ERRORS.includes(result.error));
    return {
      history: history.operations,
      verdict,
      digests,
      problems: crowd.tabs.flatMap((tab) => tab.problems),
      figures: {
        operations: history.operations.length,
        answered: answered.length,
        unanswered: history.operations.length - answered.length,
        failed: failed.length,
        killed: crowd.tabs.filter((tab) => tab.dead).length,
        frozen: crowd.frozen,
        services: workload.services.length,
        'longest check in ms': Math.round(verdict.longest),
      },
    };
  } finally {
    await context.close();
    await site.close();
  }
}

/**
 * The counter that all tabs are ordered by. `/tick/invoke` with `{ client, call? }` answers `{ number, call }`: of the
 * call given or else of the workload's next one; nothing if there are no more. `/tick/answer` takes `{ number, result }`.
 *
 * @param {History} history
 * @param {Workload} workload
 */
function ticks(history, workload) {
  /** @type {Record<string, (body: any) => unknown>} */
  const routes = {
    '/tick/invoke'({ client, call = workload.next() }) {
      return call && { number: history.invoke(client, call), call };
    },
    '/tick/answer'({ number, result }) {
      workload.answered(history.answer(number, result), result);
    },
  };
  return (/** @type {string} */ path, /** @type {any} */ body) => routes[path](body);
}

/** The tabs, each in a slot: where one is killed, another takes its place. */
class Crowd {
  /** Every tab there ever was. @type {RemoteTab[]} */
  tabs = [];
  frozen = 0;
  /** The tab in each slot. @type {RemoteTab[]} */
  #slots = [];
  #setup;

  /**
   * @param {object} setup
   * @param {number} setup.tabs
   * @param {import('playwright-core').BrowserContext} setup.context
   * @param {string} setup.url
   * @param {History} setup.history
   * @param {import('./random.js').Random} setup.random
   * @param {string} [setup.planted]
   * @param {(line: string) => void} setup.log
   */
  constructor(setup) {
    this.#setup = setup;
  }

  /** @param {'page' | 'worker'} kind @param {string} client @param {number} [slot] */
  async open(kind, client, slot) {
    const { context, url, history, planted } = this.#setup;
    const tab = new RemoteTab(await context.newPage(), { kind, client, doom: (name) => history.doom(name) });
    this.tabs.push(tab);
    if (slot !== undefined) this.#slots[slot] = tab;
    await tab.open(url, { store: STORE, planted });
    return tab;
  }

  /** Works until the server has no more operations. @param {import('./chaos.js').Mishap[]} mishaps @returns {Promise<RemoteTab[]>} who is left */
  async work(mishaps) {
    const { history, tabs } = this.#setup;
    const coming = [...mishaps];
    /** @type {{ until: number, thaw: () => Promise<void> }[]} */
    let cold = [];
    /** @type {Promise<void>[]} */
    const happening = [];
    history.addEventListener('operation', () => {
      const count = history.operations.length;
      while (coming.length > 0 && coming[0].at <= count) {
        const mishap = /** @type {import('./chaos.js').Mishap} */ (coming.shift());
        const tab = this.#victim(mishap.slot);
        if (tab === undefined) continue;
        this.#setup.log(`${count}: ${mishap.what} ${tab.client}`);
        if (mishap.what !== 'freeze') {
          happening.push(tab.kill(mishap.what));
        } else if (!tab.frozen) {
          ++this.frozen;
          const frozen = tab.freeze();
          happening.push(frozen);
          cold.push({ until: mishap.until ?? 0, thaw: () => frozen.then(() => tab.thaw(mishap.shown === true)) });
        }
      }
      happening.push(...cold.filter(({ until }) => until <= count).map(({ thaw }) => thaw()));
      cold = cold.filter(({ until }) => until > count);
    });
    const survivors = await Promise.all(Array.from({ length: tabs }, (_, slot) => this.#keep(slot)));
    await Promise.all(happening);
    return survivors;
  }

  /** Keeps a slot filled until the work is done. Every other one has workers. @param {number} slot @returns {Promise<RemoteTab>} who is left */
  async #keep(slot) {
    for (let generation = 0; ; ++generation) {
      const kind = slot % 2 === 0 ? 'page' : 'worker';
      const tab = await this.open(kind, `${kind}-${slot}.${generation}`, slot);
      await tab.call('work', this.#setup.random.from(1, LANES));
      if (!tab.dead) return tab;
    }
  }

  /** @param {number} slot @returns {RemoteTab | undefined} */
  #victim(slot) {
    const { length } = this.#slots;
    for (let i = 0; i < length; ++i) {
      const tab = this.#slots[(slot + i) % length];
      if (tab && !tab.dead) return tab;
    }
    return undefined;
  }
}
