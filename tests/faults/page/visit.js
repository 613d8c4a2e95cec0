// A visit: everything that a store does, in a fixed order, so that the nth point is the same in every run. It begins
// with a journal that has a checkpoint, a damaged file, and nearly as many logs as are merged.
import { memoryStorage } from 'anonymous-services';
import { createEngine, startEngine } from '../../../js/engine.js';
import { Services } from '../../../js/services.js';
import { compileFrom } from '../../../js/wasm/compile.js';

export const KEY = 'k';
const CUSTOMER = 'C-42';
const wasm = compileFrom('/engine.wasm');
/** Small, so that a checkpoint has several. */
const PIECE_BYTES = 16384;
/** So many logs follow the checkpoint: a few commits later they are merged. */
const LOGS = 29;

/** @param {object} options */
async function open(options) {
  const module = await wasm;
  const setup = { wasm: module, options: { piece_bytes: PIECE_BYTES } };
  const started = startEngine(setup);
  await started.engine; // none of it is a point of the visit
  return new Services(/** @type {any} */ (options), started, () => createEngine(setup));
}

/** @typedef {{ files: [number, Uint8Array][], markers: string[], lost: string }} Seed */

/** @returns {Promise<Seed>} */
export async function makeSeed() {
  const storage = memoryStorage();
  const services = await open({ name: 'seed', storage });
  await services.ready;
  const markers = [];
  const start = async (/** @type {string} */ marker, more = {}) => {
    markers.push(marker);
    await services.start({ contact_key: KEY, service_type: marker, ...more });
  };
  const { service_id } = await services.start({ contact_key: KEY, Filler: 'x'.repeat(120_000) });
  for (let i = 0; i < 32; ++i) await start(`old-${i}`, { Filler: 'x'.repeat(600) });
  await services.deleteService(service_id); // so much is void now that a checkpoint is due
  for (let i = 0; i < 4; ++i) await services.receipts(); // a step of compaction after each
  for (let i = 0; i < LOGS; ++i) await start(`seed-${i}`);
  await services.close();
  const files = [...storage.files].sort(([a], [b]) => a - b);
  // Kind 4 of core/journal/format.h.
  if (!files.some(([, bytes]) => bytes[5] === 4)) throw new Error('the seed has no checkpoint');
  // The first of the logs: it cannot be merged any more, but all after it can.
  const lost = 'seed-0';
  const [sequence, bytes] = files[files.length - LOGS];
  const damaged = bytes.slice();
  damaged[damaged.length - 3] ^= 1;
  files[files.length - LOGS] = [sequence, damaged];
  return { files, markers: markers.filter((marker) => marker !== lost), lost };
}

/**
 * What was asked for and what became of it.
 *
 * @typedef {object} Operation
 * @property {string} what
 * @property {'kept' | 'in memory' | 'rejected' | 'unknown'} outcome
 * @property {boolean} afterEviction
 * @property {boolean} afterFault  whether the fault had happened before it was asked for
 * @property {any} [error]
 * @property {number} [shown]  how many services of its name a query found right after it was refused
 * @property {(content: any) => number} count  how often it stands in what a store shows
 */

/** @param {any} content @param {string} marker */
const named = (content, marker) => content.services.filter((one) => one.service_type === marker);

/** One opening, with everything that it told. */
export class Opening {
  /** @type {Operation[]} */
  operations = [];
  /** @type {any[]} */
  events = [];
  /** It was in memory from the beginning, so that it knows nothing of what is on the disk. */
  blind = false;

  /** @param {string} name @param {{ hit: boolean }} run */
  static async of(name, run) {
    const opening = new Opening();
    opening.run = run;
    opening.services = await open({ name });
    for (const type of ['durability', 'evicted', 'damage']) {
      opening.services.addEventListener(type, (event) => opening.events.push([type, event.detail]));
    }
    await opening.services.ready;
    opening.blind = opening.services.durability === 'memory';
    return opening;
  }

  /**
   * @param {string} what
   * @param {() => Promise<any>} ask
   * @param {(content: any) => number} count
   */
  async ask(what, ask, count) {
    const afterFault = this.run.hit;
    const afterEviction = this.services.evicted;
    /** @type {Operation} */
    const operation = { what, outcome: 'kept', afterFault, afterEviction, count };
    this.operations.push(operation);
    try {
      const result = await ask();
      if (this.services.durability === 'memory') operation.outcome = 'in memory';
      return result;
    } catch (error) {
      operation.outcome = /not known/.test(error.message) ? 'unknown' : 'rejected';
      operation.error = error;
      const found = await this.services.queryAnonymous(KEY, { limit: 1000 }).catch(() => []);
      operation.shown = found.filter((one) => what === `start ${one.service_type}`).length;
      return undefined;
    }
  }

  start(marker, more = {}) {
    return this.ask(
      `start ${marker}`,
      () => this.services.start({ contact_key: KEY, service_type: marker, ...more }),
      (content) => named(content, marker).length,
    );
  }

  /** Gives compaction a turn. */
  look() {
    return this.ask('look', () => this.services.queryAnonymous(KEY), () => 1);
  }
}

/**
 * Answers with the opening, still open.
 *
 * @param {string} name
 * @param {{ hit: boolean }} run
 * @param {any} witness  which opens the store in another tab
 */
export async function visit(name, run, witness) {
  const first = await Opening.of(name, run);
  const { services } = first;
  const a = await first.start('a');
  const tab = await witness.openTab(name); // not before: it would repair the damaged file
  const [, c] = await Promise.all([first.start('b'), first.start('c'), first.start('d')]);
  if (a) {
    await first.ask(
      'state',
      () => services.startState(a.service_id, { state_type: 'address' }),
      (content) => named(content, 'a').flatMap((one) => one.active_states ?? []).length,
    );
  }
  await tab.start('other-1');
  await first.start('e'); // another tab was first
  await tab.start('other-2');
  await hint(name);
  await first.look();
  if (a) {
    await first.ask(
      'associate',
      () => services.associate({ customer_id: CUSTOMER, service_ids: [a.service_id] }),
      (content) => content.receipts.length,
    );
  }
  if (c) {
    await first.ask(
      'delete c',
      () => services.deleteService(c.service_id),
      (content) => (named(content, 'c').length === 0 ? 1 : 0),
    );
  }
  dispatchEvent(new Event('pagehide'));
  await first.start('leaving');
  await tab.start('other-3');
  await first.start('astray'); // sent off unchecked, and another tab was first
  dispatchEvent(new Event('pageshow'));
  for (let i = 0; i < 2; ++i) await first.look();
  await first.start('big', { Filler: 'y'.repeat(26_000) });
  for (let i = 0; i < 8; ++i) await first.look();
  await tab.close();
  return first;
}

/** Another tab says that it has committed. Resolves once the page has heard it. @param {string} name */
function hint(name) {
  const channel = `anonymous-services:${name}`;
  // The store's was made before this one, so it hears it first.
  const ear = new BroadcastChannel(channel);
  const mouth = new BroadcastChannel(channel);
  return new Promise((resolve) => {
    ear.onmessage = () => {
      ear.close();
      mouth.close();
      resolve(undefined);
    };
    mouth.postMessage(0);
  });
}
