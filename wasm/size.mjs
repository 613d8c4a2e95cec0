// What a page downloads to open, start and associate: the page's JavaScript with the glue, bundled and minified,
// and the module. Raw, gzip -9 and brotli -11.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));

/** @param {Uint8Array} bytes */
function sizes(bytes) {
  return {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).length,
  };
}

/** Sizes in bytes of each part and of the sum. */
export async function measure() {
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
  const page = [...follow(entry, new Set())].map((name) => bundle.outputFiles.find(({ path }) => path === join(root, name))?.contents ?? new Uint8Array());
  const parts = {
    'JavaScript, glue included': page.map(sizes).reduce(add),
    'engine.wasm': sizes(readFileSync(join(root, 'dist/engine.wasm'))),
  };
  return { ...parts, total: Object.values(parts).reduce(add) };
}

/** @typedef {{ raw: number, gzip: number, brotli: number }} Sizes @param {Sizes} a @param {Sizes} b */
const add = (a, b) => ({ raw: a.raw + b.raw, gzip: a.gzip + b.gzip, brotli: a.brotli + b.brotli });

/** Prints the table. */
export async function printSizes() {
  if (!existsSync(join(root, 'js/index.js'))) return;
  const line = (/** @type {(string | number)[]} */ ...cells) =>
    console.log(String(cells[0]).padEnd(28) + cells.slice(1).map((cell) => String(cell).padStart(10)).join(''));
  line('A page downloads (bytes)', 'raw', 'gzip', 'brotli');
  for (const [name, size] of Object.entries(await measure())) line(name, size.raw, size.gzip, size.brotli);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await printSizes();
