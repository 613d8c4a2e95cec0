// npm run bench: this package beside what users would install instead, in a real Chromium. Prints tables, rows for
// RESULTS.md, and writes results.json.
//
//   --rounds 7                    of which each figure is the median
//   --only W1,W3                  works (browser/works.js)
//   --contenders ours,raw,dexie   (browser/contenders.js)
//   --sizes 0,10000               services in the stores
//   --limit 10                    seconds for one work of one contender in one round; who is over it is not asked again
//   --quick                       one round of very little, to see that everything works
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CONTENDERS, versionOf } from './browser/contenders.js';
import { FULL, QUICK, runRounds } from './browser/rounds.js';
import { WORKS } from './browser/works.js';
import { markdown, tables } from './table.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    only: { type: 'string' },
    contenders: { type: 'string' },
    sizes: { type: 'string' },
    limit: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});

/**
 * Those of a list that were asked for.
 *
 * @template T
 * @param {T[]} all
 * @param {string | undefined} asked
 * @param {(one: T) => string} name
 */
function chosen(all, asked, name) {
  if (asked === undefined) return all;
  const names = asked.split(',');
  const unknown = names.filter((one) => !all.some((other) => name(other) === one));
  if (unknown.length > 0) throw new RangeError(`unknown: ${unknown.join(', ')}; there are ${all.map(name).join(', ')}`);
  return all.filter((one) => names.includes(name(one)));
}

const scale = values.quick ? { ...QUICK } : { ...FULL };
if (values.sizes !== undefined) {
  const sizes = values.sizes.split(',').map(Number);
  Object.assign(scale, { starting: sizes, opening: sizes, large: Math.max(...sizes) });
}
if (values.limit !== undefined) scale.limit = Number(values.limit);
const contenders = chosen(CONTENDERS, values.contenders, ({ name }) => name);
const rounds = Number(values.rounds ?? (values.quick ? 1 : 7));
const only = chosen([...new Set(WORKS.map(({ name }) => name))], values.only, (name) => name);

const { chromium, results, failures } = await runRounds(scale, {
  rounds,
  contenders,
  only,
  progress: (line) => console.error(line),
});

const labels = Object.fromEntries([...contenders.map(({ name, label }) => [name, label]), ['empty', 'empty module']]);
const versions = Object.fromEntries(
  contenders.map((one) => [one.name, versionOf(one)]).filter(([, version]) => version),
);
const file = new URL('results.json', import.meta.url);
writeFileSync(file, `${JSON.stringify({ chromium, versions, rounds, scale, results }, null, 1)}\n`);
console.log(
  `Chromium ${chromium}, ${rounds} rounds; ${Object.entries(versions)
    .map((pair) => pair.join(' '))
    .join(', ')}\n`,
);
console.log(tables(results, WORKS, labels));
console.log(
  `\nMedians, and in brackets how many times raw IndexedDB's, round by round:\n\n${markdown(results, labels)}`,
);
for (const failure of failures) console.error(failure);
if (failures.length > 0) process.exitCode = 1;
