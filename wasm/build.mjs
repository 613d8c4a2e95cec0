// Builds what the package ships: dist/engine.js (glue, minified) and dist/engine.wasm. Prints what a page
// downloads. CMake does nothing when nothing changed.
import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transform } from 'esbuild';
import { printSizes } from './size.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const tree = join(root, 'build/wasm');
const env = { ...process.env };
// Debian's emcc loads `acorn` by its bare name, which only Debian's own Node finds by itself.
if (existsSync('/usr/share/nodejs')) env.NODE_PATH = '/usr/share/nodejs';

/** @param {string} command @param {string[]} args */
function run(command, ...args) {
  try {
    execFileSync(command, args, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    console.error(String(error.stdout ?? ''), String(error.stderr ?? error));
    console.error(`build: ${command} ${args.join(' ')} failed`);
    process.exit(1);
  }
}

if (!existsSync(join(tree, 'CMakeCache.txt'))) {
  run('emcmake', 'cmake', '-S', '.', '-B', tree, '-DCMAKE_BUILD_TYPE=Release');
}
run('cmake', '--build', tree, '--parallel', String(availableParallelism()));

const glue = readFileSync(join(tree, 'engine.js'), 'utf8');
const minified = await transform(glue, { minify: true, format: 'esm', target: 'es2022' });
// A page under script-src 'self' 'wasm-unsafe-eval' and workerd refuse code made from strings.
if (/\bnew Function\b|\beval\s*\(/.test(minified.code)) {
  console.error('build: the glue makes code from strings');
  process.exit(1);
}
mkdirSync(join(root, 'dist'), { recursive: true });
writeFileSync(join(root, 'dist/engine.js'), minified.code);
copyFileSync(join(tree, 'engine.wasm'), join(root, 'dist/engine.wasm'));
copyFileSync(join(root, 'wasm/engine.d.ts'), join(root, 'dist/engine.d.ts'));
await printSizes();
