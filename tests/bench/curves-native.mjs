// npm run curves:native: what each operation of the native core costs at 10 to 10,000,000 services, in time and in
// bytes, as tests/bench/curves-native.json and two plots. Flat or logarithmic is how it should be. With `-- --recorded`
// it draws what npm run bench:native has recorded, and measures nothing.
import { writeFileSync } from 'node:fs';
import { measure, print, recorded } from './native/run.mjs';
import { plot } from './svg.mjs';

/** @typedef {import('./native/run.mjs').Row} Row */

/** What is drawn for each benchmark: what it is called there. @type {Record<string, string>} */
const OPERATIONS = {
  start: 'start, 1,000 a commit',
  start_alone: 'start, one a commit',
  written_alone: 'the same, with compaction',
  query_by_key: 'query by contact key',
  query_by_id: 'get by id',
  start_state: 'start a state',
  complete: 'complete',
  plan_100: 'plan of 100 services',
  associate_100: 'associate 100 services',
  undo_100: 'undo of that',
  replay_logs: 'open: a service in a log',
  replay_pieces: 'open: one in a checkpoint',
  digest: 'digest: a service',
};

/** @param {Row} row @returns {number} µs; what goes over the whole store counts for each service in it */
function microseconds({ benchmark, services, nanoseconds }) {
  return nanoseconds / 1000 / (benchmark === 'digest' ? services : 1);
}

/** @param {Row[]} rows @param {string} benchmark @param {(row: Row) => number | undefined} value */
function line(rows, benchmark, value) {
  const points = rows.filter((row) => row.benchmark === benchmark).map((row) => [row.services, value(row)]);
  return /** @type {[number, number][]} */ (points.filter(([, y]) => y !== undefined));
}

const args = process.argv.slice(2);
const rows = args.includes('--recorded') ? recorded() : measure(['--large', ...args]);
print(rows);

const times = Object.entries(OPERATIONS).map(([benchmark, name]) => ({
  name,
  points: line(rows, benchmark, microseconds),
}));
/** @param {string} name @param {string} benchmark @param {string} counter */
const bytes = (name, benchmark, counter) => ({
  name,
  points: line(rows, benchmark, ({ counters }) => counters[counter]),
});
const sizes = [
  ...['start', 'start_alone', 'start_state', 'complete', 'associate_100', 'undo_100'].map((one) =>
    bytes(`file: ${OPERATIONS[one]}`, one, 'file_bytes'),
  ),
  bytes('checkpoint: a service', 'replay_pieces', 'file_bytes'),
  bytes('written for a byte started', 'written_alone', 'written_per_byte'),
  bytes('the same, 100 a commit', 'written_by_100', 'written_per_byte'),
  bytes('memory: a service', 'memory_started', 'memory'),
  bytes('memory beyond its JSON', 'memory_started', 'beyond_json'),
];

/** @param {string} name @param {string} text */
const write = (name, text) => writeFileSync(new URL(name, import.meta.url), text);
/** @param {string} title @param {string} yLabel @param {import('./svg.mjs').Series[]} series */
const draw = (title, yLabel, series) => plot({ title, xLabel: 'services in the store', yLabel, series });
write('curves-native.json', `${JSON.stringify({ microseconds: times, bytes: sizes }, null, 1)}\n`);
write('curves-native.svg', draw('Native core: time', 'µs of CPU time', times));
write('curves-native-bytes.svg', draw('Native core: bytes', 'bytes', sizes));
