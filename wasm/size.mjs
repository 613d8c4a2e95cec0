// What a page downloads to open, start and associate: the page's JavaScript with the glue, bundled and minified,
// and the module. Raw, gzip -9 and brotli -11.
//
//   npm run size               fails above the budget recorded in wasm/size-budget.json, and names what has grown
//   npm run size -- --record   makes the present size the budget
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const BUDGET = join(root, 'wasm/size-budget.json');

/** @param {Uint8Array} bytes */
function sizes(bytes) {
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
  };
}

/** The bundle, and the names of what of it a page downloads at once. */
async function bundlePage() {
  // Split, so that what is loaded only on demand (phoneKey's library, the other transport) is in files of its own.
  const bundle = await build({
    stdin: { contents: "export { openServices } from './js/index.js'", resolveDir: root, sourcefile: 'page.js' },
    bundle: true,
    splitting: true,
    outdir: root,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    absWorkingDir: root,
  });
  const { outputs } = bundle.metafile;
  /** The entry and what it imports at once. @param {string} name @param {Set<string>} files */
  const follow = (name, files) => {
    if (files.has(name)) return files;
    files.add(name);
    for (const { path, kind } of outputs[name].imports) if (kind === 'import-statement') follow(path, files);
    return files;
  };
  const entry = Object.keys(outputs).find((name) => outputs[name].entryPoint === 'page.js') ?? '';
  const page = [...follow(entry, new Set())];
  const contents = page.map((name) => bundle.outputFiles.find(({ path }) => path === join(root, name))?.contents ?? new Uint8Array());
  return { outputs, page, contents };
}

/** Sizes in bytes of each part and of the sum. */
export async function measure() {
  const parts = {
    'JavaScript, glue included': (await bundlePage()).contents.map(sizes).reduce(add),
    'engine.wasm': sizes(readFileSync(join(root, 'dist/engine.wasm'))),
  };
  return { ...parts, total: Object.values(parts).reduce(add) };
}

/** @typedef {{ raw: number, gzip: number, brotli: number }} Sizes @param {Sizes} a @param {Sizes} b */
const add = (a, b) => ({ raw: a.raw + b.raw, gzip: a.gzip + b.gzip, brotli: a.brotli + b.brotli });

/** What each of our files, and the module, adds to the page: raw bytes. @returns {Promise<Record<string, number>>} */
async function shares() {
  const { outputs, page } = await bundlePage();
  /** @type {Record<string, number>} */
  const shares = { 'dist/engine.wasm': readFileSync(join(root, 'dist/engine.wasm')).length };
  for (const name of page) {
    for (const [input, { bytesInOutput }] of Object.entries(outputs[name].inputs)) shares[input] = (shares[input] ?? 0) + bytesInOutput;
  }
  return shares;
}

/** Prints the table. */
export async function printSizes() {
  if (!existsSync(join(root, 'js/index.js'))) return;
  const line = (/** @type {(string | number)[]} */ ...cells) =>
    console.log(String(cells[0]).padEnd(28) + cells.slice(1).map((cell) => String(cell).padStart(10)).join(''));
  line('A page downloads (bytes)', 'raw', 'gzip', 'brotli');
  for (const [name, size] of Object.entries(await measure())) line(name, size.raw, size.gzip, size.brotli);
}

/** Whether the page is within the recorded budget; names what has grown where it is not. */
async function checkBudget() {
  const { total } = await measure();
  const now = await shares();
  if (process.argv.includes('--record')) {
    writeFileSync(BUDGET, `${JSON.stringify({ brotli: total.brotli, shares: now }, null, 2)}\n`);
    return true;
  }
  const recorded = JSON.parse(readFileSync(BUDGET, 'utf8'));
  console.log(`budget: ${total.brotli} of ${recorded.brotli} bytes (brotli)`);
  if (total.brotli <= recorded.brotli) return true;
  for (const [name, bytes] of Object.entries(now)) {
    const before = recorded.shares[name] ?? 0;
    if (bytes > before) console.error(`${name} has grown by ${bytes - before} bytes, to ${bytes}`);
  }
  return false;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await printSizes();
  if (!(await checkBudget())) process.exitCode = 1;
}
