// What really happened, in the order in which it did. One counter ticks before each call and after each answer; a tab
// waits for the first tick before it calls and gives the second one only when it has the answer. So where one
// operation ended before another began, the ticks say so, and no clock is asked.
import { CONTRACT_ERRORS } from './model.js';

/** @typedef {import('./model.js').Operation} Operation */

export class History extends EventTarget {
  #tick = 0;
  /** @type {Set<string>} */
  #doomed = new Set();
  /** @type {Operation[]} */
  operations = [];

  /**
   * Before the call.
   *
   * @param {string} client
   * @param {import('./workload.js').Call} call
   * @returns {number} the number to answer it by
   */
  invoke(client, call) {
    this.operations.push({ client, ...call, invoked: ++this.#tick, returned: null });
    this.dispatchEvent(new Event('operation'));
    return this.operations.length - 1;
  }

  /** After the answer. @param {number} number @param {import('./model.js').Result} result @returns {Operation} */
  answer(number, result) {
    const operation = this.operations[number];
    const { error } = /** @type {{ error?: string }} */ (result);
    const tick = ++this.#tick;
    // A tab that is being torn down may be told of a failure that was none.
    if ('error' in result && this.#doomed.has(operation.client) && !CONTRACT_ERRORS.includes(String(error))) return operation;
    // As good as no answer.
    if (/is not known/.test(String(/** @type {any} */ (result).message))) return operation;
    return Object.assign(operation, { returned: tick, result });
  }

  /** This client is about to be killed. @param {string} client */
  doom(client) {
    this.#doomed.add(client);
  }
}
