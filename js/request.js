// Arguments of the page's methods turned into requests of the core.
import { ServicesError, invalidArgument } from './errors.js';

/** Deeper values are not looked at beforehand. */
const DEEP = 16;

/** @param {string} text */
const wellFormed = (text) =>
  typeof text.toWellFormed === 'function' ? text.toWellFormed() : new TextDecoder().decode(new TextEncoder().encode(text));

/**
 * A path of the core: every value is one percent-encoded segment.
 *
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values
 */
export function path(strings, ...values) {
  return strings.reduce((whole, part, i) => {
    const value = values[i - 1];
    if (typeof value !== 'string' && typeof value !== 'number') {
      throw invalidArgument('argument', 'a string or a number in place of every id and name');
    }
    return whole + encodeURIComponent(wellFormed(String(value))) + part;
  });
}

/**
 * Parameters as a query: lists become comma-separated, undefined is left out.
 *
 * @param {unknown} parameters
 * @param {string} argument  their name in the error
 */
export function query(parameters, argument) {
  const parts = [];
  for (const [name, value] of Object.entries(object(parameters, argument))) {
    if (value === undefined) continue;
    // An invalid date's toJSON gives null, which is refused.
    const values = Array.isArray(value) ? value : [value instanceof Date ? value.toJSON() : value];
    for (const one of values) {
      if (!['string', 'number', 'boolean'].includes(typeof one)) {
        throw invalidArgument(name, 'a string, a number, a boolean, a list of them or a valid date');
      }
    }
    const list = values.map((one) => encodeURIComponent(wellFormed(String(one))));
    parts.push(`${encodeURIComponent(name)}=${list.join(',')}`);
  }
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/**
 * A value as JSON text. What JSON cannot hold is refused rather than left out.
 *
 * @param {unknown} value
 * @param {string} argument  its name in the error
 */
export function json(value, argument) {
  let text;
  try {
    // A function that looks at every value makes it several times as slow.
    text = isPlain(value) ? JSON.stringify(value) : JSON.stringify(value, refusing(argument));
    // Only a lone surrogate is written as such an escape; JSON for UTF-8 has no place for one.
    if (text !== undefined && /\\ud[89a-f]/.test(text)) text = JSON.stringify(value, repair);
  } catch (cause) {
    if (cause instanceof ServicesError) throw cause;
    throw new ServicesError('invalid_argument', `${argument}: a value that JSON can hold is expected`, { cause });
  }
  if (text === undefined) throw invalidArgument(argument, 'a value that JSON can hold');
  return text;
}

/** @param {unknown} argument @param {string} name @returns {Record<string, unknown>} */
export function object(argument, name) {
  if (typeof argument !== 'object' || argument === null || Array.isArray(argument)) {
    throw invalidArgument(name, 'an object');
  }
  return /** @type {Record<string, unknown>} */ (argument);
}

/**
 * Whether it is JSON's own all through, and not deep (or in a circle).
 *
 * @param {unknown} value
 * @param {number} [depth]
 * @returns {boolean}
 */
function isPlain(value, depth = 0) {
  if (typeof value === 'string' || typeof value === 'boolean' || value === null || value === undefined) return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth > DEEP || typeof (/** @type {any} */ (value).toJSON) === 'function') return false;
  if (!Array.isArray(value) && kind(value) !== '[object Object]') return false;
  // What is inherited is looked at as well, which does no harm, and is faster than a list of what is not.
  for (const key in value) if (!isPlain(/** @type {any} */ (value)[key], depth + 1)) return false;
  return true;
}

/** What it is by name, of whatever realm: `[object Map]`. @param {unknown} value @returns {string} */
const kind = (value) => Object.prototype.toString.call(value);

/** JSON makes `{}` of most other objects, of a promise that was not awaited for instance. */
const HELD = /^\[object (Object|Array|String|Number|Boolean)\]$/;

/**
 * A replacer that refuses what JSON cannot hold by the name of its field.
 *
 * @param {string} argument  the name of the whole
 */
const refusing = (argument) =>
  /** @this {any} @param {string} key @param {unknown} value */
  function refuse(key, value) {
    const type = typeof value;
    if (
      type === 'function' || type === 'symbol' || type === 'bigint' || (type === 'number' && !Number.isFinite(value)) ||
      (type === 'object' && value !== null && !HELD.test(kind(value))) ||
      // An invalid date has become null by now.
      (value === null && kind(this[key]) === '[object Date]')
    ) {
      throw invalidArgument(key || argument, 'a value that JSON can hold');
    }
    return value;
  };

/** @param {string} key @param {unknown} value */
function repair(key, value) {
  void key;
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [wellFormed(name), inner]));
}
