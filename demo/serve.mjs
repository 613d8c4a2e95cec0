// Builds the demo and serves it from a real workerd, whose Durable Object keeps its data on disk.
//
//   node demo/serve.mjs [--port 8080] [--data FOLDER]        port 0: any free one
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import workerd from 'workerd';
import { workerdConfig } from './config.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'build/demo');
const site = join(out, 'site');

/** @param {string} worker */
async function bundle(worker) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(site, { recursive: true });
  const common = /** @type {const} */ ({ bundle: true, format: 'esm', target: 'es2022', absWorkingDir: root, logLevel: 'warning' });
  await build({ ...common, entryPoints: ['demo/page/main.js'], outfile: join(site, 'main.js'), minify: true });
  await build({
    ...common,
    entryPoints: [worker],
    outfile: join(out, 'worker.js'),
    conditions: ['workerd', 'worker'],
    external: ['cloudflare:workers'],
    plugins: [
      {
        // workerd brings the module compiled; the bundle only names it.
        name: 'wasm-module',
        setup(it) {
          it.onResolve({ filter: /engine\.wasm$/ }, () => ({ path: 'engine.wasm', external: true }));
        },
      },
    ],
  });
  for (const file of ['index.html', 'style.css']) copyFileSync(join(root, 'demo', file), join(site, file));
  for (const folder of [out, site]) copyFileSync(join(root, 'dist/engine.wasm'), join(folder, 'engine.wasm'));
}

/**
 * Starts the demo.
 *
 * @param {{ port?: number, dataDir?: string, worker?: string }} [options]  port 0: any free one; worker: another one
 *   with a class Shop, for tests
 * @returns {Promise<{ url: string, stop(): Promise<void>, kill(): Promise<void>, exited: Promise<void> }>}
 *   `stop` ends it as Ctrl-C does, `kill` at once, as a power cut of the process does
 */
export async function startDemo({ port = 8080, dataDir = join(root, '.data/demo'), worker = 'demo/worker.js' } = {}) {
  await bundle(worker);
  mkdirSync(dataDir, { recursive: true });
  const config = join(out, 'config.capnp');
  const { compatibilityDate, default: binary } = /** @type {any} */ (workerd);
  writeFileSync(config, workerdConfig({ port, site, data: resolve(dataDir), compatibilityDate }));
  const child = spawn(binary, ['serve', config, '--control-fd=3'], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  });
  const exited = once(child, 'exit').then(() => {});
  // One line of JSON for every socket that listens.
  const lines = createInterface({ input: /** @type {import('node:stream').Readable} */ (child.stdio[3]) });
  const listening = (async () => {
    for await (const line of lines) {
      const event = JSON.parse(line);
      if (event.event === 'listen' && event.socket === 'http') return event.port;
    }
    throw new Error('demo: workerd ended before it listened');
  })();
  const actual = await listening;
  const end = async (/** @type {NodeJS.Signals} */ signal) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
  };
  return { url: `http://localhost:${actual}`, stop: () => end('SIGTERM'), kill: () => end('SIGKILL'), exited };
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { values } = parseArgs({ options: { port: { type: 'string' }, data: { type: 'string' } } });
  const port = Number(values.port ?? 8080);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    console.error('--port: a number from 0 to 65535 is expected');
    process.exit(2);
  }
  const demo = await startDemo({ port, dataDir: values.data });
  console.log(`The shop is open: ${demo.url}`);
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => void demo.stop());
  await demo.exited;
}
