// How long to wait after a failure: full jitter, anywhere between nothing and a bound that doubles, so that the many
// pages of a site do not come back to a server all at once. A budget of tries keeps a page from hammering on one that is
// gone for good.

/** How urgent a wake is: there is more to send; something has changed that may help; somebody asked for it. */
export const MORE = 0;
export const CHANGED = 1;
export const NOW = 2;

/** @type {Required<import('./sender.js').Retry>} */
export const RETRY = { first: 0.5, longest: 30, tries: 50, rest: 600 };

/**
 * @param {Required<import('./sender.js').Retry>} retry
 * @param {import('./sender.js').Outcome} outcome
 * @param {number} failures  in a row before this one
 * @param {() => number} [random]
 * @returns {{ ms: number, until: number }}  `until`: how urgent a wake must be to end the wait early
 */
export function waitFor(retry, outcome, failures, random = Math.random) {
  const rest = retry.rest * 1000;
  // Only new credentials help, and whoever hands something over may just have logged in.
  if (outcome === 'refused') return { ms: rest, until: MORE };
  const offline = typeof navigator !== 'undefined' && navigator.onLine === false;
  if (offline || failures >= retry.tries) return { ms: rest, until: CHANGED };
  return { ms: random() * Math.min(retry.longest, retry.first * 2 ** failures) * 1000, until: CHANGED };
}

/** RFC 9110 section 10.2.3: seconds, or a date. @param {Response} response @returns {number | undefined} ms */
export function retryAfter(response) {
  const value = response.headers.get('Retry-After');
  if (value === null) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - Date.now();
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), 24 * 3600 * 1000) : undefined;
}
