// npm run curves: what each operation costs in a real Chromium, over stores of more and more services. Writes
// curves-browser.json, and as SVG the time (curves-browser.svg) and the bytes written (curves-browser-bytes.svg).
//
//   --sizes 10,1000,100000,1000000
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Session } from './browser/session.js';
import { plot } from './svg.mjs';

/** Seconds for filling a store, and again for what is measured on it. */
const LIMIT = 1800;

const { values } = parseArgs({ options: { sizes: { type: 'string', default: '10,1000,100000,1000000' } } });
const sizes = values.sizes.split(',').map(Number);

/** @typedef {{ size: number, fill_seconds?: number, costs?: Record<string, { ms: number, bytes: number }>, failed?: string }} Point */

/** @param {Session} session @param {number} size @returns {Promise<Point>} */
async function measure(session, size) {
  const origin = `ours-curves${size}`;
  const start = Date.now();
  try {
    await session.call(origin, '/curves', LIMIT, 'curves.fill', size);
    const fill_seconds = Math.round((Date.now() - start) / 1000);
    return { size, fill_seconds, costs: await session.call(origin, '/curves', LIMIT, 'curves.measure', size) };
  } catch (error) {
    return { size, failed: String(error).split('\n')[0] };
  }
}

/** @type {Point[]} */
const points = [];
const session = await Session.start();
try {
  for (const size of sizes) {
    const point = await measure(session, size);
    points.push(point);
    console.log(
      `\n${size.toLocaleString('en-US')} services${point.failed ? `: ${point.failed}` : `, filled in ${point.fill_seconds} s`}`,
    );
    if (point.costs) console.table(point.costs);
  }
  const chromium = await session.version();
  writeFileSync(new URL('curves-browser.json', import.meta.url), `${JSON.stringify({ chromium, points }, null, 1)}\n`);
} finally {
  await session.close();
}

const names = [...new Set(points.flatMap(({ costs }) => Object.keys(costs ?? {})))];
/** @param {'ms' | 'bytes'} unit */
const series = (unit) =>
  names
    .map((name) => ({
      name,
      points: points.flatMap(({ size, costs }) =>
        costs?.[name] ? [/** @type {[number, number]} */ ([size, costs[name][unit]])] : [],
      ),
    }))
    .filter((one) => one.points.some(([, value]) => value > 0));

const xLabel = 'services in the store';
/** @param {string} file @param {string} title @param {string} yLabel @param {'ms' | 'bytes'} unit */
const draw = (file, title, yLabel, unit) =>
  writeFileSync(new URL(file, import.meta.url), plot({ title, xLabel, yLabel, series: series(unit) }));
draw('curves-browser.svg', 'Time of each operation, in Chromium', 'milliseconds', 'ms');
draw('curves-browser-bytes.svg', 'Bytes that each operation writes, in Chromium', 'bytes', 'bytes');
