// What is made of samples: medians, ratios, tables, curves.
import { expect, test } from '@jest/globals';
import { Figures } from './figures.mjs';
import { plot } from './svg.mjs';
import { markdown, tables } from './table.mjs';

const LABELS = { ours: 'Ours', raw: 'Raw', other: 'Other' };
const about = (contender, more) => ({ work: 'W1', figure: 'starts', unit: 'ms', size: 10, contender, ...more });

function sampled() {
  const figures = new Figures();
  // The second round met a busy machine.
  for (const ms of [10, 100, 12]) figures.add(about('ours'), ms);
  for (const ms of [20, 200, 48]) figures.add(about('other', { base: { contender: 'ours', figure: 'starts' } }), ms);
  figures.add(about('raw'), 5);
  figures.miss(about('raw'), 'over 15 s');
  return figures.results();
}

test('ratios are of one round, and then the median', () => {
  const [ours, other] = sampled();
  expect(ours).toMatchObject({ median: 12, to_ours: 1, to_raw: 2 });
  expect(other).toMatchObject({ median: 48, to_ours: 2, to_base: 2 });
});

test('who could not finish has no median, and the tables say why', () => {
  const results = sampled();
  expect(results.find(({ contender }) => contender === 'raw')).not.toHaveProperty('median');
  expect(markdown(results, LABELS)).toContain('| W1 starts, ms | 10 | 12 (2) | over 15 s | 48 (4) |');
  expect(tables(results, [], LABELS)).toMatch(/Raw +over 15 s/);
});

test('a chart has a point for each value that has a logarithm, and no markup from names', () => {
  const points = /** @type {[number, number][]} */ ([
    [10, 1],
    [1000, 2],
    [100_000, 0],
  ]);
  const svg = plot({
    title: 'Time',
    xLabel: 'services',
    yLabel: 'ms',
    series: [
      { name: 'a < b', points },
      { name: 'c', points },
    ],
  });
  expect(svg.match(/<circle/g)).toHaveLength(4);
  expect(svg).toContain('a &#60; b');
  expect(() => plot({ title: '', xLabel: '', yLabel: '', series: [] })).toThrow(RangeError);
});
