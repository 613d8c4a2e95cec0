// Runs the works: round by round, in each every work, in each every contender, so that what changes on the machine
// meanwhile meets all of them.
import { Figures } from '../figures.mjs';
import { DoesNotFit, Over, Session } from './session.js';
import { WORKS } from './works.js';

/** As much as in the issue of each figure. @type {import('./works.js').Scale} */
export const FULL = {
  starting: [0, 10_000, 100_000],
  opening: [0, 1_000, 100_000],
  large: 100_000,
  starts: 1_000,
  together: 10_000,
  queries: 1_000,
  streamed: 5_000,
  limit: 10,
};

/** As little as shows that everything works. @type {import('./works.js').Scale} */
export const QUICK = {
  starting: [0, 600],
  opening: [0, 600],
  large: 600,
  starts: 20,
  together: 120,
  queries: 20,
  streamed: 480,
  limit: 60,
};

/** Seconds for the small check that comes first. */
const CHECK_LIMIT = 120;

/**
 * @param {import('./works.js').Scale} scale
 * @param {object} options
 * @param {number} options.rounds
 * @param {import('./contenders.js').Contestant[]} options.contenders
 * @param {string[]} [options.only]  names of works
 * @param {(line: string) => void} [options.progress]
 * @returns {Promise<{ chromium: string, results: import('../figures.mjs').Result[], failures: string[] }>}
 */
export async function runRounds(scale, { rounds, contenders, only, progress = () => {} }) {
  const session = await Session.start();
  const figures = new Figures();
  const works = WORKS.filter(({ name }) => only?.includes(name) ?? true);
  /** What a contender could not do once it is not asked for again. */
  const givenUp = new Set();
  /** @type {string[]} */
  const failures = [];

  /** @param {import('./works.js').Work} work @param {import('./works.js').Turn} turn */
  const take = async (work, turn) => {
    const about = { work: work.name, size: turn.size, contender: turn.contestant.name };
    const key = JSON.stringify([about, work.figure]);
    if (givenUp.has(key)) return;
    const start = Date.now();
    let outcome = '';
    try {
      await work.run(turn);
    } catch (error) {
      givenUp.add(key);
      outcome = error instanceof Over || error instanceof DoesNotFit ? error.message : 'failed';
      figures.miss({ ...about, figure: work.figure, unit: work.unit }, outcome);
      if (outcome === 'failed') failures.push(`${work.name} ${turn.contestant.name} at ${turn.size}: ${error}`);
    }
    const seconds = ((Date.now() - start) / 1000).toFixed(1);
    progress(`round ${turn.round + 1}  ${work.name}  ${about.contender} at ${turn.size}: ${seconds} s ${outcome}`);
  };

  try {
    for (const contestant of contenders) await session.check(contestant, CHECK_LIMIT);
    if (
      scale.large > scale.together &&
      works.some(({ apart, sizes }) => !apart && sizes(scale).includes(scale.large))
    ) {
      // Before all rounds, so that no measurement follows right upon so many writes.
      for (const contestant of contenders) {
        progress(`filling ${contestant.name}`);
        await session.store(contestant, scale.large).catch(() => {}); // told where the store is needed
      }
    }
    for (let round = 0; round < rounds; ++round) {
      for (const work of works.filter(({ once }) => !once || round === 0)) {
        for (const size of work.sizes(scale)) {
          for (const contestant of contenders.filter(({ name }) => work.only?.includes(name) ?? true)) {
            await take(work, {
              session,
              contestant,
              round,
              scale,
              size,
              tell: (figure, unit, value, more) =>
                figures.add({ work: work.name, figure, unit, size, contender: contestant.name, ...more }, value),
            });
          }
        }
      }
    }
    return { chromium: await session.version(), results: figures.results(), failures };
  } finally {
    await session.close();
  }
}
