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
  // Split, so that what is loaded only on demand (phoneKey's library) is in a file of its own and not counted.
  const bundle = await build({
    entryPoints: [join(root, 'js/index.js')],
    bundle: true,
    splitting: true,
    outdir: root,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    absWorkingDir: root,
  });
  const page = bundle.outputFiles.find(({ path }) => path === join(root, 'index.js'));
  if (page === undefined) throw new Error('the bundle has no entry');
  const parts = {
    'JavaScript, glue included': sizes(page.contents),
    'engine.wasm': sizes(readFileSync(join(root, 'dist/engine.wasm'))),
  };
  const total = { raw: 0, gzip: 0, brotli: 0 };
  for (const part of Object.values(parts)) {
    for (const key of /** @type {const} */ (['raw', 'gzip', 'brotli'])) total[key] += part[key];
  }
  return { ...parts, total };
}

/** Prints the table. */
export async function printSizes() {
  if (!existsSync(join(root, 'js/index.js'))) return;
  const line = (/** @type {(string | number)[]} */ ...cells) =>
    console.log(String(cells[0]).padEnd(28) + cells.slice(1).map((cell) => String(cell).padStart(10)).join(''));
  line('A page downloads (bytes)', 'raw', 'gzip', 'brotli');
  for (const [name, size] of Object.entries(await measure())) line(name, size.raw, size.gzip, size.brotli);
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await printSizes();
