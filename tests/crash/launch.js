// One launch of the browser as the test's server sees it: what its writers ask and tell, from the first hello until it
// is killed.
import { ENOUGH, fateFrom } from './fate.js';
import { THEN } from './golden.js';

const WRITERS = ['first', 'second', 'worker'];

/** Nothing was heard for so long: it hangs. */
const SILENCE_MS = 60_000;

export class Launch {
  /** What is wrong. @type {string[]} */
  problems = [];
  /** Whether a store was looked at. */
  checked = false;
  /** Steps of compaction that have begun and, for all that was heard, not ended. @type {Map<string, string>} */
  steps = new Map();
  begun = 0;
  /** The store is being opened; nobody writes yet. */
  opening = true;
  #killed = false;
  #setup;
  /** How many messages of each kind there were. @type {Record<string, number>} */
  #counts = {};
  #ready = gate();
  /** @type {{ writer: string, content: any, digest: string, answer: (answer: object) => void }[]} */
  #opened = [];
  /** How far a migration was when the launch before was killed. @type {'before' | 'between' | undefined} */
  halfway;
  /** What the browser said of databases that it threw away. @type {string | undefined} */
  loss;
  /** @type {NodeJS.Timeout | undefined} */
  #timer;
  /** @type {import('./fate.js').Fate | undefined} */
  #fate;

  /**
   * @param {object} setup
   * @param {number} setup.number
   * @param {import('./stage.js').Stage} setup.stage  the store, and what it must hold
   * @param {() => import('./stage.js').Stage} setup.next  the store after this one, once it is over
   * @param {boolean} setup.last  it is only looked at
   * @param {import('./chromium.js').Chromium} setup.browser
   * @param {import('../tabs/random.js').Random} setup.random
   */
  constructor(setup) {
    this.#setup = setup;
    const { stage, last, random } = setup;
    if (!last && !stage.over) this.#fate = fateFrom(random, stage.migrates);
    this.#listen();
  }

  /** The store that it is at. */
  get stage() {
    return this.#setup.stage;
  }

  /** How many operations were acknowledged. */
  get heard() {
    return this.#counts.acknowledged ?? 0;
  }

  /** The browser has ended, by itself or not. @returns {string[]} what is wrong */
  close() {
    if (!this.#killed) this.#trouble('the browser ended by itself');
    return this.problems;
  }

  /** @param {string} path @param {any} body @returns {unknown} */
  hear(path, body) {
    const { stage, number } = this.#setup;
    // What was on its way when the browser was killed had happened.
    if (path === '/acknowledged') this.#trouble(stage.ledger.acknowledge(body.number, body.value));
    if (body.launch !== number || this.#killed) return undefined;
    this.#listen();
    const what = path.slice(1);
    const count = (this.#counts[what] = (this.#counts[what] ?? 0) + 1);
    const answer = this.#answer(what, body);
    const fate = this.#fate;
    if (fate && ((fate.what === what && fate.count === count) || (what === 'acknowledged' && count === ENOUGH))) {
      if (fate.stop) this.#setup.browser.stop();
      if (fate.delay === 0) this.#end();
      else setTimeout(() => this.#end(), fate.delay);
    }
    return answer;
  }

  /** @param {string} what @param {any} body @returns {unknown} */
  #answer(what, body) {
    const { stage, random } = this.#setup;
    switch (what) {
      case 'hello':
        return this.#hello(body);
      case 'ready':
        // The browser threw the site's databases away, all of them: nothing that a store could have done.
        if (body.loss !== undefined && stage.killed > 0) {
          this.loss = body.loss;
          stage.giveUp();
        }
        this.halfway ??= stage.look(body.raw, stage.seeded);
        stage.seeded = true;
        this.#ready.open();
        if (body.raw.some(({ name }) => name.startsWith('damaged'))) this.#trouble('a damaged file was set aside');
        return undefined;
      case 'opened':
        return new Promise((answer) => {
          this.#opened.push({ ...body, answer });
          if (this.#opened.length === WRITERS.length) this.#check();
        });
      case 'next':
        stage.ledger.release(body.marks);
        return stage.workload.next();
      case 'began':
        ++this.begun;
        this.steps.set(`${body.writer} ${body.step}`, body.kind);
        return undefined;
      case 'ended':
        this.steps.delete(`${body.writer} ${body.step}`);
        return undefined;
      case 'trouble':
        this.#trouble(body.what);
        return undefined;
      default:
        return undefined;
    }
  }

  async #hello({ writer }) {
    const { stage, random } = this.#setup;
    const common = { store: stage.name, durability: random.pick(['relaxed', 'strict']), behind: Date.now() - THEN };
    if (writer === 'first') return { ...common, files: stage.seeded ? undefined : stage.golden?.files };
    await this.#ready.opened;
    return common;
  }

  /** All have opened it. */
  #check() {
    const { stage, next, last, random } = this.#setup;
    const opened = this.#opened.splice(0);
    if (new Set(opened.map(({ digest }) => digest)).size > 1) this.#trouble(`the digests differ: ${opened.map(({ writer, digest }) => `${writer} ${digest}`)}`);
    if (this.loss === undefined) {
      for (const problem of stage.ledger.settle(opened[0].content)) this.#trouble(problem);
      this.checked = true;
    }
    if (last) {
      this.#end();
      return;
    }
    const { over } = stage;
    if (over) {
      const following = next();
      this.#setup = { ...this.#setup, stage: following };
      this.#fate = fateFrom(random, following.migrates);
      this.#ready = gate();
      this.#counts = {};
    } else {
      this.opening = false;
    }
    for (const { answer } of opened) answer({ over });
  }

  /** @param {string | undefined} problem */
  #trouble(problem) {
    if (problem === undefined) return;
    this.problems.push(problem);
    this.#end();
  }

  #listen() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#trouble(`nothing was heard for ${SILENCE_MS} ms`), SILENCE_MS);
  }

  #end() {
    if (this.#killed) return;
    this.#killed = true;
    clearTimeout(this.#timer);
    this.#setup.browser.kill();
  }
}

function gate() {
  let open = () => {};
  const opened = new Promise((resolve) => (open = () => resolve(undefined)));
  return { open, opened };
}
