// Results as tables for people, and as rows for RESULTS.md: one for each figure and size, a column for each contender.

/** @typedef {import('./figures.mjs').Result} Result */

/** @param {number | undefined} value */
export function short(value) {
  if (value === undefined || !Number.isFinite(value)) return '';
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return Number(value.toFixed(digits)).toLocaleString('en-US');
}

/** @param {Result} result */
const text = ({ missing, median }) => missing ?? short(median);

/** @param {Result[]} results @returns {Result[][]} those of one figure and size, in the order in which they are */
function rowsOf(results) {
  /** @type {Map<string, Result[]>} */
  const rows = new Map();
  for (const result of results) {
    const key = [result.work, result.figure, result.size].join('|');
    rows.set(key, [...(rows.get(key) ?? []), result]);
  }
  return [...rows.values()];
}

/** @param {string[][]} lines @param {string} between */
function aligned(lines, between) {
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines
    .map((line) => line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join(between))
    .join('\n');
}

/**
 * One table for each work and figure: sizes across, contenders down, and how many times ours each is.
 *
 * @param {Result[]} results
 * @param {{ name: string, figure: string, title: string }[]} works
 * @param {Record<string, string>} labels  of contenders
 */
export function tables(results, works, labels) {
  const parts = [];
  const figures = new Set(results.map(({ work, figure }) => `${work}|${figure}`));
  for (const key of figures) {
    const own = results.filter(({ work, figure }) => `${work}|${figure}` === key);
    const sizes = [...new Set(own.map(({ size }) => size))];
    const [{ work, figure, unit }] = own;
    const head = [
      `${work} ${figure}, ${unit}`,
      ...sizes.flatMap((size) => [`at ${size.toLocaleString('en-US')}`, '× ours', '× raw']),
    ];
    const lines = [...new Set(own.map(({ contender }) => contender))].map((contender) => [
      labels[contender] ?? contender,
      ...sizes.flatMap((size) => {
        const cell = own.find((one) => one.size === size && one.contender === contender);
        return cell ? [text(cell), short(cell.to_ours), short(cell.to_raw)] : ['', '', ''];
      }),
    ]);
    const [{ base }] = own;
    const ours = own.filter(({ contender, to_base }) => contender === 'ours' && to_base !== undefined);
    const note = ours.map(({ size, to_base }) => `${short(to_base)} at ${size.toLocaleString('en-US')}`).join(', ');
    const title = works.find((one) => one.name === work && one.figure === figure)?.title;
    parts.push(`${title === undefined ? '' : `${work}: ${title}\n`}${aligned([head, ...lines], '  ')}`);
    if (base && note) parts.push(`ours / ${base.contender}, ${base.figure}: ${note}`);
  }
  return parts.join('\n\n');
}

/** @param {Result[]} results @param {Record<string, string>} labels  of contenders, which are the columns */
export function markdown(results, labels) {
  const contenders = Object.keys(labels).filter((name) => results.some(({ contender }) => contender === name));
  const head = ['work', 'services', ...contenders.map((name) => labels[name])];
  const rows = rowsOf(results).map((row) => [
    `${row[0].work} ${row[0].figure}, ${row[0].unit}`,
    row[0].size.toLocaleString('en-US'),
    ...contenders.map((name) => {
      const cell = row.find(({ contender }) => contender === name);
      if (!cell) return '–';
      return cell.to_raw === undefined || name === 'raw' ? text(cell) : `${text(cell)} (${short(cell.to_raw)})`;
    }),
  ]);
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
