// A Chromium with the page of the fault tests in it.
import { rmSync } from 'node:fs';
import { launch, watch } from '../browser/chromium.js';
import { serveSite } from '../browser/site.js';

/** So many runs in one call, each with a store of its own. */
const AT_ONCE = 50;

/** @typedef {[at: number, kind: string, fault: string]} Fault  the number of the point, what is done there, what goes wrong */

export async function openFaultPage() {
  const site = await serveSite({ '/main.js': 'tests/faults/page/main.js' });
  const { context, profile } = await launch();
  /** @type {string[][]} */
  const lists = [];
  const newPage = async () => {
    const page = await context.newPage();
    lists.push(watch(page));
    await page.goto(site.url);
    await page.waitForSelector('body[data-ready]', { state: 'attached' });
    return page;
  };
  const page = await newPage();
  return {
    context,
    newPage,
    /** Errors of the pages. */
    problems: () => lists.flat(),
    url: site.url,

    /** The points of a visit, and every fault at each. @returns {Promise<{ points: string[], problems: string[], faults: Fault[] }>} */
    plan: () => page.evaluate(() => plan()),

    /** @param {Fault[]} faults @param {(done: number) => void} [progress] */
    async attempts(faults, progress) {
      const results = [];
      for (let at = 0; at < faults.length; at += AT_ONCE) {
        results.push(...(await page.evaluate((some) => attempts(some), faults.slice(at, at + AT_ONCE))));
        progress?.(results.length);
      }
      return results;
    },

    async close() {
      await context.close();
      await site.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
