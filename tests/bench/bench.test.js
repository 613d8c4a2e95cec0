// The benchmark itself, on as little as will do: every work gives a figure for every contender. How large they are is
// not looked at.
import { expect, test } from '@jest/globals';
import { CONTENDERS } from './browser/contenders.js';
import { QUICK, runRounds } from './browser/rounds.js';
import { WORKS } from './browser/works.js';

test('every work gives its figure for this package and for raw IndexedDB', async () => {
  const contenders = CONTENDERS.filter(({ name }) => ['ours', 'raw'].includes(name));
  const { results, failures } = await runRounds(QUICK, { rounds: 1, contenders });
  expect(failures).toEqual([]);
  for (const { name, figure, sizes, only } of WORKS) {
    for (const size of sizes(QUICK)) {
      for (const contender of only ? ['ours'] : ['ours', 'raw']) {
        const cell = results.find(
          (one) => one.work === name && one.figure === figure && one.size === size && one.contender === contender,
        );
        expect(cell).toMatchObject({ samples: [expect.any(Number)], median: expect.any(Number) });
        expect(cell?.missing).toBeUndefined();
      }
    }
  }
});
