// The works of the benchmark: which pages each loads in a round, and what it makes of what they say.
import { service, jsonBytes } from './records.js';

/**
 * @typedef {import('./session.js').Session} Session
 * @typedef {import('./contenders.js').Contestant} Contestant
 *
 * @typedef {object} Scale  how much of everything
 * @property {number[]} starting  services in the stores that W1 adds to
 * @property {number[]} opening  and in those that W4 opens
 * @property {number} large  services in the store of all other works
 * @property {number} starts  of W1, each awaited
 * @property {number} together  starts of W2
 * @property {number} queries  of W3
 * @property {number} streamed  starts of W8
 * @property {number} limit  seconds for one work of one contender
 *
 * @typedef {object} Turn  one contender's in one round
 * @property {Session} session
 * @property {Contestant} contestant
 * @property {number} round
 * @property {Scale} scale
 * @property {number} size
 * @property {(figure: string, unit: string, value: number, more?: Partial<import('../figures.mjs').Cell>) => void} tell
 *
 * @typedef {object} Work
 * @property {string} name
 * @property {string} title
 * @property {string} figure  the one that is missing where a contender cannot do the work
 * @property {string} unit
 * @property {boolean} [once]  the first round alone: the figure is a count
 * @property {boolean} [apart]  on a store of its own, not on those that are filled beforehand
 * @property {string[]} [only]  the only contenders of which it can be said
 * @property {(scale: Scale) => number[]} sizes  of the stores that it is measured on
 * @property {(turn: Turn) => Promise<void>} run
 */

/** Numbers of services that no store is filled with: each work and round has its own. */
const fresh = (/** @type {number} */ work, /** @type {number} */ round) => work * 1_200_000 + round * 60_000;

const HAND_OVERS = { count: 100, repeats: 9 };
/** So many times the limit for what takes long even where it is done well. */
const LONG = 2;
const GROWTH_LIMIT = 90;

const large = (/** @type {Scale} */ scale) => [scale.large];
/** Stores that a round makes anew, so that what earlier rounds added is not in them. */
const isSmall = (/** @type {Turn} */ { size, scale }) => size <= scale.together;

/** @param {Turn} turn @returns {Promise<string>} */
const storeOf = (turn) => turn.session.store(turn.contestant, turn.size, isSmall(turn) ? turn.round : 'all');

/** For W4, which adds nothing: the store that is there, or one that nobody has opened before. @param {Turn} turn */
const openedStore = (turn) =>
  turn.session.store(
    turn.contestant,
    turn.size,
    turn.size === 0 ? `open${turn.round}` : isSmall(turn) ? 'open' : 'all',
  );

/** @type {Work[]} */
export const WORKS = [
  // First, because what it makes is the store on which W1 and W8 go on.
  {
    name: 'W2',
    title: 'starts issued together, all durable',
    figure: 'together',
    unit: 'ms',
    sizes: () => [0],
    async run({ session, contestant, round, scale, tell }) {
      await session.making(contestant, scale.together, round, async (origin) => {
        tell('together', 'ms', await session.work(origin, 'together', { count: scale.together }, LONG * scale.limit));
      });
    },
  },
  {
    name: 'W1',
    title: 'durable starts, each awaited',
    figure: 'starts',
    unit: 'ms',
    sizes: ({ starting }) => starting,
    async run(turn) {
      const { session, round, scale, tell } = turn;
      const options = { from: fresh(1, round), count: scale.starts };
      tell('starts', 'ms', await session.work(await storeOf(turn), 'starts', options, scale.limit));
    },
  },
  {
    name: 'W3',
    title: 'queries by contact key in a store that was just opened',
    figure: 'each awaited',
    unit: 'ms',
    sizes: large,
    async run(turn) {
      const { session, size, scale, tell } = turn;
      const found = await session.work(await storeOf(turn), 'queries', { count: scale.queries, size }, scale.limit);
      tell('each awaited', 'ms', found.awaited);
      tell('issued together', 'ms', found.together);
    },
  },
  {
    name: 'W4',
    title: 'from the start of the navigation to the first answer, nothing cached',
    figure: 'to the first answer',
    unit: 'ms',
    sizes: ({ opening }) => opening,
    async run(turn) {
      const { session, contestant, round, size, scale, tell } = turn;
      const figure = 'to the first answer';
      if (contestant.name === 'ours') {
        const { ms } = await session.opened(`empty-${size}-${size === 0 ? round : 'all'}`, '/empty', scale.limit);
        tell(figure, 'ms', ms, { contender: 'empty' });
      }
      const { ms, longest } = await session.opened(
        await openedStore(turn),
        `/open?found=${size > 0 ? 1 : 0}`,
        scale.limit,
      );
      tell(figure, 'ms', ms, { base: { contender: 'empty', figure } });
      tell('longest task over 50 ms', 'ms', longest);
    },
  },
  {
    name: 'W4',
    title: 'the same, with every service in memory before the answer',
    figure: 'to the first answer, all in memory',
    unit: 'ms',
    sizes: large,
    async run(turn) {
      // Those that hold all in memory anyway have nothing more to load.
      const load = turn.contestant.holdsAll ? '' : '&load=all';
      const { ms } = await turn.session.opened(await openedStore(turn), `/open?found=1${load}`, turn.scale.limit);
      turn.tell('to the first answer, all in memory', 'ms', ms);
    },
  },
  {
    name: 'W5',
    title: '100 services of one visit are handed over, durable against a power cut',
    figure: 'hand-over',
    unit: 'ms',
    sizes: large,
    async run(turn) {
      const { session, round, scale, tell } = turn;
      const options = { from: fresh(2, round), ...HAND_OVERS };
      const { associate, put } = await session.work(await storeOf(turn), 'handOvers', options, scale.limit);
      tell('hand-over', 'ms', associate, { base: { contender: 'raw', figure: 'one strict put' } });
      if (put !== undefined) tell('one strict put', 'ms', put);
    },
  },
  {
    name: 'W6',
    title: 'bytes given to IndexedDB (or localStorage) for each byte of JSON, while a store grows',
    figure: 'written',
    unit: 'bytes',
    once: true,
    apart: true,
    sizes: large,
    async run({ session, contestant, size, tell }) {
      const { written, json } = await session.work(
        `${contestant.name}-growth`,
        'growth',
        { total: size },
        GROWTH_LIMIT,
      );
      tell('written', 'bytes', written / json);
    },
  },
  {
    name: 'W7',
    title: 'memory that the module has grown to, beyond the JSON: what it can hold, not what is in use',
    figure: 'for each service',
    unit: 'bytes',
    once: true,
    only: ['ours'],
    sizes: large,
    async run(turn) {
      const { session, contestant, size, scale, tell } = turn;
      const before = await session.call(`${contestant.name}-0-memory`, '/work', scale.limit, 'bench.open');
      const after = await session.call(await storeOf(turn), '/work', scale.limit, 'bench.open');
      const json = jsonBytes(service(size >> 1));
      tell('grown by', 'MiB', (after - before) / 2 ** 20);
      tell('for each service', 'bytes', (after - before) / size - json);
    },
  },
  {
    name: 'W8',
    title: 'frames while starts stream in, 48 in each frame, and without any',
    figure: 'longest frame',
    unit: 'ms',
    sizes: ({ together }) => [together],
    async run(turn) {
      const { session, round, scale, tell } = turn;
      const options = { from: fresh(3, round), count: scale.streamed };
      const frames = await session.work(await storeOf(turn), 'frames', options, scale.limit);
      tell('longest frame', 'ms', frames.longest);
      tell('longest frame without starts', 'ms', frames.controlLongest);
      tell('frames over 33 ms', 'frames', frames.late);
      tell('frames over 33 ms without starts', 'frames', frames.controlLate);
      tell('frames until all were durable', 'frames', frames.frames);
    },
  },
];
