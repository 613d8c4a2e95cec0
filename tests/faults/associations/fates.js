// What befalls a request on its way, and how often. A seed decides the fate of the first request, the second, and so on;
// which one comes first is up to the tabs.

/**
 * @typedef {object} Fate
 * @property {string} what  a name of FATES
 * @property {number} delay  ms
 * @property {number} others  how many requests come by before a copy that is held back goes on
 * @property {string} retryAfter
 * @property {boolean} json  an error's body is the contract's, else it is some proxy's page
 * @property {Promise<unknown>} [until]  of `wait`, which a test may choose: the request stays where it is
 */

/** Weights; the good ones first. */
export const FATES = {
  pass: 70,
  delay: 4, // before the server
  delayAnswer: 3,
  // The connection is reset, and the server …
  dropRequest: 3, // never heard of it
  dropAnswer: 4, // has applied it
  cutRequest: 2, // got half of it
  late: 3, // gets it after others that were sent later
  // The answer is …
  cutAnswer: 2, // half of it, then a reset
  shortAnswer: 1, // half of it, and who sent it says that this is all
  gateway: 1, // 504 of a gateway that was too impatient: the server has applied it
  portal: 1, // 200 and a page of somebody else's
  blocked: 1, // 403 and a page of somebody else's
  tooLarge: 1, // 413, where there is something to be split
  tooMany: 1, // 429
  broken: 2, // 500
  unavailable: 2, // 503
  // The server gets it twice …
  twice: 3, // at once
  again: 3, // and the second copy much later
};

/** @param {import('../../tabs/random.js').Random} random @returns {Fate} */
export const fateFrom = (random) => ({
  what: random.weighted(FATES),
  delay: random.from(1, 100),
  others: random.from(1, 40),
  retryAfter: random.pick(['0', '0', '1', new Date(0).toUTCString()]),
  json: random.from(0, 1) === 1,
});
