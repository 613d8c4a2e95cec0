// A store for some kills, then the next one: what is written into it before, what it must hold, who adds to it.
import { golden } from './golden.js';
import { Ledger } from './ledger.js';
import { Workload } from './workload.js';

/** Small values: checkpoints come often, or where much is in the store already, merges do. */
const SMALL = { size: 100, most: 40 };
/** Large ones: a checkpoint has several pieces. */
const LARGE = { size: 8000, most: 120 };

const EMPTY = { services: [], receipts: [] };
const OLD_VERSION = 1;
/** Kind of a file: a piece of a checkpoint (core/journal/format.h). */
const PIECE = 4;

export class Stage {
  /** @type {import('./golden.js').Golden | undefined} */
  golden;
  /** Whether the golden files are there. */
  seeded;
  /** How often it was killed. */
  killed = 0;
  /** The migration was not over when it was looked at last. */
  #old = true;

  /**
   * @param {object} setup
   * @param {string} setup.name
   * @param {number} setup.kills  how many it is for
   * @param {{ size: number, most: number }} setup.measure
   * @param {import('./golden.js').Golden} [setup.golden]
   * @param {import('../tabs/random.js').Random} setup.random
   */
  constructor({ name, kills, measure, golden: given, random }) {
    this.name = name;
    this.kills = kills;
    this.golden = given;
    this.seeded = given === undefined;
    this.ledger = new Ledger(given?.content ?? EMPTY);
    this.workload = new Workload(this.ledger, random, measure);
  }

  /** It has old files yet, or will have. */
  get migrates() {
    return this.golden !== undefined && this.#old;
  }

  get over() {
    return this.killed >= this.kills;
  }

  /** What it held is lost, and not by its own fault. */
  giveUp() {
    this.kills = 0;
  }

  /**
   * The files as they lie there before anybody opens it.
   *
   * @param {{ name: string, version: number, kind: number }[]} files
   * @param {boolean} opened  whether anybody could have opened it
   * @returns {'before' | 'between' | undefined} how far a migration is that is not over
   */
  look(files, opened) {
    this.#old = files.some(({ version }) => version === OLD_VERSION);
    if (!this.#old || !opened) return undefined;
    return files.some(({ kind }) => kind === PIECE) ? 'between' : 'before';
  }
}

/** Every other one is to be migrated. @param {import('../tabs/random.js').Random} random @returns {Promise<() => Stage>} */
export async function stagesFrom(random) {
  const few = [await golden('log', false), await golden('snapshot', false)];
  const much = [await golden('log', true), await golden('snapshot', true)];
  let count = 0;
  const next = (/** @type {number} */ kills, /** @type {object} */ more) => new Stage({ name: `crash-${count}`, kills, measure: SMALL, random, ...more });
  return () => {
    switch (++count % 4) {
      case 1:
        return next(random.from(4, 6), {});
      case 2:
        return next(random.from(4, 8), { golden: random.pick(much) });
      case 3:
        return next(random.from(4, 6), { measure: LARGE });
      default:
        return next(random.from(2, 3), { golden: random.pick(few) });
    }
  };
}
