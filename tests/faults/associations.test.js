// Associations over a bad network, from tabs that are killed, to a server that is killed. `npm run faults` does more of
// it.
import { expect, test } from '@jest/globals';
import { runAssociations } from './associations/run.js';

test('every one of 200 associations is applied exactly once, whatever befalls it, its tab, the browser and the server', async () => {
  const { problems, figures } = await runAssociations({ associations: 200, seed: 1 });
  expect(problems).toEqual([]);
  expect(figures['associations acknowledged to a page']).toBeGreaterThanOrEqual(200);
  expect(figures['requests that came to the proxy']).toBeGreaterThan(figures['associations acknowledged to a page']);
  for (const mishap of ['browser', 'close', 'crash', 'leave', 'login', 'refuse', 'reload', 'reset', 'server']) {
    expect([mishap, figures[`mishaps: ${mishap}`] > 0]).toEqual([mishap, true]);
  }
});
