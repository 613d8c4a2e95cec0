// When a browser is killed. Chosen beforehand, and bound to what its pages do, so that the same seed gives the same
// mixture; what happens meanwhile on the machine makes the moments random.

/**
 * @typedef {object} Fate
 * @property {'acknowledged' | 'began' | 'hello'} what  the message that decides: an operation has been acknowledged, a
 *   step of compaction begins, a writer is about to open the store
 * @property {number} count  which one of them
 * @property {number} delay  ms that it has left
 * @property {boolean} stop  meanwhile nothing is written any more, but the pages go on: what they acknowledge now and
 *   have not written is lost for sure
 */

/** So many acknowledgements are enough, where compaction has not begun by then. */
export const ENOUGH = 250;

/** @param {import('../tabs/random.js').Random} random @param {boolean} migrates  the store is about to be migrated @returns {Fate} */
export function fateFrom(random, migrates) {
  const what = migrates
    ? random.weighted({ began: 8, hello: 1, acknowledged: 1 })
    : random.weighted({ began: 5, acknowledged: 4, hello: 1 });
  switch (what) {
    case 'began':
      return { what, count: random.from(1, migrates ? 5 : 2), delay: Math.max(0, random.from(-6, 6)), stop: false };
    case 'hello':
      return { what, count: random.from(1, 3), delay: random.from(0, 150), stop: false };
    default: {
      const stop = random.from(0, 1) === 1;
      return { what, count: random.from(1, 100), delay: stop ? random.from(5, 40) : Math.max(0, random.from(-10, 20)), stop };
    }
  }
}
