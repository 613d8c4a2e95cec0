// Every fault at every point of IndexedDB that a visit has: npm run faults:storage. With words after it only those
// faults that have all of them in their name, such as `stuck getAll`.
import { openFaultPage } from './browser.js';

const words = process.argv.slice(2);
const began = Date.now();
const browser = await openFaultPage();
const { points, problems, faults } = await browser.plan();
const chosen = faults.filter((fault) => words.every((word) => fault.includes(word)));
const results = await browser.attempts(chosen, (done) => {
  if (process.stdout.isTTY) process.stdout.write(`\r${done} of ${chosen.length} `);
});
await browser.close();

const wrong = results.filter((result) => result.problems.length > 0);
for (const { fault, problems: found } of wrong) console.log(`${fault}\n  ${found.join('\n  ')}`);
const hit = results.filter((result) => result.hit).length;
const kinds = new Set(faults.map(([, kind, fault]) => `${kind} ${fault}`));
console.log(
  `${points.length} points, ${kinds.size} kinds of faults; ${results.length} runs, of which ${hit} met their fault; ` +
    `${wrong.length} with problems; ${((Date.now() - began) / 1000).toFixed(0)} s`,
);
for (const problem of [...problems, ...browser.problems()]) console.log(problem);
process.exit(wrong.length + problems.length + browser.problems().length === 0 ? 0 : 1);
