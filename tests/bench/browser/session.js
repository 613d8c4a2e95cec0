// One browser, in which each contender has a store of its own for each size, filled once; and pages on them that are
// given a time limit.
import { rmSync } from 'node:fs';
import { launch, watch } from '../../browser/chromium.js';
import { serveBench } from './server.js';

/** A contender took longer than it was given. */
export class Over extends Error {
  /** @param {number} seconds @param {string} [what] */
  constructor(seconds, what = '') {
    super(`over ${seconds} s${what}`);
  }
}

/** A contender's storage cannot hold what it was given. */
export class DoesNotFit extends Error {
  constructor() {
    super('does not fit');
  }
}

/** A store that cannot be filled keeps nobody waiting for longer than this, in seconds. */
const FILL_LIMIT = 180;

/** @typedef {import('./contenders.js').Contestant} Contestant */

export class Session {
  #context;
  #profile;
  #site;
  /** Origins, and what became of filling each. @type {Map<string, Promise<void>>} */
  #filled = new Map();

  static async start() {
    const site = await serveBench();
    const { context, profile } = await launch();
    return new Session(context, profile, site);
  }

  /**
   * @param {import('playwright-core').BrowserContext} context
   * @param {string} profile
   * @param {Awaited<ReturnType<typeof serveBench>>} site
   */
  constructor(context, profile, site) {
    this.#context = context;
    this.#profile = profile;
    this.#site = site;
  }

  /** The browser's own name for its version. */
  async version() {
    const page = await this.#context.newPage();
    const agent = await page.evaluate(() => navigator.userAgent);
    await page.close();
    return /Chrome\/([\d.]+)/.exec(agent)?.[1] ?? agent;
  }

  async close() {
    await this.#context.close();
    await this.#site.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }

  /**
   * The origin of a contender's store that holds so many services.
   *
   * @param {Contestant} contestant
   * @param {number} size
   * @param {string | number} [copy]  of several that begin alike
   */
  async store({ name }, size, copy = 'all') {
    const origin = `${name}-${size}-${copy}`;
    if (size > 0) {
      const known = this.#filled.get(origin) ?? this.#fill(origin, size);
      this.#filled.set(origin, known);
      await known;
    }
    return origin;
  }

  /** @param {string} origin @param {number} size */
  async #fill(origin, size) {
    try {
      await this.work(origin, 'fill', { count: size }, FILL_LIMIT);
    } catch (error) {
      throw error instanceof Over ? new Over(FILL_LIMIT, ' to fill') : error;
    }
  }

  /**
   * A new origin, which holds what `store` would fill it with once `work` is done.
   *
   * @param {Contestant} contestant
   * @param {number} size
   * @param {string | number} copy
   * @param {(origin: string) => Promise<void>} work
   */
  async making({ name }, size, copy, work) {
    const origin = `${name}-${size}-${copy}`;
    const done = work(origin);
    this.#filled.set(origin, done);
    await done;
  }

  /**
   * Loads a page on an origin, opens the store, runs one work and closes the page.
   *
   * @param {string} origin
   * @param {string} work  of page/works.js or page/check.js
   * @param {object} options
   * @param {number} limit  seconds for the opening, and again for the work
   * @returns {Promise<any>}
   */
  work(origin, work, options, limit) {
    return this.#page(origin, '/work', limit, async (page) => {
      await ask(page, limit, 'bench.open');
      return ask(page, limit, 'bench.run', work, options);
    });
  }

  /**
   * Whether a contender does what it is to do, each step in a page of its own; throws where not.
   *
   * @param {Contestant} contestant
   * @param {number} limit
   */
  async check({ name }, limit) {
    for (const step of ['startAndFind', 'findAndHandOver']) await this.work(`${name}-check`, step, {}, limit);
  }

  /**
   * Loads a page on an origin, calls one of its functions and closes it.
   *
   * @param {string} origin
   * @param {string} path
   * @param {number} limit  seconds
   * @param {string} name  `object.function` of its global object
   * @param {...unknown} args
   * @returns {Promise<any>} what the function answers
   */
  call(origin, path, limit, name, ...args) {
    return this.#page(origin, path, limit, (page) => ask(page, limit, name, ...args));
  }

  /**
   * Loads a page that opens its store by itself.
   *
   * @param {string} origin
   * @param {string} path
   * @param {number} limit
   * @returns {Promise<{ ms: number, longest: number }>}
   */
  opened(origin, path, limit) {
    // @ts-ignore: the page has it
    return this.#page(origin, path, limit, (page) =>
      within(
        limit,
        page.evaluate(() => globalThis.opened),
      ),
    );
  }

  /**
   * @template T
   * @param {string} origin
   * @param {string} path
   * @param {number} limit
   * @param {(page: import('playwright-core').Page) => Promise<T>} use
   */
  async #page(origin, path, limit, use) {
    const page = await this.#context.newPage();
    const problems = watch(page);
    try {
      // The first navigation to a site starts a process; the second is the one that a visitor makes.
      await page.goto(this.#site.url(origin, '/blank'));
      await page.goto(this.#site.url(origin, path), { timeout: limit * 1000 });
      return await use(page);
    } catch (error) {
      if (/quota/i.test(String(error))) throw new DoesNotFit();
      if (!(error instanceof Over) && problems.length > 0)
        throw new Error(`${origin}: ${problems.join('\n')}`, { cause: error });
      throw error;
    } finally {
      await page.close();
    }
  }
}

/**
 * Calls a function of a page once it says that it is ready.
 *
 * @param {import('playwright-core').Page} page
 * @param {number} limit
 * @param {string} name
 * @param {...unknown} args
 */
async function ask(page, limit, name, ...args) {
  await page.waitForSelector('body[data-ready]', { state: 'attached' });
  const answer = page.evaluate(([path, values]) => {
    const [object, method] = path.split('.');
    return /** @type {any} */ (globalThis)[object][method](...values);
  }, /** @type {[string, unknown[]]} */ ([name, args]));
  return within(limit, answer);
}

/** @template T @param {number} seconds @param {Promise<T>} work @returns {Promise<T>} */
async function within(seconds, work) {
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Over(seconds)), seconds * 1000);
  });
  work.catch(() => {}); // it ends with its page
  try {
    return await Promise.race([work, /** @type {Promise<never>} */ (late)]);
  } finally {
    clearTimeout(timer);
  }
}
