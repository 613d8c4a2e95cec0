// Runs a visit with one fault in it and says what is wrong afterwards. Nothing in here knows what the store did about
// the fault, only what has to be true whatever it did.
import { ServicesError } from '../../../js/errors.js';
import { really } from './clock.js';
import * as shim from './shim.js';
import { Opening, makeSeed, visit } from './visit.js';
import { contentOf, pathOf } from './witness.js';

/** What hangs for so long, in ms, hangs for ever: nothing in here waits for time to pass. */
const HANGS_MS = 20_000;
const CODES = new Set(['storage_failed', 'storage_blocked', 'quota_exceeded']);
const OTHERS = ['other-1', 'other-2', 'other-3'];

/** @type {Promise<import('./visit.js').Seed> | undefined} */
let seeded;
let stores = 0;

/**
 * @param {any} witness  the other page's
 * @param {string[]} background  what was thrown where nobody catches it
 * @param {number} [at]
 * @param {string} [fault]
 */
export async function attempt(witness, background, at = -1, fault = '') {
  seeded ??= makeSeed();
  const seed = await seeded;
  const name = `s${++stores}`;
  await witness.write(name, seed.files);
  const run = shim.begin({ database: pathOf(name), at, fault, deleteElsewhere: () => witness.deleteDatabase(name) });
  background.length = 0;
  /** @type {string[]} */
  const problems = [];
  let stage = 'visit';
  const told = (/** @type {string} */ next) => (stage = next);
  let hasEnded = false;
  const hang = really(HANGS_MS).then(() => void (hasEnded || problems.push(`hangs in: ${stage}`)));
  const work = wholeRun(name, seed, run, witness, problems, told).catch((error) => {
    problems.push(`threw in ${stage}: ${error?.stack ?? error}`);
  });
  await Promise.race([work, hang]);
  hasEnded = true;
  shim.end();
  problems.push(...background.splice(0));
  return { points: run.points, hit: run.hit, problems };
}

/**
 * @param {string} name
 * @param {import('./visit.js').Seed} seed
 * @param {shim.Run} run
 * @param {any} witness
 * @param {string[]} problems
 * @param {(stage: string) => unknown} told
 */
async function wholeRun(name, seed, run, witness, problems, told) {
  const check = (/** @type {boolean} */ condition, /** @type {string} */ otherwise) => void (condition || problems.push(otherwise));
  const first = await visit(name, run, witness);
  told('the operation after the visit');
  const early = run.hit;
  if (run.deletion) {
    await run.deletion;
    await first.look();
  }
  await first.start('probe');
  await first.look();
  const judged = new Judge(first, seed, run, check);
  const { services } = first;
  const view = await twice(() => contentOf(services));
  const digest = services.digest();
  const { durability } = services;
  told('close');
  await services.close();
  told('reading the disk');
  const disk = await witness.read(name);
  judged.outcomes();
  judged.content('memory', view, durability === 'memory');
  if (durability === 'memory') judged.fellBack();
  else check(digest === disk.digest || (run.deletion !== undefined && !early), 'memory is not as the disk is');
  judged.content('the disk', disk, false);
  if (run.deletion && early && durability !== 'memory') {
    check(first.events.some(([type]) => type === 'evicted'), 'the store was deleted, and nothing told of it');
  }
  told('the second opening');
  const second = await Opening.of(name, run);
  await second.start('later');
  await second.look();
  const seen = await twice(() => contentOf(second.services));
  const last = { digest: second.services.digest(), durability: second.services.durability };
  await second.services.close();
  told('reading the disk again');
  await run.deletion;
  const after = await witness.read(name);
  const judgedAgain = new Judge(second, seed, run, check, first.operations);
  judgedAgain.outcomes();
  judgedAgain.content('memory of the second opening', seen, last.durability === 'memory');
  if (last.durability === 'memory') judgedAgain.fellBack();
  else check(last.digest === after.digest || run.deletion !== undefined, 'memory of the second opening is not as the disk is');
  judgedAgain.content('the disk after the second opening', after, false);
}

/** One fault is in a run, so it cannot happen again. @template T @param {() => Promise<T>} work @returns {Promise<T>} */
const twice = (work) => work().catch(work);

class Judge {
  /**
   * @param {Opening} opening
   * @param {import('./visit.js').Seed} seed
   * @param {shim.Run} run
   * @param {(condition: boolean, otherwise: string) => void} check
   * @param {import('./visit.js').Operation[]} [earlier]  of an opening before
   */
  constructor(opening, seed, run, check, earlier = []) {
    this.opening = opening;
    this.seed = seed;
    this.run = run;
    this.check = check;
    this.earlier = earlier;
  }

  /** Whoever was refused was told why, and only what the fault is a reason for was refused. */
  outcomes() {
    const { fault } = this.run;
    for (const { what, outcome, error, shown, afterFault } of this.opening.operations) {
      if (error === undefined) continue;
      const { code, cause } = error;
      const why = `${what} was refused: ${code}: ${error.message} (cause: ${cause?.name})`;
      if (this.run.deletion && code === 'not_found') continue; // what it was about is gone
      this.check(error instanceof ServicesError && CODES.has(code), `${why}, which is no reason`);
      // A commit that broke off, of a page that others had overtaken: what they have above it might have been made of it.
      const point = this.run.points[this.run.at];
      const isLost = outcome === 'unknown' && point === 'commit' && what === 'start astray';
      this.check(outcome !== 'unknown' || point === 'complete' || isLost, `${why}, but it is known`);
      this.check(!afterFault, `${why}, although the fault was over when it was asked for`);
      this.check(outcome !== 'rejected' || shown === 0, `${why}, and was shown right after`);
      const isQuota = fault.endsWith('QuotaExceededError');
      const isSilence = ['silent', 'late', 'stuck'].includes(fault);
      this.check(isQuota || isSilence || isLost, `${why}, although it could have been tried again`);
      if (isQuota) this.check(code === 'quota_exceeded' && cause?.name === 'QuotaExceededError', `${why}, without the real reason`);
    }
  }

  /** @param {string} where @param {any} content @param {boolean} own  the memory of a store that goes on in it */
  content(where, content, own) {
    const gone = this.run.deletion !== undefined;
    for (const marker of own && this.opening.blind ? [] : this.seed.markers) {
      const count = content.services.filter((one) => one.service_type === marker).length;
      if (count !== 1 && !(gone && count === 0)) {
        this.check(false, `${where} has ${marker} ${count} times`);
        break; // one of them tells enough
      }
    }
    this.check(!content.services.some((one) => one.service_type === this.seed.lost), `${where} has what was damaged`);
    for (const marker of own ? [] : OTHERS) {
      const count = content.services.filter((one) => one.service_type === marker).length;
      this.check(count === 1 || (gone && count === 0), `${where} has ${marker} of the other tab ${count} times`);
    }
    this.operations(where, content, own, this.opening.operations);
    if (!own || !this.opening.blind) this.operations(where, content, false, this.earlier);
  }

  /** @param {string} where @param {any} content @param {boolean} own @param {import('./visit.js').Operation[]} operations */
  operations(where, content, own, operations) {
    const deletes = operations.find(({ what }) => what === 'delete c');
    for (const { what, outcome, count, afterEviction } of operations) {
      const times = count(content);
      let expected = outcome === 'kept' || (outcome === 'in memory' && own) ? [1] : outcome === 'rejected' ? [0] : [0, 1];
      if (what === 'look') continue;
      if (what === 'start c' && deletes && deletes.outcome !== 'rejected') expected = outcome === 'rejected' ? [0] : [0, 1];
      if (what === 'delete c' && outcome === 'rejected') expected = [0];
      if (this.run.deletion && (!afterEviction || what === 'delete c')) expected = [0, 1];
      this.check(expected.includes(times), `${where} has "${what}", which was ${outcome}, ${times} times`);
    }
  }

  fellBack() {
    const event = this.opening.events.find(([type]) => type === 'durability');
    this.check(event?.[1].reason instanceof ServicesError, 'the store went on in memory and did not tell why');
    const { fault, points, at } = this.run;
    // A connection that was refused or never came; and in the middle of opening, a silence or the want of space.
    const isReason = points[at] === 'open' || (this.opening.blind && /^(silent|late|stuck)$|Quota/.test(fault));
    this.check(isReason, `${fault} ended in memory`);
  }
}
