// A run told in figures.

/**
 * @param {object} run
 * @param {import('./ledger.js').Ledger} run.ledger
 * @param {import('./proxy.js').Proxy} run.proxy
 * @param {import('./browser.js').Browser} run.browser
 * @param {import('./crowd.js').Crowd} run.crowd
 * @param {number} run.start
 * @param {number} run.worked  when the tabs had done their work
 * @returns {Record<string, number>}
 */
export function figuresOf({ ledger, proxy, browser, crowd, start, worked }) {
  const handovers = crowd.handovers.map(Math.round).sort((a, b) => a - b);
  const seconds = (/** @type {number} */ ms) => Math.round(ms / 100) / 10;
  const copies = proxy.passages.flatMap(({ statuses }) => statuses);
  return {
    'associations acknowledged to a page': ledger.acknowledged,
    'asked for, and neither acknowledged nor refused': [...ledger.associations.values()].filter(({ receipt, refused }) => !receipt && !refused).length,
    'refused, for their customer had signed out': ledger.refused,
    services: ledger.services.size,
    'requests that came to the proxy': proxy.passages.length,
    ...countOf(proxy.passages.map(({ fate }) => `    ${fate}`)),
    'whole copies sent on to the server': copies.length,
    ...countOf(copies.map((status) => `    ${status === undefined ? 'no server there' : `answered ${status}`}`)),
    ...countOf(Object.entries(crowd.happened).flatMap(([what, count]) => Array(count).fill(`mishaps: ${what}`))),
    'databases thrown away by the browser': ledger.losses,
    'browsers killed': browser.killed,
    'hand-overs of the sender': handovers.length,
    'ms of a hand-over, median': handovers[handovers.length >> 1] ?? 0,
    'ms of a hand-over, longest': handovers[handovers.length - 1] ?? 0,
    'seconds of work': seconds(worked - start),
    'seconds in all': seconds(performance.now() - start),
  };
}

/** @param {string[]} names @returns {Record<string, number>} */
function countOf(names) {
  /** @type {Record<string, number>} */
  const counts = {};
  for (const name of names.sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
