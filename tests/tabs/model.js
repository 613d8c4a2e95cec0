// One service as a plain sequential machine: what each operation must answer if operations happened one by one. The
// checker asks it which order of concurrent operations explains their answers. It says again what the contract and
// core/rest/ say, in the fewest words, so that it can be wrong in other ways than they are.
//
// A history names a service by its contact key, because its id is known only once a start has been answered, and
// after a deletion the same start makes a service of another id.
import { isDeepStrictEqual } from 'node:util';

/**
 * @typedef {object} Operation
 * @property {string} client
 * @property {string} service  its contact key
 * @property {'start' | 'read' | 'find' | 'replace' | 'merge' | 'complete' | 'delete' | 'startState'} kind
 * @property {Record<string, any>} arguments  those of the call in page/perform.js
 * @property {number} invoked  tick before the call
 * @property {number | null} returned  tick after the answer; null if it never came
 * @property {Result} [result]
 *
 * @typedef {{ value: unknown } | { error: string, message?: string }} Result
 *
 * @typedef {object} State
 * @property {string | null} id  null while there is none, UNKNOWN after a start whose answer nobody saw
 * @property {string[]} former  ids that were deleted
 * @property {string | null} end  the disposition it was completed with
 * @property {{ v: number } | null} cell
 * @property {Record<string, number> | null} bag
 * @property {number} states
 *
 * @typedef {{ service_id: string, end: string | null, cell: unknown, bag: unknown, states: number[] }} View
 *   a service as page/perform.js reports what was read
 */

export const UNKNOWN = '?';

const NOTHING = { id: null, end: null, cell: null, bag: null, states: 0 };

/** @type {State} */
export const INITIAL = { ...NOTHING, former: [] };

/** Every error that an operation answers with; any other code is a failure of the storage or of the engine. */
export const CONTRACT_ERRORS = ['not_found', 'conflict'];

/** Failures with which the package promises that nothing happened. */
export const FAILURES = ['storage_failed', 'storage_blocked', 'quota_exceeded', 'engine_failed', 'closed'];

/**
 * The state after the operation and what it answers.
 *
 * @param {State} state
 * @param {Pick<Operation, 'kind' | 'arguments'>} operation
 * @param {string} [fresh]  the id that a start gives to a new service
 * @returns {{ state: State, result: Result }}
 */
export function apply(state, { kind, arguments: given }, fresh = UNKNOWN) {
  const answer = (/** @type {unknown} */ value, /** @type {Partial<State>} */ change = {}) => ({
    state: { ...state, ...change },
    result: { value },
  });
  const refuse = (/** @type {string} */ error) => ({ state, result: { error } });

  if (kind === 'start') {
    const id = state.id ?? fresh;
    return answer({ service_id: id }, { id });
  }
  if (kind === 'find') return answer(state.id === null ? [] : [view(state)]);

  if (state.id === null || given.service_id !== state.id) return refuse('not_found');
  switch (kind) {
    case 'read':
      return answer(view(state));
    case 'replace':
      return answer({}, { cell: given.value });
    case 'merge':
      return answer({}, { bag: sorted({ ...state.bag, ...given.value }) });
    case 'startState':
      return answer({ state_id: state.states }, { states: state.states + 1 });
    case 'complete':
      if (state.end !== null && state.end !== given.disposition) return refuse('conflict');
      return answer(null, { end: given.disposition });
    case 'delete':
      return answer({}, { ...NOTHING, former: [...state.former, state.id] });
    default:
      throw new TypeError(`no operation is called ${kind}`);
  }
}

/**
 * The state after the operation if it could answer in this state what it did answer, else null.
 *
 * @param {State} state
 * @param {Operation} operation
 * @returns {State | null}
 */
export function step(state, operation) {
  const { kind, returned, result } = operation;
  if (returned === null) return apply(state, operation).state;
  const named = kind === 'start' || kind === 'find' ? idIn(result) : undefined;
  if (named !== undefined && state.former.includes(named)) return null;
  const before = named !== undefined && state.id === UNKNOWN ? { ...state, id: named } : state;
  const after = apply(before, operation, named);
  const { message: _forPeople, ...given } = /** @type {any} */ (result);
  return isDeepStrictEqual(after.result, given) ? after.state : null;
}

/** @param {Result | undefined} result @returns {string | undefined} */
function idIn(result) {
  const value = /** @type {any} */ (result)?.value;
  return (Array.isArray(value) ? value[0] : value)?.service_id;
}

/** @param {State} state @returns {View} */
function view({ id, end, cell, bag, states }) {
  return { service_id: String(id), end, cell, bag, states: Array.from({ length: states }, (_, i) => i) };
}

// So that equal states are equal as JSON text too.
/** @param {Record<string, number>} bag */
const sorted = (bag) => Object.fromEntries(Object.entries(bag).sort(([a], [b]) => (a < b ? -1 : 1)));
