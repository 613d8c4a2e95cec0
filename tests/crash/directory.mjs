// npm run crash:directory -- --kills 10000 [--seed n]: kills a process so often that writes into a directory, see
// directory/kills.js. Exit code 1 at the first loss.
import { parseArgs } from 'node:util';
import { runKills } from './directory/kills.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    verbose: { type: 'boolean', default: false },
  },
});
const [kills, seed] = [values.kills, values.seed].map(Number);
console.log(`${kills} kills, seed ${seed}`);
const { problems, figures } = await runKills({ kills, seed, log: values.verbose ? console.log : undefined });
for (const [name, figure] of Object.entries(figures)) console.log(`${String(figure).padStart(8)} ${name}`);
if (problems.length > 0) {
  console.error(problems.join('\n'));
  process.exitCode = 1;
}
