// A module of Emscripten's that has nothing but its file system and IDBFS, as they come: what a page without this
// package reads a store with.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../../build/stock/', import.meta.url));

/** Builds build/stock/stock.js, once; the WebAssembly is in it. */
export function buildStock() {
  if (existsSync(`${folder}stock.js`)) return;
  mkdirSync(folder, { recursive: true });
  const settings = ['MODULARIZE', 'EXPORT_ES6', 'SINGLE_FILE', 'FORCE_FILESYSTEM', 'ENVIRONMENT=web', 'EXPORTED_RUNTIME_METHODS=FS,IDBFS'];
  const args = ['-x', 'c', '-', '--no-entry', '-lidbfs.js', ...settings.map((one) => `-s${one}`), '-o', `${folder}stock.js`];
  execFileSync('emcc', args, { input: '', stdio: ['pipe', 'inherit', 'inherit'] });
}
