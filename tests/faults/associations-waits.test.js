// What the sender waits for, and what it does not wait for: a server that never answers, a login that comes while a
// request is under way.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serveSite } from '../browser/site.js';
import { Browser } from './associations/browser.js';
import { Proxy } from './associations/proxy.js';
import { Server } from './associations/server.js';

let site;
let server;
let proxy;
let browser;

beforeAll(async () => {
  site = await serveSite({ '/main.js': 'tests/faults/associations/page/main.js' });
  server = await new Server().start();
  proxy = await new Proxy({ upstream: () => server.port, site: Number(new URL(site.url).port) }).listen();
  browser = new Browser(() => proxy.url);
});

afterAll(async () => {
  await browser?.close();
  await proxy?.close();
  await server?.stop();
  await site?.close();
});

/** The next association stays at the proxy. @returns {{ came: Promise<unknown>, goOn: () => void }} */
function holdNext() {
  let goOn = () => {};
  const until = new Promise((resolve) => (goOn = () => resolve(undefined)));
  const came = new Promise((resolve) => proxy.addEventListener('passage', resolve, { once: true }));
  proxy.fate = () => {
    proxy.calm();
    return { what: 'wait', until };
  };
  return { came, goOn };
}

test('a login that comes while a request is under way, which is refused then, is not missed', async () => {
  const tab = await browser.open({ customer: 'C-2' });
  const held = holdNext();
  // The server has somebody else logged in by now; the page does not know.
  await tab.call('associate', { customer: 'C-1', count: 1 });
  await held.came;
  await tab.call('login', { customer: 'C-2', out: true });
  await tab.call('associate', { customer: 'C-2', count: 1 });
  held.goOn();
  // Who is refused waits for ten minutes, if nobody logs in.
  await tab.call('settle');
  expect(proxy.passages.map(({ statuses }) => statuses)).toEqual([[403], [200]]);
  await tab.call('login', { customer: 'C-1', out: true });
  await tab.call('settle');
  expect(proxy.passages.map(({ statuses }) => statuses)).toEqual([[403], [200], [200]]);
  await tab.kill('close');
});

test('a request that is never answered is given up and sent again', async () => {
  const tab = await browser.open({ clock: true });
  await tab.call('login', { customer: 'C-3', out: true });
  const before = proxy.passages.length;
  const held = holdNext();
  await tab.call('associate', { customer: 'C-3', count: 1 });
  await held.came;
  while (proxy.passages.length === before + 1) await tab.page.clock.runFor('00:10');
  await tab.call('settle');
  const [first, second, ...more] = proxy.passages.slice(before);
  expect([second.id, more]).toEqual([first.id, []]);
  held.goOn();
  await tab.kill('close');
});
