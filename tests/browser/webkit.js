// A real WebKit: MiniBrowser, which WebKitWebDriver drives by the plain HTTP calls of W3C WebDriver. What it stores is
// in memory and goes with it; minibrowser.js has one that keeps its data.
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWithDisplay } from './display.js';
import { program } from './program.js';

/**
 * @typedef {object} Page
 * @property {(work: (argument: any) => any, argument?: any) => Promise<any>} evaluate
 *   runs the function in the page; argument and result are JSON
 * @property {() => Promise<void>} reload
 * @property {() => Promise<string[]>} problems  errors, and violations of the content security policy
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Browser
 * @property {string} version
 * @property {(url: string) => Promise<Page>} open  in a tab of its own; resolves once the page has loaded
 * @property {() => Promise<void>} close
 *
 * @typedef {(method: string, path: string, body?: object) => Promise<any>} Call
 */

/** What a page is given to answer. */
const SCRIPT_MS = 100_000;

/** @returns {Promise<Browser>} */
export async function launchWebKit() {
  const driver = program(['WebKitWebDriver'], 'webkit2gtk-driver');
  const profile = mkdtempSync(join(tmpdir(), 'anonymous-services-'));
  /** @type {Awaited<ReturnType<typeof startWithDisplay>> | undefined} */
  let running;
  const stop = async () => {
    await running?.stop();
    rmSync(profile, { recursive: true, force: true });
  };
  try {
    const port = await freePort();
    running = await startWithDisplay(driver, [`--port=${port}`], profile);
    const call = caller(`http://127.0.0.1:${port}`);
    await answered(() => call('GET', '/status'), running.ended);
    const { sessionId, capabilities } = await call('POST', '/session', {
      capabilities: { alwaysMatch: { timeouts: { script: SCRIPT_MS } } },
    });
    const session = caller(`http://127.0.0.1:${port}/session/${sessionId}`);
    return {
      version: `${capabilities.browserName}/${capabilities.browserVersion}`,
      open: await opener(session),
      async close() {
        await session('DELETE', '').finally(stop);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  server.close();
  await once(server, 'close');
  return port;
}

/** @param {string} base @returns {Call} */
const caller = (base) => async (method, path, body) => {
  const response = await fetch(base + path, { method, body: body && JSON.stringify(body) });
  const { value } = /** @type {any} */ (await response.json());
  if (!response.ok) throw new Error(`WebKitWebDriver: ${method} ${path}: ${value.error}: ${value.message}`);
  return value;
};

/**
 * The driver does not say when it listens, so it is asked until it answers.
 *
 * @param {() => Promise<unknown>} ask
 * @param {Promise<never>} ended
 */
async function answered(ask, ended) {
  for (;;) {
    try {
      return await Promise.race([ask(), ended]);
    } catch (error) {
      if (/** @type {any} */ (error).cause?.code !== 'ECONNREFUSED') throw error;
    }
  }
}

/** @param {Call} session @returns {Promise<Browser['open']>} */
async function opener(session) {
  const first = await session('GET', '/window');
  /** @type {Promise<unknown>} */
  let turn = Promise.resolve();
  /** A session has one current window, so commands to several take turns. @param {string} handle @returns {Call} */
  const commands = (handle) => (method, path, body) => {
    const mine = turn.then(async () => {
      await session('POST', '/window', { handle });
      return session(method, path, body);
    });
    turn = mine.catch(() => {});
    return mine;
  };
  return async (url) => {
    const { handle } = await commands(first)('POST', '/window/new', { type: 'tab' });
    const page = pageOf(commands(handle));
    await commands(handle)('POST', '/url', { url });
    return page;
  };
}

/** @param {Call} command @returns {Page} */
function pageOf(command) {
  let count = 0;
  /** @type {string[]} */
  const gathered = [];
  /** @type {Page['evaluate']} */
  const evaluate = async (work, argument) => {
    // Started in one turn and asked for its result in another, so that other pages can start meanwhile.
    const id = String(count++);
    await command('POST', '/execute/sync', {
      script: `const [id, argument] = arguments;
        const work = async () => JSON.stringify({ value: await (${work})(argument) });
        (globalThis.evaluations ??= {})[id] = work().catch((error) => JSON.stringify({ error: String(error) }));`,
      args: [id, argument ?? null],
    });
    const text = await command('POST', '/execute/async', {
      script: 'const [id, done] = arguments; globalThis.evaluations[id].then(done);',
      args: [id],
    });
    const { value, error } = JSON.parse(text);
    if (error !== undefined) throw new Error(error);
    return value;
  };
  // The driver has no console: the test page gathers its problems itself (tests/storage/page.js).
  const gather = async () => {
    gathered.push(...(await evaluate(() => /** @type {any} */ (globalThis).problems.splice(0))));
    return gathered;
  };
  return {
    evaluate,
    async reload() {
      await gather();
      await command('POST', '/refresh', {});
    },
    problems: gather,
    close: () => command('DELETE', '/window'),
  };
}
