// npm run tabs -- --tabs 8 --ops 2000 [--seed n] [--planted bug] [--verbose]: many tabs on one store, see tabs.js. Exit
// code 1 if what they saw cannot be explained; the whole history is then in a file.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { newFolder } from '../browser/chromium.js';
import { report } from './report.js';
import { runTabs } from './tabs.js';

const { values } = parseArgs({
  options: {
    tabs: { type: 'string', default: '8' },
    ops: { type: 'string', default: '2000' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    planted: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});
const [tabs, ops, seed] = [values.tabs, values.ops, values.seed].map(Number);
console.log(`${tabs} tabs, ${ops} operations, seed ${seed}`);
const outcome = await runTabs({ tabs, ops, seed, planted: values.planted, log: values.verbose ? console.log : undefined });
for (const [name, figure] of Object.entries(outcome.figures)) console.log(`${String(figure).padStart(8)} ${name}`);
const wrong = report(outcome);
if (wrong.length > 0) {
  const file = join(newFolder(), 'history.json');
  writeFileSync(file, JSON.stringify(outcome.history, null, 1));
  console.error([...wrong, `seed ${seed}; the whole history is in ${file}`].join('\n'));
  process.exitCode = 1;
}
