// A real Firefox, headless, driven over WebDriver BiDi.
import puppeteer from 'puppeteer-core';
import { program } from './program.js';

/** What a page is given to answer. */
const ANSWER_MS = 100_000;

/**
 * @param {string} [profile]  its folder, to start again on the same data; else a new one that goes when Firefox closes
 * @returns {Promise<import('./webkit.js').Browser>}
 */
export async function launchFirefox(profile) {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: program(['firefox-esr', 'firefox'], 'firefox-esr', process.env.FIREFOX),
    headless: true,
    userDataDir: profile,
    protocolTimeout: ANSWER_MS,
  });
  return {
    version: await browser.version(),
    async open(url) {
      const page = await browser.newPage();
      /** @type {string[]} */
      const problems = [];
      // Violations of the content security policy come as errors of the page.
      page.on('pageerror', (error) => problems.push(String(error)));
      page.on('console', (message) => {
        if (message.type() === 'error') problems.push(message.text());
      });
      await page.goto(url);
      return {
        evaluate: (work, argument) => page.evaluate(work, argument),
        reload: async () => void (await page.reload()),
        problems: async () => problems,
        close: () => page.close(),
      };
    },
    close: () => browser.close(),
  };
}
