// Serves the test page under the strictest policy that WebAssembly allows.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @returns {Promise<{ url: string, close(): Promise<void> }>} */
export async function serveSite() {
  const bundle = await build({
    entryPoints: [`${root}tests/browser/page/main.js`],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    absWorkingDir: root,
    logLevel: 'error',
  });
  const files = {
    '/': ['text/html', '<!doctype html><title>test</title><link rel="icon" href="data:,"><body><script type="module" src="/main.js"></script>'],
    '/main.js': ['text/javascript', bundle.outputFiles[0].text],
    '/engine.wasm': ['application/wasm', readFileSync(`${root}dist/engine.wasm`)],
  };
  const server = createServer((request, response) => {
    const [type, content] = files[request.url] ?? ['text/plain', undefined];
    response.writeHead(content === undefined ? 404 : 200, {
      'Content-Type': type,
      'Content-Security-Policy': "script-src 'self' 'wasm-unsafe-eval'",
    });
    response.end(content);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: `http://localhost:${port}/`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
