// A browser that is killed while its pages write. `npm run crash -- --kills 1000` does more of it.
import { expect, test } from '@jest/globals';
import { runKills } from './browser.js';

test('after each of 20 kills every acknowledged operation is there, none twice, and the store opens', async () => {
  const { problems, figures } = await runKills({ kills: 20, seed: 3 });
  expect(problems).toEqual([]);
  expect(figures.kills).toBe(20);
  for (const name of ['acknowledged', 'of them migrated', 'in a piece of a checkpoint', 'while the store was opened']) {
    expect([name, figures[name] > 0]).toEqual([name, true]);
  }
}, 400_000);
