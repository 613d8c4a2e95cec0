// npm run conformance -- --base-url http://localhost:8080/genesys/1/cs [--header 'Name: value'] …
//
// Runs the suite against any server that speaks the contract; the credentials given by --header must hold the roles
// reader and writer and be those of customer C-42. Cases on business attributes are skipped where none are set up.
import { parseArgs } from 'node:util';
import { runSuite } from './suite.js';

const { values } = parseArgs({ options: { 'base-url': { type: 'string' }, header: { type: 'string', multiple: true } } });
if (!values['base-url']) {
  console.error('--base-url: the address of a server is expected, up to and with the base path');
  process.exit(2);
}
const headers = Object.fromEntries((values.header ?? []).map((line) => /^([^:]+):\s*(.*)$/.exec(line)?.slice(1) ?? []));
const outcomes = await runSuite(values['base-url'].replace(/\/$/, ''), headers);
for (const { section, name, error, skipped } of outcomes) {
  console.log(`${error ? 'FAIL' : skipped ? 'skip' : 'ok  '} ${section.padEnd(5)} ${name}${error ? `\n     ${error}` : ''}`);
}
const failed = outcomes.filter((one) => one.error).length;
const skipped = outcomes.filter((one) => one.skipped).length;
console.log(`${outcomes.length - failed - skipped} passed, ${failed} failed, ${skipped} skipped`);
process.exit(failed > 0 ? 1 : 0);
