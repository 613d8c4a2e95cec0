// Power cuts at random moments: what was acknowledged as strict is there when the power is back, and what was not is
// whole or harmless.
import { expect, test } from '@jest/globals';
import { directoryStorage } from '../../js/storage/directory.js';
import { Disk } from './disk.js';
import { numbersFrom } from './suite.js';

const CUTS = 1500;
const FOLDER = '/store';

/** What a call is answered once the power is gone: nothing, so nothing is acknowledged any more. */
const never = new Promise(() => {});

/**
 * Works on a store until its disk has taken `calls` calls. Answers what must be there, and what the operation under
 * way may have changed of it.
 *
 * @param {(below: number) => number} next
 * @param {number} calls
 */
async function workUntilCut(next, calls) {
  let left = calls;
  let cut = () => {};
  const power = new Promise((resolve) => (cut = () => resolve('cut')));
  const disk = new Disk(() => {
    if (--left > 0) return undefined;
    cut();
    return never;
  });
  /** Every file there ever was under a number. @type {Map<number, Set<string>>} */
  const ever = new Map();
  /** @type {Map<number, string>} */
  let now = new Map();
  /** What is strictly acknowledged. @type {Map<number, string>} */
  let sure = now;
  /** What may be there instead. @type {Map<number, string>} */
  let underway = now;
  let storage = directoryStorage(FOLDER, { fs: disk.fs });
  let highest = 0;

  /** @param {(files: Map<number, string>) => void} change @param {boolean} strict @param {() => Promise<unknown>} run */
  const perform = async (change, strict, run) => {
    const then = new Map(now);
    change(then);
    for (const [sequence, bytes] of then) ever.set(sequence, (ever.get(sequence) ?? new Set()).add(bytes));
    underway = then;
    await run();
    now = then;
    if (strict) sure = then;
  };

  const work = async () => {
    await storage.open();
    for (let i = 0; ; ++i) {
      const bytes = new Uint8Array(1 + next(2000)).fill(i);
      const text = bytes.join();
      const kind = next(11);
      if (kind < 7 || highest < 3) {
        const sequence = ++highest;
        const strict = next(2) === 0;
        const drop = next(8) === 0 ? 1 + next(sequence) : undefined;
        const change = (files) => {
          files.set(sequence, text);
          for (const number of files.keys()) if (number < (drop ?? 0)) files.delete(number);
        };
        await perform(change, strict || drop !== undefined, () =>
          storage.transact(sequence - 1, () => ({ sequence, bytes, drop }), strict ? 'strict' : 'relaxed'),
        );
      } else if (kind < 9) {
        const last = [...now.keys()][next(now.size)];
        const first = Math.max(1, last - next(5));
        const change = (files) => {
          for (const number of files.keys()) if (number >= first && number <= last) files.delete(number);
          files.set(last, text);
        };
        // It says nothing of the files around the range.
        const before = sure;
        await perform(change, false, () => storage.replace(first, last, () => bytes));
        sure = new Map(before);
        change(sure);
      } else if (kind < 10) {
        const sequence = [...now.keys()][next(now.size)];
        await perform((files) => files.set(sequence, text), false, () => storage.repair(sequence, bytes, bytes));
        sure = new Map(sure).set(sequence, text);
      } else {
        underway = now;
        await storage.close();
        storage = directoryStorage(FOLDER, { fs: disk.fs });
        await storage.open();
      }
    }
  };
  await Promise.race([work(), power]);
  return { disk, ever, sure, underway, highest };
}

/** What is not there of `wanted`, and has nothing from `underway` in its place. */
function missing(found, wanted, underway) {
  return [...wanted].filter(([sequence, bytes]) => {
    if (found.get(sequence) === bytes) return false;
    if (underway.has(sequence)) return found.get(sequence) !== underway.get(sequence);
    // It was merged or dropped: then what stands in for it must be there.
    return ![...underway].some(([at, text]) => at > sequence && wanted.get(at) !== text && found.get(at) === text);
  });
}

test(`after ${CUTS} power cuts everything strictly acknowledged was there, and the store went on`, async () => {
  for (let seed = 1; seed <= CUTS; ++seed) {
    const next = numbersFrom(seed * 104729);
    const { disk, ever, sure, underway, highest } = await workUntilCut(next, 20 + next(400));
    const after = disk.cut(next);
    const storage = directoryStorage(FOLDER, { fs: after.fs });
    const files = await storage.open();
    const found = new Map(files.map(({ sequence, bytes }) => [sequence, bytes.join()]));
    expect({ seed, missing: missing(found, sure, underway) }).toEqual({ seed, missing: [] });
    // Nothing is there that was never written, save relaxed files cut short.
    const lastSure = Math.max(0, ...sure.keys());
    const strange = [...found].filter(([sequence, bytes]) => sequence <= lastSure && sure.has(sequence) && !ever.get(sequence)?.has(bytes));
    expect({ seed, strange }).toEqual({ seed, strange: [] });
    const number = Math.max(highest, ...found.keys()) + 1;
    await storage.transact(number - 1, () => ({ sequence: number, bytes: Uint8Array.of(1) }), 'strict');
    expect(after.list(FOLDER).filter((name) => name.endsWith('.new'))).toEqual([]);
    await storage.close();
    expect(after.list(FOLDER)).not.toContain('lock');
  }
});
