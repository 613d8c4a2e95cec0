// npm run scale -- --services 100000: a large store in a real Chromium; how long tasks are, and how many files it has.
import { parseArgs } from 'node:util';
import { launch } from '../browser/chromium.js';
import { serveSite } from '../browser/site.js';

const { values } = parseArgs({ options: { services: { type: 'string', default: '100000' } } });
const site = await serveSite({ '/page.js': 'tests/scale/page.js' });
const { context } = await launch();
try {
  const page = await context.newPage();
  await page.goto(site.url);
  await page.waitForSelector('body[data-ready]', { state: 'attached' });
  // @ts-ignore: page.js has it
  console.table(await page.evaluate((services) => globalThis.scale({ services }), Number(values.services)));
} finally {
  await context.close();
  await site.close();
}
