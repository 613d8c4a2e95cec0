// Kills a process that writes into a store in a directory, starts the next one on the same directory at once, and
// compares what that one finds with what the dead one had acknowledged.
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { randomFrom } from '../../tabs/random.js';
import { Ledger } from '../ledger.js';
import { Workload } from '../workload.js';

const script = fileURLToPath(new URL('writer.mjs', import.meta.url));

/** Of the values: small, so that checkpoints come often; or large, so that a checkpoint has several pieces. */
const MEASURES = [{ size: 100, most: 30 }, { size: 6000, most: 60 }];
/** A directory is for so many kills. */
const KILLS = 100;
/** After so many acknowledgements a process is killed, whatever it was to wait for. */
const ENOUGH = 150;
/** Nothing was heard for so long: it hangs. */
const SILENCE_MS = 60_000;

/**
 * When a process is killed. `call`: by itself, at that call to the file system; the others by the parent, `delay` ms
 * after the count of messages or after the start.
 *
 * @param {import('../../tabs/random.js').Random} random
 */
function fateFrom(random) {
  const what = random.weighted({ call: 6, acknowledged: 4, began: 3, started: 2 });
  switch (what) {
    case 'call':
      return { what, call: random.from(1, random.pick([60, 250])), moment: random.pick(['before', 'after']), count: 0, delay: 0 };
    case 'acknowledged':
      return { what, call: 0, count: random.from(1, 40), delay: random.from(0, 8) };
    case 'began':
      return { what, call: 0, count: random.from(1, 4), delay: random.from(0, 4) };
    default:
      return { what, call: 0, count: 0, delay: random.from(0, 200) };
  }
}

class Run {
  /** What is wrong. @type {string[]} */
  problems = [];
  opened = false;
  acknowledged = 0;
  /** Steps of compaction that have begun and not ended. @type {string[]} */
  steps = [];
  #began = 0;
  #setup;
  #child;

  /**
   * @param {object} setup
   * @param {string} setup.folder
   * @param {Ledger} setup.ledger
   * @param {Workload} setup.workload
   * @param {'relaxed' | 'strict'} setup.durability
   * @param {ReturnType<typeof fateFrom> | null} setup.fate  null: it only looks
   */
  constructor(setup) {
    this.#setup = setup;
    const { folder, durability, fate } = setup;
    const given = { folder, durability, look: fate === null, call: fate?.call ?? 0, moment: fate?.moment };
    this.#child = spawn(process.execPath, [script, JSON.stringify(given)], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#child.stdin.on('error', () => {}); // it was killed while it was told something
  }

  /** Until it is dead and all that it told has been heard. @returns {Promise<void>} */
  async ended() {
    const { fate } = this.#setup;
    const child = this.#child;
    const silence = () => {
      this.problems.push(`nothing was heard for ${SILENCE_MS / 1000} s`);
      child.kill('SIGKILL');
    };
    let timer = setTimeout(silence, SILENCE_MS);
    if (fate?.what === 'started') setTimeout(() => child.kill('SIGKILL'), fate.delay);
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      clearTimeout(timer);
      timer = setTimeout(silence, SILENCE_MS);
      const lines = (rest + text).split('\n');
      rest = /** @type {string} */ (lines.pop());
      for (const line of lines) this.#hear(JSON.parse(line));
    });
    const [code, signal] = await new Promise((resolve) => child.once('close', (...how) => resolve(how)));
    clearTimeout(timer);
    if (fate === null ? code !== 0 : signal !== 'SIGKILL') this.problems.push(`it ended by itself: ${code ?? signal}`);
  }

  /** @param {any} message */
  #hear(message) {
    const { ledger, workload, fate } = this.#setup;
    if (message.opened) {
      this.opened = true;
      this.problems.push(...ledger.settle(message.opened));
      if (this.problems.length > 0) this.#child.kill('SIGKILL');
    } else if (message.acknowledged !== undefined) {
      const problem = ledger.acknowledge(message.acknowledged, message.value);
      if (problem) this.problems.push(problem);
      ++this.acknowledged;
      if (this.acknowledged === ENOUGH || (fate?.what === 'acknowledged' && this.acknowledged === fate.count)) this.#kill();
    } else if (message.next !== undefined) {
      ledger.release(message.marks);
      this.#child.stdin.write(`${JSON.stringify({ lane: message.next, operations: workload.next() })}\n`);
    } else if (message.began) {
      this.steps.push(message.began);
      if (fate?.what === 'began' && ++this.#began === fate.count) this.#kill();
    } else if (message.ended) {
      this.steps.splice(this.steps.indexOf(message.ended), 1);
    } else {
      this.problems.push(message.trouble);
      this.#child.kill('SIGKILL');
    }
  }

  #kill() {
    const delay = this.#setup.fate?.delay ?? 0;
    if (delay === 0) this.#child.kill('SIGKILL');
    else setTimeout(() => this.#child.kill('SIGKILL'), delay);
  }
}

/**
 * @param {{ kills: number, seed?: number, log?: (line: string) => void }} setup
 * @returns {Promise<{ problems: string[], figures: Record<string, number> }>}  ends at the first problem, and leaves
 *   the directory there
 */
export async function runKills({ kills, seed = 1, log = () => {} }) {
  const random = randomFrom(seed);
  const start = performance.now();
  /** @type {Record<string, number>} */
  const figures = {
    kills: 0,
    'at a call to the file system': 0,
    'in a merge': 0,
    'in a piece of a checkpoint': 0,
    'before the store was open': 0,
    directories: 0,
  };
  while (figures.kills < kills) {
    const folder = mkdtempSync(join(tmpdir(), 'anonymous-services-'));
    const ledger = new Ledger({ services: [], receipts: [] });
    const workload = new Workload(ledger, random, random.pick(MEASURES));
    ++figures.directories;
    /** @param {ReturnType<typeof fateFrom> | null} fate */
    const launch = async (fate) => {
      const run = new Run({ folder, ledger, workload, fate, durability: random.pick(['strict', 'relaxed']) });
      await run.ended();
      const names = readdirSync(folder);
      if (names.some((name) => name.startsWith('damaged'))) run.problems.push('a damaged file was set aside');
      const left = fate === null ? names.filter((name) => !/^\d{16}$/.test(name)) : [];
      if (left.length > 0) run.problems.push(`a store that was closed leaves ${left} behind`);
      return run;
    };
    for (let i = 0; i < KILLS && figures.kills < kills; ++i) {
      const fate = fateFrom(random);
      const run = await launch(fate);
      ++figures.kills;
      if (fate.what === 'call') ++figures['at a call to the file system'];
      if (run.steps.includes('merge')) ++figures['in a merge'];
      if (run.steps.includes('piece')) ++figures['in a piece of a checkpoint'];
      if (!run.opened) ++figures['before the store was open'];
      log(`${figures.kills}: ${JSON.stringify(fate)}, ${run.acknowledged} operations ${run.steps}`);
      if (run.problems.length > 0) return { problems: told(run.problems, folder, seed, figures.kills), figures };
    }
    const last = await launch(null);
    if (last.problems.length > 0) return { problems: told(last.problems, folder, seed, figures.kills), figures };
    rmSync(folder, { recursive: true });
    for (const [name, figure] of Object.entries(ledger.figures)) figures[name] = (figures[name] ?? 0) + figure;
    if (figures.kills % (10 * KILLS) === 0) log(`${figures.kills} kills, ${figures.acknowledged} operations acknowledged`);
  }
  figures['ms per kill'] = Math.round((performance.now() - start) / Math.max(1, kills));
  return { problems: [], figures };
}

/** @param {string[]} problems @param {string} folder @param {number} seed @param {number} kills */
const told = (problems, folder, seed, kills) => [`seed ${seed}, after ${kills} kills, in ${folder}:`, ...problems];
