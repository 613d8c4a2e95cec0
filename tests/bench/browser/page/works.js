// What is measured inside a page. Times are in ms, from the first call to the last answer; records are made before.
import { jsonBytes, service, services, someKeys } from '../records.js';
import { countWrites } from './writes.js';

/** @typedef {import('../contenders/contender.js').Contender} Contender */

/** As many at a time as fill a store; a multiple of six, so that a contact key's services are never apart. */
const BATCH = 6000;
/** As many starts in one frame; the same holds. */
const PER_FRAME = 48;
const LATE_FRAME_MS = 33;
/** No write for so long: compaction has come to rest. */
const QUIET_MS = 500;

/** @param {() => Promise<unknown>} work */
async function timed(work) {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** @param {number[]} values */
export const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

/** Fills an empty store. @param {Contender} contender @param {{ count: number }} options */
export async function fill(contender, { count }) {
  for (let from = 0; from < count; from += BATCH) await contender.start(services(from, Math.min(BATCH, count - from)));
}

/** Starts, each awaited. @param {Contender} contender @param {{ from: number, count: number }} options */
export async function starts(contender, { from, count }) {
  const list = services(from, count);
  return timed(async () => {
    for (const one of list) await contender.start([one]);
  });
}

/** Starts, all together. @param {Contender} contender @param {{ count: number }} options */
export async function together(contender, { count }) {
  const list = services(0, count);
  return timed(() => contender.start(list));
}

/**
 * Queries by contact key: each awaited, then others all together.
 *
 * @param {Contender} contender
 * @param {{ count: number, size: number }} options
 */
export async function queries(contender, { count, size }) {
  const keys = someKeys(2 * count, size);
  const [first, second] = [keys.filter((_, i) => i % 2 === 0), keys.filter((_, i) => i % 2 === 1)];
  /** @param {unknown[]} found */
  const hit = (found) => {
    if (found.length < 1 || found.length > 3) throw new Error(`a query found ${found.length} services`);
  };
  const awaited = await timed(async () => {
    for (const key of first) hit(await contender.query(key));
  });
  const issuedTogether = await timed(async () => {
    for (const found of await Promise.all(second.map((key) => contender.query(key)))) hit(found);
  });
  return { awaited, together: issuedTogether };
}

/**
 * Hand-overs of so many services of one visit.
 *
 * @param {Contender} contender
 * @param {{ from: number, count: number, repeats: number }} options
 */
export async function handOvers(contender, { from, count, repeats }) {
  const associations = [];
  const puts = [];
  for (let i = 0; i < repeats; ++i) {
    await contender.nextVisit?.();
    const list = services(from + i * (count + 6), count);
    await contender.start(list);
    associations.push(await timed(() => contender.associate(list, `C-${i}`)));
    const { strictPut } = contender;
    if (strictPut) puts.push(await timed(() => strictPut(service(from + i * (count + 6) + count))));
  }
  return { associate: median(associations), put: puts.length > 0 ? median(puts) : undefined };
}

/**
 * Bytes that are written while a store grows as an app would make it grow: in groups of 100, and a single start after
 * each.
 *
 * @param {Contender} contender
 * @param {{ total: number }} options
 */
export async function growth(contender, { total }) {
  const written = countWrites();
  let made = 0;
  let bytes = 0;
  /** @param {number} count */
  const more = async (count) => {
    const list = services(made, count);
    made += count;
    bytes += list.reduce((sum, one) => sum + jsonBytes(one), 0);
    await contender.start(list);
  };
  for (let group = true; made < total; group = !group) await more(group ? Math.min(100, total - made) : 1);
  for (let last = -1; last !== written.bytes;) {
    last = written.bytes;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
  }
  return { written: written.bytes, json: bytes, made };
}

/**
 * The time between frames while starts stream in, and while nothing does.
 *
 * @param {Contender} contender
 * @param {{ from: number, count: number }} options
 */
export async function frames(contender, { from, count }) {
  const rounds = Math.ceil(count / PER_FRAME);
  const batches = Array.from({ length: rounds }, (_, i) =>
    services(from + i * PER_FRAME, Math.min(PER_FRAME, count - i * PER_FRAME)),
  );
  const control = await intervals((frame) => frame < rounds);
  /** @type {Promise<unknown>[]} */
  const pending = [];
  let settled = 0;
  const streamed = await intervals((frame) => {
    const batch = batches[frame];
    if (batch) pending.push(contender.start(batch).then(() => ++settled));
    return frame < rounds || settled < rounds;
  });
  await Promise.all(pending);
  const late = (/** @type {number[]} */ list) => list.filter((ms) => ms > LATE_FRAME_MS).length;
  return {
    longest: Math.max(...streamed),
    late: late(streamed),
    frames: streamed.length,
    controlLongest: Math.max(...control),
    controlLate: late(control),
  };
}

/**
 * Works in each frame for as long as it is wanted.
 *
 * @param {(frame: number) => boolean} work
 * @returns {Promise<number[]>} ms
 */
function intervals(work) {
  return new Promise((resolve) => {
    /** @type {number[]} */
    const list = [];
    let last = NaN;
    /** @param {number} now */
    const frame = (now) => {
      if (!Number.isNaN(last)) list.push(now - last);
      last = now;
      if (work(list.length)) requestAnimationFrame(frame);
      else resolve(list);
    };
    requestAnimationFrame(frame);
  });
}
