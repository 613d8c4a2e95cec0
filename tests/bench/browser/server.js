// Serves each contender's pages, nothing of which is cached. Every host name under `localhost` comes here, so that each
// store has an origin of its own: the first word of the name says whose page it is (`dexie-100000.localhost`).
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { CONTENDERS } from './contenders.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));

/** The pages there are, each with its script. */
const PAGES = {
  '/work': 'page/work.js',
  '/open': 'page/open.js',
  '/empty': 'page/empty.js',
  '/curves': 'page/curves.js',
};

/** What this package's own documents ask for; none of the contenders needs more. */
const POLICY = "script-src 'self' 'wasm-unsafe-eval'";

/** Eight bytes are a whole module, with nothing in it. */
const EMPTY_MODULE = Buffer.from([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00]);

/** @param {string} entry @param {string} contender @returns {Promise<string>} minified, as users ship it */
async function bundled(entry, contender) {
  const { outputFiles } = await build({
    entryPoints: [here + entry],
    alias: { contender: `${here}contenders/${contender}.js` },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    external: ['node:module'], // PGlite asks for it in Node only
    define: { 'process.env.NODE_ENV': '"production"' },
    write: false,
    absWorkingDir: root,
    logLevel: 'error',
  });
  return outputFiles[0].text;
}

/** @param {string} script */
const html = (script) =>
  `<!doctype html><title>bench</title><link rel="icon" href="data:,"><body>${script && `<script type="module" src="${script}"></script>`}`;

/**
 * @returns {Promise<{ url(origin: string, path: string): string, close(): Promise<void> }>} `origin`: the contender's
 *   name, and after a hyphen anything that tells its stores apart
 */
export async function serveBench() {
  /** @type {Map<string, Promise<string>>} */
  const scripts = new Map();
  /** @param {string} entry @param {string} contender */
  const script = (entry, contender) => {
    const key = `${entry} ${contender}`;
    const known = scripts.get(key) ?? bundled(entry, contender);
    scripts.set(key, known);
    return known;
  };

  /** @param {string} contender @param {string} path @returns {Promise<[string, string | Buffer] | undefined>} */
  const content = async (contender, path) => {
    if (path === '/blank') return ['text/html', html('')];
    if (path in PAGES) return ['text/html', html(`${path}.js`)];
    const entry = PAGES[/** @type {keyof typeof PAGES} */ (path.replace(/\.js$/, ''))];
    if (entry) return ['text/javascript', await script(entry, contender)];
    if (path === '/empty.wasm') return ['application/wasm', EMPTY_MODULE];
    const file = CONTENDERS.find(({ name }) => name === contender)?.files?.[path];
    if (file === undefined) return undefined;
    return [path.endsWith('.wasm') ? 'application/wasm' : 'application/octet-stream', readFileSync(root + file)];
  };

  const server = createServer(async (request, response) => {
    const [contender] = (request.headers.host ?? '').split(/[-.]/);
    const found = await content(contender, (request.url ?? '').split('?')[0]).catch((error) => String(error));
    const [type, body] = Array.isArray(found) ? found : ['text/plain', found];
    response.writeHead(Array.isArray(found) ? 200 : found === undefined ? 404 : 500, {
      'Content-Type': type,
      'Cache-Control': 'no-store',
      'Content-Security-Policy': POLICY,
    });
    response.end(body);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    url: (origin, path) => `http://${origin}.localhost:${port}${path}`,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
