// Is a history of concurrent operations linearizable: is there one order of them, each at a moment between its call
// and its answer, that explains every answer? Services have nothing to do with each other, so each is checked alone.
import { FAILURES } from './model.js';
import { search } from './search.js';

/**
 * @typedef {import('./model.js').Operation} Operation
 *
 * @typedef {object} Violation
 * @property {false} ok
 * @property {string} service
 * @property {Operation[]} operations  in the order of their calls, up to the first answer that nothing explains
 * @property {Operation} culprit  the operation of that answer; all that was answered before can be explained
 * @property {Operation[]} prefix  the longest order found that explains its operations
 *
 * @typedef {({ ok: true } | Violation) & { longest: number }} Verdict  `longest`: ms that the slowest service took
 */

/** @param {Operation[]} history @returns {Verdict} */
export function check(history) {
  /** @type {Map<string, Operation[]>} */
  const services = new Map();
  for (const operation of history) {
    const list = services.get(operation.service) ?? [];
    services.set(operation.service, list);
    list.push(operation);
  }
  let longest = 0;
  for (const [service, list] of services) {
    const operations = list.sort((a, b) => a.invoked - b.invoked);
    const start = performance.now();
    const { ok } = search(relevant(operations));
    longest = Math.max(longest, performance.now() - start);
    if (!ok) return { ok, service, ...explain(operations), longest };
  }
  return { ok: true, longest };
}

/**
 * The operations that the verdict depends on.
 *
 * @param {Operation[]} operations
 */
function relevant(operations) {
  /** @type {Set<unknown>} */
  const shown = new Set();
  for (const { kind, returned, result } of operations) {
    if (returned === null || (kind !== 'read' && kind !== 'find')) continue;
    for (const view of [/** @type {any} */ (result)?.value ?? []].flat()) {
      for (const value of [view.cell?.v, ...Object.values(view.bag ?? {})]) shown.add(value);
    }
  }
  return operations.filter(({ kind, arguments: given, returned, result }) => {
    // A failure is a promise that nothing happened: if its effect is seen after all, nothing explains that.
    if (returned !== null) return !FAILURES.includes(/** @type {any} */ (result).error);
    // Never answered: it may have happened or not, and no answer depends on which.
    if (kind === 'read' || kind === 'find') return false;
    if (kind === 'replace' || kind === 'merge') return Object.values(given.value).some((value) => shown.has(value));
    return true;
  });
}

// What was linearizable up to one answer was so up to every earlier one: the first answer that nothing explains is
// found by halving.
/** @param {Operation[]} operations */
function explain(operations) {
  const answers = operations.flatMap(({ returned }) => returned ?? []).sort((a, b) => a - b);
  let low = 0;
  for (let high = answers.length - 1; low < high; ) {
    const middle = (low + high) >> 1;
    if (search(relevant(until(operations, answers[middle]))).ok) low = middle + 1;
    else high = middle;
  }
  const cut = until(operations, answers[low]);
  const culprit = /** @type {Operation} */ (cut.find(({ returned }) => returned === answers[low]));
  return { operations: cut, culprit, prefix: search(relevant(cut)).prefix };
}

/** The history as it stood at a tick. @param {Operation[]} operations @param {number} tick @returns {Operation[]} */
function until(operations, tick) {
  return operations
    .filter(({ invoked }) => invoked <= tick)
    .map((one) => (one.returned !== null && one.returned > tick ? { ...one, returned: null, result: undefined } : one));
}
