// One fault at a time, at points of IndexedDB all through a visit, in a real Chromium. A sample; all of them are
// `npm run faults:storage`.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { openFaultPage } from './browser.js';
import { FAULTS } from './page/shim.js';

let browser;
let plan;

beforeAll(async () => {
  browser = await openFaultPage();
  plan = await browser.plan();
});

afterAll(() => browser?.close());

test('a visit without a fault passes the same checks, and has every kind of point', () => {
  expect(plan.problems).toEqual([]);
  expect(new Set(plan.points)).toEqual(new Set(Object.keys(FAULTS)));
});

// What is checked of each: page/verdict.js.
test.each(Object.keys(FAULTS))(
  'whatever goes wrong once with "%s" everything settles, nothing acknowledged is lost, nothing refused is there',
  async (kind) => {
    const sample = FAULTS[kind].flatMap((fault, i) => {
      const all = plan.faults.filter(([, one, other]) => one === kind && other === fault);
      const at = (part) => all[Math.floor(all.length * part)];
      return i % 2 === 0 ? [at(0), at(2 / 3)] : [at(1 / 3)];
    });
    const results = await browser.attempts([...new Set(sample)]);
    expect(results.filter(({ problems }) => problems.length > 0)).toEqual([]);
    expect(results.some(({ hit }) => hit)).toBe(true);
    expect(browser.problems()).toEqual([]);
  },
);
