// A real WebKit that nobody drives: one whose IndexedDB is on disk, and there again when it is started again. (Driven
// by WebDriver, MiniBrowser stores in memory.)
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { startWithDisplay } from './display.js';
import { program } from './program.js';

/** What a page is given to answer. */
const VISIT_MS = 100_000;

/** No PATH leads to MiniBrowser, but WebKitWebDriver knows where its own is. */
function miniBrowser() {
  const driver = program(['WebKitWebDriver'], 'webkit2gtk-driver');
  const [path] = /\/[\w./+-]+\/MiniBrowser/.exec(readFileSync(driver, 'latin1')) ?? [];
  if (path === undefined) throw new Error(`${driver} does not say where MiniBrowser is`);
  return path;
}

/**
 * Shows a page until what the page does outside (a request to its server, say) settles `done`.
 *
 * @template T
 * @param {string} url
 * @param {string} profile  folder of the data
 * @param {Promise<T>} done
 * @param {NodeJS.Signals} [signal]  that ends the browser
 * @returns {Promise<{ result: T, problems: string[] }>}  problems: errors in the console
 */
export async function visit(url, profile, done, signal) {
  const args = ['--enable-write-console-messages-to-stdout=true', url];
  const browser = await startWithDisplay(miniBrowser(), args, profile);
  const late = once(AbortSignal.timeout(VISIT_MS), 'abort').then(() =>
    Promise.reject(new Error(`${url} did nothing within ${VISIT_MS} ms: ${browser.output()}`)),
  );
  let result;
  try {
    result = await Promise.race([done, browser.ended, late]);
  } finally {
    await browser.stop(signal);
  }
  return { result, problems: browser.output().match(/^.*CONSOLE (\w+ )?ERROR.*$/gm) ?? [] };
}
