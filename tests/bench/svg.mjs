// Plots cost curves: lines over two logarithmic axes, as an SVG that needs no scripts and no fonts of its own.

/** @typedef {{ name: string, points: [number, number][] }} Series  points that have no logarithm are left out */

const WIDTH = 860;
const HEIGHT = 520;
const LEFT = 80;
const TOP = 48;
const BOTTOM = 64;
const LEGEND = 230;
const LINE = 18;

/** Distinct for colour-blind readers too (Okabe and Ito), then again with dashes. */
const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#777777'];
const DASHES = ['', '6 3', '2 3'];

/** @param {string} text */
const escape = (text) => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

/** @param {number} value */
const round = (value) => Number(value.toFixed(1));

/** @param {number} value */
function label(value) {
  if (value >= 1e9) return `${value / 1e9}G`;
  if (value >= 1e6) return `${value / 1e6}M`;
  if (value >= 1e3) return `${value / 1e3}k`;
  return String(Number(value.toPrecision(3)));
}

/** Whole powers of ten around the values, at least one decade. @param {number[]} values */
function decades(values) {
  const logs = values.map((value) => Math.log10(value));
  const low = Math.floor(Math.min(...logs));
  return { low, high: Math.max(low + 1, Math.ceil(Math.max(...logs) - 1e-9)) };
}

/** @param {string} colour @param {string} dash */
const stroke = (colour, dash) => `stroke="${colour}" stroke-width="2"${dash && ` stroke-dasharray="${dash}"`}`;

/**
 * @param {{ title: string, xLabel: string, yLabel: string, series: Series[] }} chart
 * @returns {string} the SVG document
 */
export function plot({ title, xLabel, yLabel, series }) {
  const drawn = series.map(({ name, points }) => ({ name, points: points.filter(([x, y]) => x > 0 && y > 0) }));
  const all = drawn.flatMap(({ points }) => points);
  if (all.length === 0) throw new RangeError('plot: no point to draw');
  const xs = decades(all.map(([x]) => x));
  const ys = decades(all.map(([, y]) => y));
  const height = Math.max(HEIGHT, TOP + BOTTOM + series.length * LINE);
  const right = WIDTH - LEGEND;
  const floor = height - BOTTOM;
  /** @param {number} value */
  const x = (value) => round(LEFT + ((Math.log10(value) - xs.low) / (xs.high - xs.low)) * (right - LEFT));
  /** @param {number} value */
  const y = (value) => round(floor - ((Math.log10(value) - ys.low) / (ys.high - ys.low)) * (floor - TOP));

  /** @type {string[]} */
  const parts = [];
  for (let power = xs.low; power <= xs.high; ++power) {
    const at = x(10 ** power);
    parts.push(`<path class="grid" d="M${at} ${TOP}V${floor}"/>`);
    parts.push(`<text x="${at}" y="${floor + 20}" text-anchor="middle">${label(10 ** power)}</text>`);
  }
  for (let power = ys.low; power <= ys.high; ++power) {
    const at = y(10 ** power);
    parts.push(`<path class="grid" d="M${LEFT} ${at}H${right}"/>`);
    parts.push(`<text x="${LEFT - 8}" y="${at + 4}" text-anchor="end">${label(10 ** power)}</text>`);
  }
  for (const [index, { name, points }] of drawn.entries()) {
    const colour = COLOURS[index % COLOURS.length];
    const line = stroke(colour, DASHES[Math.floor(index / COLOURS.length) % DASHES.length]);
    const path = points.map(([px, py]) => `${x(px)} ${y(py)}`).join('L');
    if (points.length > 1) parts.push(`<path d="M${path}" fill="none" ${line}/>`);
    for (const [px, py] of points) {
      parts.push(
        `<circle cx="${x(px)}" cy="${y(py)}" r="3" fill="${colour}"><title>${escape(name)}: ${label(px)}, ${label(py)}</title></circle>`,
      );
    }
    const at = TOP + 8 + index * LINE;
    parts.push(`<path d="M${right + 16} ${at}h26" ${line}/>`);
    parts.push(`<text x="${right + 50}" y="${at + 4}">${escape(name)}</text>`);
  }
  const middle = (TOP + floor) / 2;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img">
<title>${escape(title)}</title>
<style>
  svg { background: #fff; font: 12px system-ui, sans-serif; fill: #222 }
  .grid { stroke: #8884; stroke-width: 1 }
  @media (prefers-color-scheme: dark) { svg { background: #181818; fill: #ddd } }
</style>
<text x="${LEFT}" y="26" font-size="16" font-weight="bold">${escape(title)}</text>
${parts.join('\n')}
<text x="${(LEFT + right) / 2}" y="${height - 16}" text-anchor="middle">${escape(xLabel)}</text>
<text transform="translate(20 ${middle}) rotate(-90)" text-anchor="middle">${escape(yLabel)}</text>
</svg>
`;
}
