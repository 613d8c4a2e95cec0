// Time for the page of the fault tests. A wait for a browser that does not answer takes no time: it ends when a fault
// says that time has passed. Waits between two tries are over at once. So no run depends on how fast the machine is.

/** Longer waits than this, in ms, are for an answer. */
const FOR_AN_ANSWER = 5000;

const { setTimeout: realSetTimeout, clearTimeout: realClearTimeout } = globalThis;
/** @type {Map<number, () => void>} */
const waiting = new Map();
/** Those that were begun by one that ended. @type {number[]} */
let begun = [];
let last = 1e9; // above every number that the browser gives out

export function installClock() {
  globalThis.setTimeout = (callback, ms = 0, ...values) => {
    if (ms < FOR_AN_ANSWER) return realSetTimeout(callback, 0, ...values);
    waiting.set(++last, () => callback(...values));
    begun.push(last);
    return last;
  };
  globalThis.clearTimeout = (id) => {
    if (!waiting.delete(id)) realClearTimeout(id);
  };
}

export const nextTask = () => new Promise((resolve) => realSetTimeout(resolve, 0));

/** Resolves after so many real ms, for a watchdog. @param {number} ms */
export const really = (ms) => new Promise((resolve) => realSetTimeout(resolve, ms));

/**
 * Ends all waits for an answer, and those that they begin anew, as often as `rounds` says; no others.
 *
 * @param {number} [rounds]
 */
export async function elapse(rounds = Infinity) {
  let due = [...waiting.keys()];
  for (let round = 0; round < rounds && due.length > 0; ++round) {
    begun = [];
    for (const id of due) {
      const end = waiting.get(id);
      waiting.delete(id);
      end?.();
    }
    due = begun;
    begun = []; // what others begin from here on is not to end
    await nextTask();
  }
}
