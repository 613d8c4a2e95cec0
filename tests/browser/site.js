// Serves a test page under the strictest policy that WebAssembly allows: its scripts, the module, and answers to what
// they post.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** @param {string} entry  from the root @returns {Promise<string>} */
async function bundled(entry) {
  const { outputFiles } = await build({
    entryPoints: [root + entry],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    write: false,
    absWorkingDir: root,
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

/**
 * @param {Record<string, string>} scripts  the path of each, and its source from the root; the page loads the first
 * @param {(path: string, body: any) => unknown} [post]  what a POST of JSON answers, or a promise of it: JSON, or 204
 *   for undefined. Not called for a POST that breaks off, as of a page that is killed
 * @returns {Promise<{ url: string, close(): Promise<void> }>}
 */
export async function serveSite(scripts, post) {
  const html = `<!doctype html><title>test</title><link rel="icon" href="data:,"><body><script type="module" src="${Object.keys(scripts)[0]}"></script>`;
  /** @type {Record<string, [string, string | Buffer]>} */
  const files = {
    '/': ['text/html', html],
    '/engine.wasm': ['application/wasm', readFileSync(`${root}dist/engine.wasm`)],
  };
  for (const [path, entry] of Object.entries(scripts)) files[path] = ['text/javascript', await bundled(entry)];
  const server = createServer(async (request, response) => {
    const url = request.url ?? '';
    if (request.method === 'POST') {
      const body = await text(request).catch(() => undefined);
      if (body === undefined) return;
      const answer = await post?.(url, JSON.parse(body));
      response.writeHead(answer === undefined ? 204 : 200, { 'Content-Type': 'application/json' });
      response.end(answer && JSON.stringify(answer));
      return;
    }
    const [type, content] = files[url] ?? ['text/plain', undefined];
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
