// Samples of a run, and what follows from them: medians, and ratios within the same round, so that what else the
// machine does meanwhile weighs on both sides.

/**
 * @typedef {object} Cell
 * @property {string} work  W1 to W8
 * @property {string} figure  what of it
 * @property {string} unit
 * @property {number} size  services in the store before
 * @property {string} contender
 * @property {number[]} samples  one for each round
 * @property {string} [missing]  why there are none, or no more: `over 10 s`, `does not fit`
 * @property {{ figure: string, contender: string, size?: number }} [base]  what it is also compared with
 *
 * @typedef {Cell & { median?: number, to_ours?: number, to_raw?: number, to_base?: number }} Result
 */

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export class Figures {
  /** @type {Map<string, Cell>} */
  #cells = new Map();

  /** @param {Omit<Cell, 'samples' | 'missing'>} about */
  #cell(about) {
    const key = [about.work, about.figure, about.size, about.contender].join('|');
    const cell = this.#cells.get(key) ?? { ...about, samples: [] };
    this.#cells.set(key, cell);
    return cell;
  }

  /** @param {Omit<Cell, 'samples' | 'missing'>} about @param {number} value */
  add(about, value) {
    this.#cell(about).samples.push(Number(value.toFixed(3)));
  }

  /** @param {Omit<Cell, 'samples' | 'missing'>} about @param {string} why */
  miss(about, why) {
    this.#cell(about).missing = why;
  }

  /** Sorted by work, figure and size, in the order in which they came. @returns {Result[]} */
  results() {
    const cells = [...this.#cells.values()];
    /** @param {Cell} cell @param {Partial<Cell>} other */
    const ratio = (cell, other) => {
      const { work, figure, size } = cell;
      const wanted = { work, figure, size, ...other };
      const against = cells.find((one) =>
        Object.entries(wanted).every(([name, value]) => one[/** @type {keyof Cell} */ (name)] === value),
      );
      const ratios = cell.samples
        .map((sample, round) => sample / (against?.samples[round] ?? NaN))
        .filter(Number.isFinite);
      return ratios.length > 0 ? Number(median(ratios).toFixed(3)) : undefined;
    };
    const order = [...new Set(cells.map(({ work }) => work))].sort();
    const figures = [...new Set(cells.map(({ figure }) => figure))];
    const results = cells.map((cell) => {
      if (cell.missing !== undefined || cell.samples.length === 0) return cell;
      return {
        ...cell,
        median: median(cell.samples),
        to_ours: ratio(cell, { contender: 'ours' }),
        to_raw: ratio(cell, { contender: 'raw' }),
        ...(cell.base && { to_base: ratio(cell, cell.base) }),
      };
    });
    return results.sort(
      (a, b) =>
        order.indexOf(a.work) - order.indexOf(b.work) ||
        figures.indexOf(a.figure) - figures.indexOf(b.figure) ||
        a.size - b.size,
    );
  }
}
