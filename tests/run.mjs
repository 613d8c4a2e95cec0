// Every test there is, stage by stage; the last line sums them up.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const jobs = String(availableParallelism());
const results = join(root, 'build/results');
rmSync(results, { recursive: true, force: true });
mkdirSync(results, { recursive: true });

let passed = 0;
let failed = 0;
let broken = false;

/** @param {string} name @param {[string, ...string[]][]} commands @param {Record<string, string>} [env] */
function stage(name, commands, env = {}) {
  const start = Date.now();
  console.log(`\n=== ${name}`);
  for (const [program, ...args] of commands) {
    const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
    if (error) console.error(`${program}: ${error.message}`);
    if (status !== 0) {
      broken = true;
      console.log(`=== ${name}: FAILED`);
      break;
    }
  }
  console.log(`=== ${name}: ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

/** Adds up what a runner wrote; a stage that ran nothing is a failure. @param {string} name @param {() => [number, number]} read */
function count(name, read) {
  let ran = [0, 0];
  try {
    ran = read();
  } catch {
    // No file: the runner did not come to write it.
  }
  passed += ran[0];
  failed += ran[1];
  if (ran[0] + ran[1] === 0) {
    broken = true;
    console.log(`=== ${name}: no test was run`);
  }
}

/** @param {string} file @param {string} name */
function jestCount(file, name) {
  count(name, () => {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(join(results, file), 'utf8'));
    return [numPassedTests, numFailedTests];
  });
}

/** The programs of native tests. */
const NATIVE = ['core_test', 'allocation_test', 'explorer_test', 'planted_core_test'];

/** @param {string} name @returns {[string, ...string[]]} */
const googleTest = (name) => [`build/native/${name}`, '--gtest_brief=1', `--gtest_output=json:${join(results, `${name}.json`)}`];

/** @param {string} project @returns {[string, ...string[]]} */
const jest = (project) => [
  process.execPath, '--experimental-vm-modules', 'node_modules/jest/bin/jest.js', '--config', 'tests/jest.config.js',
  '--selectProjects', project, '--json', `--outputFile=${join(results, `${project}.json`)}`, '--testTimeout=120000',
  ...(project === 'real' ? ['--runInBand'] : []),
];

stage('build', [['node', 'wasm/build.mjs']]);
stage('types', [['node', 'node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']]);
stage('core (GoogleTest)', [
  ['cmake', '-S', '.', '-B', 'build/native', '-DCMAKE_BUILD_TYPE=Release'],
  ['cmake', '--build', 'build/native', '--parallel', jobs],
  ...NATIVE.map((name) => googleTest(name)),
]);
for (const name of NATIVE) {
  count(name, () => {
    const { tests, failures, disabled = 0, errors = 0 } = JSON.parse(readFileSync(join(results, `${name}.json`), 'utf8'));
    return [tests - failures - disabled - errors, failures + errors];
  });
}
stage('node (Jest)', [jest('node')], { NODE_NO_WARNINGS: '1' });
jestCount('node.json', 'node');
stage('real browser and edge (Jest)', [jest('real')], { NODE_NO_WARNINGS: '1' });
jestCount('real.json', 'real');

console.log('');
if (broken && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
