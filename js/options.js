// What openServices and createHandler ask of their options alike.
import { invalidArgument } from './errors.js';

/** @param {unknown} durability */
export function checkDurability(durability) {
  if (durability !== undefined && durability !== 'relaxed' && durability !== 'strict') {
    throw invalidArgument('durability', 'relaxed or strict');
  }
}

/**
 * @template {string} Name
 * @param {Partial<Record<Name, unknown>>} options
 * @param {Name[]} names  of those that are functions, if they are there
 */
export function checkFunctions(options, names) {
  for (const name of names) {
    if (options[name] !== undefined && typeof options[name] !== 'function') throw invalidArgument(name, 'a function');
  }
}
