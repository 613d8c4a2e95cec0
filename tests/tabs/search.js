// The search for an order of operations: Wing and Gong's (1993), with Lowe's memory of what was tried (2017): a set of
// operations done and the state that they lead to need no second visit. What answers rightly and changes nothing is
// put in at once, without a second thought: wherever else it might go, it changes nothing there either.
import { INITIAL, step } from './model.js';

/**
 * @typedef {import('./model.js').Operation} Operation
 *
 * @typedef {object} Entry  the call or the answer of an operation, in a list of those that have no place yet
 * @property {number} n  of the operation; -1 of the list's head
 * @property {boolean} call
 * @property {Entry | null} answer  of a call: its answer, if there is one
 * @property {Entry | null} before
 * @property {Entry | null} after
 */

/**
 * Looks for an order of all answered operations, and of as many others as it takes.
 *
 * @param {Operation[]} operations  of one service
 * @returns {{ ok: boolean, prefix: Operation[] }}  `prefix`: the longest order found
 */
export function search(operations) {
  const head = listOf(operations);
  const tried = new Set();
  /** @type {{ entry: Entry, state: typeof INITIAL, free: boolean }[]} */
  const order = [];
  /** @type {Operation[]} */
  let prefix = [];
  let missing = operations.filter(({ returned }) => returned !== null).length;
  let state = INITIAL;
  let done = 0n;

  let entry = head.after;
  while (missing > 0) {
    if (entry?.call) {
      const operation = operations[entry.n];
      const next = step(state, operation);
      const text = JSON.stringify(next);
      const free = text === JSON.stringify(state);
      const key = `${(done | (1n << BigInt(entry.n))).toString(36)} ${text}`;
      if (next === null || (free && operation.returned === null) || tried.has(key)) {
        entry = entry.after;
        continue;
      }
      tried.add(key);
      order.push({ entry, state, free });
      state = next;
      done |= 1n << BigInt(entry.n);
      if (operation.returned !== null) --missing;
      lift(entry);
      if (order.length > prefix.length) prefix = order.map((one) => operations[one.entry.n]);
      entry = head.after;
      continue;
    }
    // Here an operation was answered that has no place yet: the last choice was wrong.
    let last;
    do {
      last = order.pop();
      if (last === undefined) return { ok: false, prefix };
      state = last.state;
      done &= ~(1n << BigInt(last.entry.n));
      if (last.entry.answer) ++missing;
      put(last.entry);
    } while (last.free);
    entry = last.entry.after;
  }
  return { ok: true, prefix };
}

/** Calls and answers by their ticks. @param {Operation[]} operations @returns {Entry} the head of the list */
function listOf(operations) {
  const entry = (/** @type {number} */ n, call = false, /** @type {Entry | null} */ answer = null) =>
    /** @type {Entry} */ ({ n, call, answer, before: null, after: null });
  /** @type {[number, Entry][]} */
  const ticks = [];
  operations.forEach(({ invoked, returned }, n) => {
    const answer = returned === null ? null : entry(n);
    ticks.push([invoked, entry(n, true, answer)]);
    if (returned !== null && answer) ticks.push([returned, answer]);
  });
  const head = entry(-1);
  let last = head;
  for (const [, next] of ticks.sort(([a], [b]) => a - b)) {
    last.after = next;
    next.before = last;
    last = next;
  }
  return head;
}

// What is taken out keeps its neighbours, so that `put` undoes `lift` if it is done in reverse order.

/** @param {Entry} call */
function lift(call) {
  for (const entry of [call, call.answer]) {
    if (entry?.before) entry.before.after = entry.after;
    if (entry?.after) entry.after.before = entry.before;
  }
}

/** @param {Entry} call */
function put(call) {
  for (const entry of [call.answer, call]) {
    if (entry?.before) entry.before.after = entry;
    if (entry?.after) entry.after.before = entry;
  }
}
