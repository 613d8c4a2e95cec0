// npm run crash -- --kills 1000 [--seed n] [--verbose]: kills a browser so often, see browser.js. Exit code 1 at the
// first launch that does not find what it must.
import { parseArgs } from 'node:util';
import { runKills } from './browser.js';

/** So many problems are told. */
const MOST = 30;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    verbose: { type: 'boolean', default: false },
  },
});
// An exit takes the browser with it; these signals alone would not.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const [kills, seed] = [values.kills, values.seed].map(Number);
console.log(`${kills} kills, seed ${seed}`);
const { problems, figures } = await runKills({ kills, seed, log: values.verbose ? console.log : undefined });
for (const [name, figure] of Object.entries(figures)) console.log(`${String(figure).padStart(8)} ${name}`);
if (problems.length > 0) {
  console.error(problems.slice(0, MOST).join('\n'));
  if (problems.length > MOST) console.error(`and ${problems.length - MOST} more`);
  process.exitCode = 1;
}
