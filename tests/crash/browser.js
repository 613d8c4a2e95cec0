// Kills a browser again and again while two pages and a worker write, and looks each time at what is left.
import { rmSync } from 'node:fs';
import { newFolder } from '../browser/chromium.js';
import { serveSite } from '../browser/site.js';
import { randomFrom } from '../tabs/random.js';
import { Chromium } from './chromium.js';
import { Launch } from './launch.js';
import { stagesFrom } from './stage.js';

/** How far a migration was when the browser was killed, as the next launch found it. */
const HALFWAY = { before: 'before a migration had written anything', between: 'between two pieces of a migration' };

/**
 * @param {{ kills: number, seed?: number, log?: (line: string) => void }} setup
 * @returns {Promise<{ problems: string[], figures: Record<string, number> }>}  ends at the first problem
 */
export async function runKills({ kills, seed = 1, log = () => {} }) {
  const random = randomFrom(seed);
  const next = await stagesFrom(random);
  const start = performance.now();
  const figures = {
    kills: 0,
    'in a merge': 0,
    'in a piece of a checkpoint': 0,
    'while the store was opened': 0,
    [HALFWAY.before]: 0,
    [HALFWAY.between]: 0,
    'databases thrown away by the browser': 0,
    'looks at what is left': 0,
    stores: 1,
    'of them migrated': 0,
    'steps of compaction': 0,
  };
  /** @type {Launch | undefined} */
  let launch;
  const site = await serveSite({ '/page.js': 'tests/crash/page/page.js', '/worker.js': 'tests/crash/page/worker.js' }, (path, body) => launch?.hear(path, body));
  const profile = newFolder();
  /** @type {string[]} */
  let problems = [];
  try {
    let stage = next();
    for (let number = 0; number <= kills && problems.length === 0; ++number) {
      const browser = new Chromium(profile, `${site.url}#${number}/first`);
      launch = new Launch({ number, stage, next, last: number === kills, random, browser });
      await browser.ended;
      problems = launch.close().map((problem) => `launch ${number}, ${launch?.stage.name}: ${problem}`);
      if (launch.stage !== stage) {
        add(figures, stage.ledger.figures);
        ++figures.stores;
        if (stage.golden) ++figures['of them migrated'];
      }
      if (launch.loss !== undefined) {
        ++figures['databases thrown away by the browser'];
        log(`${number}: the browser has thrown the databases away: ${launch.loss}`);
      }
      if (launch.halfway) ++figures[HALFWAY[launch.halfway]];
      if (launch.checked) ++figures['looks at what is left'];
      figures['steps of compaction'] += launch.begun;
      stage = launch.stage;
      if (number === kills) {
        add(figures, stage.ledger.figures);
        break;
      }
      ++stage.killed;
      ++figures.kills;
      const under = [...launch.steps.values()];
      if (under.includes('merge')) ++figures['in a merge'];
      if (under.includes('piece')) ++figures['in a piece of a checkpoint'];
      if (launch.opening) ++figures['while the store was opened'];
      log(`${number}: ${stage.name}${stage.golden ? ', old' : ''}, killed ${launch.opening ? 'while it was opened' : `after ${launch.heard} operations`}${under.length ? `, in: ${under}` : ''}`);
    }
  } finally {
    await site.close();
    // What a loss left behind is worth a look.
    if (problems.length > 0) problems.push(`the profile is ${profile}`);
    else rmSync(profile, { recursive: true, force: true });
  }
  figures['ms per kill'] = Math.round((performance.now() - start) / Math.max(1, figures.kills));
  return { problems, figures };
}

/** @param {Record<string, number>} sums @param {Record<string, number>} figures */
function add(sums, figures) {
  for (const [name, figure] of Object.entries(figures)) sums[name] = (sums[name] ?? 0) + figure;
}
