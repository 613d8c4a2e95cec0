// Finds the programs that tests start; one that is missing is an error that says what to install.
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/**
 * @param {string[]} names  the first one found on the PATH is taken
 * @param {string} debian  the Debian package that brings it
 * @param {string} [given]  a path that somebody set
 * @returns {string}
 */
export function program(names, debian, given) {
  const folders = (process.env.PATH ?? '').split(delimiter);
  const files = names.flatMap((name) => folders.map((folder) => join(folder, name)));
  const found = given ?? files.find((file) => existsSync(file));
  if (found === undefined) {
    throw new Error(`${names[0]} is not here: install Debian's package ${debian}, or let \`npm run setup\` do it`);
  }
  return found;
}
