// Tabs and workers of one store in a real Chromium, some killed or frozen on the way. `npm run tabs` does more of it.
import { expect, test } from '@jest/globals';
import { report } from './report.js';
import { runTabs } from './tabs.js';

/** Runs in which a planted bug must show. */
const SEARCH = 8;

test('what 4 tabs see is explained by one order of their operations, and all end with one digest', async () => {
  const outcome = await runTabs({ tabs: 4, ops: 300, seed: 1 });
  expect(report(outcome)).toEqual([]);
  expect(outcome.figures).toMatchObject({ killed: 4, frozen: 3, failed: 0 });
});

test.each([
  ['writes over what another tab has committed', 'overwrite'],
  ['does not look for what other tabs have committed', 'stale'],
  ['takes itself to be alone', 'alone'],
])('a storage that %s is caught', async (_name, planted) => {
  // Whether a run meets the bug is up to chance: it is looked for until it shows.
  let caught = false;
  for (let seed = 1; !caught && seed <= SEARCH; ++seed) {
    const { verdict } = await runTabs({ tabs: 3, ops: 300, seed, planted });
    caught = !verdict.ok;
  }
  expect(caught).toBe(true);
});
