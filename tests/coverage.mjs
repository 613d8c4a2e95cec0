// Line and branch coverage of core/ by the native tests: core_test, and the conformance suite through the native
// front. Prints every file and what is not covered; fails below 100 % of lines or 95 % of branches.
//
//   npm run coverage            needs GCC (gcov)
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runSuite } from './conformance/suite.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const tree = join(root, 'build/coverage');
const LEAST_BRANCHES = 95;

/** Lines that no test can reach, and why. @type {Record<string, string>} */
const EXCUSED = JSON.parse(readFileSync(new URL('./coverage-excused.json', import.meta.url), 'utf8'));

/** @param {string} program @param {string[]} args */
const run = (program, ...args) => execFileSync(program, args, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });

run('cmake', '-S', '.', '-B', tree, '-DANON_COVERAGE=ON', '-DCMAKE_BUILD_TYPE=Debug');
run('cmake', '--build', tree, '--parallel', '2');

/** @param {string} folder @param {string} ending @returns {string[]} */
const find = (folder, ending) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith(ending)).map((name) => join(folder, name));

for (const file of find(tree, '.gcda')) rmSync(file);
run(join(tree, 'core_test'), '--gtest_brief=1');
const options = { business_attributes: { attributes: { Media: { email: 'E-mail', chat: 'Chat' } }, mapping: { 'Service.media_type': 'Media' } } };
const front = spawn(join(tree, 'front'), [JSON.stringify(options)], { stdio: ['pipe', 'pipe', 'inherit'] });
const [port] = await once(front.stdout, 'data');
const failed = (await runSuite(`http://127.0.0.1:${Number(port)}/genesys/1/cs`)).filter((one) => one.error);
front.stdin.end();
await once(front, 'exit');

/** Per source file and line: how often, and its branches. @type {Map<string, Map<number, { count: number, branches: number[] }>>} */
const files = new Map();
for (const notes of find(join(tree, 'CMakeFiles/core.dir'), '.gcno')) {
  const text = execFileSync('gcov', ['--json-format', '--branch-probabilities', '--stdout', notes], { cwd: tree, encoding: 'utf8', maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
  for (const { file, lines } of text.trim().split('\n').flatMap((line) => JSON.parse(line).files)) {
    const name = relative(root, file);
    if (!name.startsWith('core/')) continue;
    const known = files.get(name) ?? new Map();
    files.set(name, known);
    for (const { line_number, count, branches } of lines) {
      const before = known.get(line_number) ?? { count: 0, branches: [] };
      const longer = branches.length > before.branches.length ? branches : before.branches;
      known.set(line_number, {
        count: before.count + count,
        branches: longer.map((_branch, i) => (before.branches[i] ?? 0) + (branches[i]?.count ?? 0)),
      });
    }
  }
}

const sum = { lines: 0, hit: 0, branches: 0, taken: 0 };
for (const [name, lines] of [...files].sort()) {
  const source = readFileSync(join(root, name), 'utf8').split('\n');
  const one = { lines: 0, hit: 0, branches: 0, taken: 0 };
  const missed = [];
  for (const [number, { count, branches }] of [...lines].sort(([a], [b]) => a - b)) {
    const reason = EXCUSED[`${name}: ${source[number - 1].trim()}`];
    if (count === 0 && reason === undefined) missed.push(number);
    one.lines += 1;
    one.hit += count > 0 || reason !== undefined ? 1 : 0;
    one.branches += branches.length;
    one.taken += branches.filter((taken) => taken > 0).length;
  }
  for (const key of Object.keys(sum)) sum[key] += one[key];
  const percent = (part, whole) => (whole === 0 ? 100 : (100 * part) / whole).toFixed(1).padStart(6);
  console.log(`${name.padEnd(36)} lines ${percent(one.hit, one.lines)} %  branches ${percent(one.taken, one.branches)} %`);
  for (const number of missed) console.log(`    ${number}: ${source[number - 1].trim()}`);
}
for (const [line, reason] of Object.entries(EXCUSED)) console.log(`excused: ${line}\n    ${reason}`);
const lines = (100 * sum.hit) / sum.lines;
const branches = (100 * sum.taken) / sum.branches;
console.log(`all: ${sum.hit} of ${sum.lines} lines (${lines.toFixed(2)} %), ${sum.taken} of ${sum.branches} branches (${branches.toFixed(2)} %)`);
if (failed.length > 0) console.log(`${failed.length} conformance cases failed`);
process.exit(lines < 100 || branches < LEAST_BRANCHES || failed.length > 0 ? 1 : 0);
