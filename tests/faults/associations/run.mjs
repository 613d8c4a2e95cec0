// npm run faults -- --associations 10000 [--tabs 4] [--seed n] [--verbose]: see run.js. Exit code 1 if an association
// was not applied exactly once.
import { parseArgs } from 'node:util';
import { runAssociations } from './run.js';

/** So many problems are told. */
const MOST = 30;

const { values } = parseArgs({
  options: {
    associations: { type: 'string', default: '200' },
    tabs: { type: 'string', default: '4' },
    seed: { type: 'string', default: String(Date.now() % 1e6) },
    verbose: { type: 'boolean', default: false },
  },
});
// An exit takes the browser and the server with it; these signals alone would not.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
const [associations, tabs, seed] = [values.associations, values.tabs, values.seed].map(Number);
console.log(`${associations} associations, ${tabs} tabs, seed ${seed}`);
const { problems, figures } = await runAssociations({ associations, tabs, seed, log: values.verbose ? console.log : undefined });
for (const [name, figure] of Object.entries(figures)) console.log(`${String(figure).padStart(8)} ${name}`);
if (problems.length > 0) {
  console.error(problems.slice(0, MOST).join('\n'));
  if (problems.length > MOST) console.error(`and ${problems.length - MOST} more`);
  process.exitCode = 1;
}
