// What befalls tabs, browser, proxy and server, and when: at how many acknowledged associations, not at what time. A
// seed decides all of it beforehand.

/**
 * @typedef {object} Mishap
 * @property {number} at  how many associations were acknowledged
 * @property {'close' | 'crash' | 'leave' | 'reload' | 'browser' | 'refuse' | 'reset' | 'server' | 'login'} what  the
 *   first four happen to a tab; `server`: it is killed, and started again
 * @property {boolean} sender  the tab is the one that sent last, else `slot`'s
 * @property {number} slot
 * @property {number} lasts  ms that nothing is to be had from the network; of `refuse` and `reset`
 * @property {string} customer  who logs in
 * @property {boolean} out  the one before logs out first
 */

export const CUSTOMERS = ['C-1', 'C-2', 'C-3'];

/** How many associations there are for one of each. */
const EVERY = { close: 70, crash: 70, leave: 70, reload: 40, browser: 1500, refuse: 100, reset: 60, server: 250, login: 40 };

/** @param {{ tabs: number, associations: number, random: import('../../tabs/random.js').Random }} setup @returns {Mishap[]} in order */
export function plan({ tabs, associations, random }) {
  /** @type {Mishap[]} */
  const mishaps = [];
  for (const [what, every] of Object.entries(EVERY)) {
    const count = Math.max(1, Math.round(associations / every));
    for (let i = 0; i < count; ++i) {
      mishaps.push({
        at: random.from(1, associations - 1),
        what: /** @type {Mishap['what']} */ (what),
        sender: random.from(0, 1) === 1,
        slot: random.from(0, tabs - 1),
        lasts: random.from(20, 500),
        customer: random.pick(CUSTOMERS),
        out: random.from(0, 1) === 1,
      });
    }
  }
  return mishaps.sort((a, b) => a.at - b.at);
}
