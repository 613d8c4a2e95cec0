// The native core measured with Google Benchmark, in CPU time, for other work on the machine must not count.
//
//   npm run bench:native                                    10 to 1,000,000 services
//   npm run bench:native -- --services 1000,100000          these sizes
//   npm run bench:native -- --large                         10,000,000 too: some 16 GB of memory
//   npm run bench:native -- --benchmark_filter=^start/      these only; any option of Google Benchmark
//
// Each size is a process of its own and is recorded in tests/bench/native.json as soon as it is done, in place of what
// stood there for it, unless a filter is given. The program is build/bench/core_benchmark; it has symbols, for perf and
// callgrind.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const SIZES = [10, 1000, 100_000, 1_000_000];
const LARGE = 10_000_000;
const tree = join(root, 'build/bench');
const RECORD = join(root, 'tests/bench/native.json');

/**
 * @typedef {object} Row
 * @property {string} benchmark
 * @property {number} services  in the store
 * @property {number} nanoseconds  of CPU time for one operation; of a replay, for one service
 * @property {number} per_second
 * @property {Record<string, number>} counters  such as `file_bytes`: of the file that is committed, for one operation
 */

/** What Google Benchmark says of every benchmark; all else are counters of ours. */
const COMMON = new Set([
  'name', 'family_index', 'per_family_instance_index', 'run_name', 'run_type', 'repetitions', 'repetition_index',
  'threads', 'iterations', 'real_time', 'cpu_time', 'time_unit', 'items_per_second', 'bytes_per_second',
]);

/** @param {number} value */
const round = (value) => Number(value.toPrecision(4));

function build() {
  const flags = ['-DCMAKE_BUILD_TYPE=Release', '-DCMAKE_CXX_FLAGS_RELEASE=-O3 -g -DNDEBUG -flto=auto'];
  execFileSync('cmake', ['-S', root, '-B', tree, ...flags], { stdio: ['ignore', 'ignore', 'inherit'] });
  const target = ['--target', 'core_benchmark', '--parallel', String(availableParallelism())];
  execFileSync('cmake', ['--build', tree, ...target], { stdio: ['ignore', 'ignore', 'inherit'] });
}

/** What is recorded. @returns {Row[]} */
export const recorded = () => (existsSync(RECORD) ? JSON.parse(readFileSync(RECORD, 'utf8')) : []);

/** @param {Row[]} rows  all of one size */
function record(rows) {
  const others = recorded().filter(({ services }) => services !== rows[0].services);
  const all = [...others, ...rows].sort((a, b) => a.services - b.services);
  writeFileSync(RECORD, `[\n${all.map((row) => JSON.stringify(row)).join(',\n')}\n]\n`);
}

/**
 * Builds and measures.
 *
 * @param {string[]} args  of the command line
 * @returns {Row[]}
 */
export function measure(args) {
  const at = args.indexOf('--services');
  const given = at < 0 ? SIZES : args[at + 1].split(',').map(Number);
  const sizes = args.includes('--large') ? [...given, LARGE] : given;
  const options = args.filter((arg, i) => arg !== '--large' && (at < 0 || (i !== at && i !== at + 1)));
  const isWhole = !options.some((option) => option.startsWith('--benchmark_filter'));
  build();
  return sizes.flatMap((services) => {
    const report = join(tree, 'report.json');
    const command = [String(services), `--benchmark_out=${report}`, ...options];
    // Its own table goes by as it is measured.
    execFileSync(join(tree, 'core_benchmark'), command, { stdio: ['ignore', 2, 2] });
    const rows = read(JSON.parse(readFileSync(report, 'utf8')).benchmarks);
    if (isWhole) record(rows);
    return rows;
  });
}

/** @param {Record<string, any>[]} benchmarks  of a report; of repetitions the median counts */
function read(benchmarks) {
  /** @type {Map<string, Record<string, any>[]>} */
  const runs = new Map();
  for (const one of benchmarks) {
    if (one.run_type === 'iteration') runs.set(one.run_name, [...(runs.get(one.run_name) ?? []), one]);
  }
  return [...runs].map(([name, all]) => {
    all.sort((a, b) => a.items_per_second - b.items_per_second);
    const median = all[all.length >> 1];
    const [benchmark, services] = name.split('/');
    const counters = Object.entries(median).filter(([key]) => !COMMON.has(key));
    return {
      benchmark,
      services: Number(services),
      nanoseconds: round(1e9 / median.items_per_second),
      per_second: round(median.items_per_second),
      counters: Object.fromEntries(counters.map(([key, value]) => [key, round(value)])),
    };
  });
}

/** @param {Row[]} rows  a line for each benchmark, a column for each size */
export function print(rows) {
  const sizes = [...new Set(rows.map(({ services }) => services))].sort((a, b) => a - b);
  /** @param {string} title @param {(row: Row) => number | undefined} pick */
  const table = (title, pick) => {
    const names = [...new Set(rows.filter((row) => pick(row) !== undefined).map(({ benchmark }) => benchmark))];
    if (names.length === 0) return;
    console.log(`\n${title}`.padEnd(33) + sizes.map((size) => size.toLocaleString('en-US').padStart(14)).join(''));
    for (const name of names) {
      const cells = sizes.map((size) => {
        const row = rows.find(({ benchmark, services }) => benchmark === name && services === size);
        return ((row && pick(row)) ?? '').toLocaleString('en-US').padStart(14);
      });
      console.log(name.padEnd(32) + cells.join(''));
    }
  };
  table('ns for one', ({ nanoseconds }) => nanoseconds);
  for (const counter of new Set(rows.flatMap(({ counters }) => Object.keys(counters)))) {
    table(counter.replaceAll('_', ' '), ({ counters }) => counters[counter]);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) print(measure(process.argv.slice(2)));
