// Where npm put the programs of Deno and Bun. Their packages link to them from install scripts; they are found here
// whether these ran or not.
import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));

/** @param {string} scope  has one package, that of this platform @param {string} file  in it @param {string} [moved] */
function find(scope, file, moved = '') {
  const packages = existsSync(`${modules}/${scope}`) ? readdirSync(`${modules}/${scope}`) : [];
  const files = [...packages.map((name) => `${modules}/${scope}/${name}/${file}`), `${modules}/${moved}`];
  const found = files.find((path) => existsSync(path));
  if (found === undefined) throw new Error(`npm has no ${scope} package for this platform: run \`npm ci\``);
  return found;
}

export const deno = () => find('@deno', 'deno', 'deno/deno');
/** Bun's install script moves it. */
export const bun = () => find('@oven', 'bin/bun', 'bun/bin/bun.exe');
