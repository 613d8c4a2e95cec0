// What an operation does to a service, in the fewest words: what a store must hold after the operations that it has
// acknowledged.

/**
 * @typedef {object} Operation
 * @property {number} number
 * @property {'start' | 'replace' | 'complete' | 'delete' | 'associate'} kind
 * @property {number[]} marks  of the services that it changes
 * @property {Record<string, any>} arguments  those of the call in page/perform.js
 *
 * @typedef {object} State  of a service
 * @property {boolean} there
 * @property {unknown} cell
 * @property {string | null} end  the disposition that it was completed with
 * @property {string | null} customer
 */

/** @type {State} */
export const NOTHING = { there: false, cell: null, end: null, customer: null };

/** @param {State} state @param {Operation} operation @returns {State} */
export function apply(state, { kind, arguments: given }) {
  switch (kind) {
    case 'start':
      return { ...state, there: true };
    case 'replace':
      return { ...state, cell: given.value };
    case 'complete':
      return { ...state, end: given.disposition };
    case 'associate':
      return { ...state, customer: given.customer_id };
    case 'delete':
      return NOTHING;
  }
}
