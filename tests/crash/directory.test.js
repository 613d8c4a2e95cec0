// A short run of what `npm run crash:directory` does for long.
import { expect, test } from '@jest/globals';
import { runKills } from './directory/kills.js';

test('after 20 kills of the process that writes into a directory all that was acknowledged was there, once', async () => {
  const { problems, figures } = await runKills({ kills: 20, seed: 20 });
  expect(problems).toEqual([]);
  expect(figures.kills).toBe(20);
  expect(figures.acknowledged).toBeGreaterThan(100);
});
