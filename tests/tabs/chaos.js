// What befalls the tabs, and when: at how many operations, not at what time. A seed decides all of it beforehand.

/**
 * @typedef {object} Mishap
 * @property {number} at  how many operations there have been
 * @property {number} slot  whose tab; if it has none just then, the next one's
 * @property {'close' | 'crash' | 'leave' | 'terminate' | 'freeze'} what  `terminate` is for workers, a page is closed
 * @property {number} [until]  of `freeze`: how many operations there are when it is thawed
 * @property {boolean} [shown]  of `freeze`: whether it is brought to the front afterwards; else it stays hidden
 */

/** Everything is well again before the last tenth. */
const CALM = 0.9;

/**
 * @param {{ tabs: number, ops: number, random: import('./random.js').Random }} setup
 * @returns {Mishap[]} in order
 */
export function plan({ tabs, ops, random }) {
  const end = Math.floor(ops * CALM);
  const ways = /** @type {const} */ (['close', 'crash', 'terminate', 'leave']);
  const kills = Math.max(ways.length, Math.round(ops / 125));
  const freezes = Math.max(2, Math.round(ops / 100));
  /** @type {Mishap[]} */
  const mishaps = [];
  for (let i = 0; i < kills; ++i) {
    mishaps.push({ at: random.from(1, end), slot: random.from(0, tabs - 1), what: ways[i % ways.length] });
  }
  for (let i = 0; i < freezes; ++i) {
    const at = random.from(1, end);
    const until = Math.min(ops, at + random.from(5, 60));
    mishaps.push({ at, slot: random.from(0, tabs - 1), what: 'freeze', until, shown: random.from(0, 1) === 1 });
  }
  return mishaps.sort((a, b) => a.at - b.at);
}
