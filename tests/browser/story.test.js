// The whole story in a real Chromium against the demo's real workerd: start anonymously, survive a reload, log in,
// arrive at the server once.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startDemo } from '../../demo/serve.mjs';
import { kill, launch, newFolder, watch } from './chromium.js';

let demo;
let browser;

beforeAll(async () => {
  demo = await startDemo({ port: 0, dataDir: newFolder() });
  browser = await launch();
});

afterAll(async () => {
  await browser?.context.close();
  await demo?.stop();
});

async function openShop(context, url = demo.url) {
  const page = await context.newPage();
  const problems = watch(page);
  await page.goto(url);
  await page.waitForSelector('body[data-ready]');
  return { page, problems };
}

/** Counts requests to the contract's interface, of all pages. */
function count(context) {
  const requests = [];
  context.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname.startsWith('/genesys')) requests.push(`${request.method()} ${pathname}`);
  });
  return requests;
}

async function logIn(page, user) {
  await page.click('#log-in');
  await page.fill('#login input[name=user]', user);
  await page.fill('#login input[name=password]', 'demo');
  await page.press('#login input[name=password]', 'Enter');
}

test('a basket filled before the login survives, is shared by tabs, and arrives once under the customer', async () => {
  const { context, profile } = browser;
  const requests = count(context);
  const { page, problems } = await openShop(context);
  await page.click('[data-add=sencha]');
  await page.click('[data-add=sencha]');
  await page.click('[data-add=assam]');
  await page.fill('#address [name=town]', 'Leipzig');
  await page.press('#address [name=town]', 'Tab');
  await page.waitForSelector('[data-count=sencha]:text-is("2")');
  await page.waitForSelector('[data-count=assam]:text-is("1")');
  await page.waitForSelector('#status:text("Saved")');

  await page.reload();
  await page.waitForSelector('[data-count=sencha]:text-is("2")');
  expect(await page.inputValue('#address [name=town]')).toBe('Leipzig');

  const second = await openShop(context);
  await second.page.waitForSelector('[data-count=sencha]:text-is("2")');
  await second.page.click('[data-add=rooibos]');
  await page.waitForSelector('[data-count=rooibos]:text-is("1")');

  // Come back after the browser was closed.
  await context.close();
  browser = await launch(profile);
  const again = count(browser.context);
  const back = await openShop(browser.context);
  await back.page.waitForSelector('[data-count=rooibos]:text-is("1")');
  expect(requests).toEqual([]);
  expect(again).toEqual([]);

  await logIn(back.page, 'pat');
  await back.page.waitForSelector('#orders [data-order]');
  const text = await back.page.textContent('#orders [data-order]');
  expect(text).toContain('1 × Assam, 2 × Sencha, 1 × Rooibos');
  expect(text).toContain('Leipzig');
  expect(text).toContain('C-42');
  await back.page.waitForSelector('#basket', { state: 'hidden' });
  await back.page.waitForSelector('#deliveries', { state: 'attached' });
  await back.page.waitForFunction(() => document.querySelectorAll('#deliveries li').length === 0);
  expect(again.filter((one) => one.startsWith('POST'))).toEqual(['POST /genesys/1/cs/associations']);

  // Nothing of it is offered or sent again after a reload.
  await back.page.reload();
  await back.page.waitForSelector('#orders [data-order]');
  expect(await back.page.locator('#orders [data-order]').count()).toBe(1);
  expect(again.filter((one) => one.startsWith('POST'))).toHaveLength(1);
  expect([...problems, ...second.problems, ...back.problems]).toEqual([]);

  await back.page.click('#log-out');
  await logIn(back.page, 'robin');
  await back.page.waitForSelector('#orders .note');
  expect(await back.page.locator('#orders [data-order]').count()).toBe(0);
  await back.page.close();
});

test('an order made while the server is away is delivered after the next start of the page', async () => {
  const dataDir = newFolder();
  let server = await startDemo({ port: 0, dataDir });
  const port = Number(new URL(server.url).port);
  const { context, profile } = await launch();
  const { page } = await openShop(context, server.url);
  await logIn(page, 'pat');
  await page.waitForSelector('#orders .note');
  await server.kill();
  await page.click('[data-add=darjeeling]');
  await page.waitForSelector('[data-count=darjeeling]');
  await page.click('#order');
  await page.waitForSelector('#deliveries [data-delivery]');
  await kill(context, profile);

  server = await startDemo({ port, dataDir });
  const next = await launch(profile);
  const opened = await openShop(next.context, server.url);
  // Chromium may not have written the cookie down before it was killed; then the visitor logs in again.
  if (await opened.page.isVisible('#log-in')) await logIn(opened.page, 'pat');
  await opened.page.waitForSelector('#orders [data-order]');
  expect(await opened.page.textContent('#orders')).toContain('1 × Darjeeling');
  await opened.page.waitForFunction(() => document.querySelectorAll('#deliveries li').length === 0);
  await next.context.close();
  await server.stop();
});

/** A shop and a browser of its own for a test that leaves baskets behind. */
async function ownShop(run) {
  const server = await startDemo({ port: 0, dataDir: newFolder() });
  const { context } = await launch();
  try {
    await run(server, context, await openShop(context, server.url));
  } finally {
    await context.close();
    await server.stop();
  }
}

const add = async (page, sku) => {
  await page.click(`[data-add=${sku}]`);
  await page.waitForSelector(`[data-count=${sku}]`);
};

test.each(['logged out', 'lost the session without logging out'])(
  'what one customer left in the basket and %s is never the next one\'s, and is there for its owner',
  (how) =>
    ownShop(async (server, context, { page }) => {
      await logIn(page, 'pat');
      await page.waitForSelector('#orders .note');
      await add(page, 'assam');
      await page.fill('#address [name=street]', '1 Pat Street');
      await page.press('#address [name=street]', 'Tab');
      await page.waitForSelector('#status:text("Saved")');
      if (how === 'logged out') {
        await page.click('#log-out');
        await page.waitForSelector('#log-in:visible');
      } else {
        await context.clearCookies();
        await page.reload();
        await page.waitForSelector('body[data-ready]');
      }
      await page.waitForSelector('#basket', { state: 'hidden' });
      expect(await page.inputValue('#address [name=street]')).toBe('');
      await logIn(page, 'robin');
      await page.waitForSelector('#orders .note');
      expect(await page.locator('#orders [data-order]').count()).toBe(0);
      expect(await page.inputValue('#address [name=street]')).toBe('');
      await page.click('#log-out');
      await logIn(page, 'pat');
      await page.waitForSelector('[data-count=assam]:text-is("1")');
      expect(await page.inputValue('#address [name=street]')).toBe('1 Pat Street');
      await page.click('#order');
      await page.waitForSelector('#orders [data-order]');
      expect(await page.textContent('#orders')).toContain('C-42');
    }),
);

test('an order is taken back: it is a basket again, and the server has it no more, also in the other tab', () =>
  ownShop(async (server, context, { page, problems }) => {
    await add(page, 'assam');
    const second = await openShop(context, server.url);
    await logIn(page, 'pat');
    await page.waitForSelector('#orders [data-order]');
    await second.page.waitForSelector('#orders [data-order]');
    await second.page.click('#orders [data-undo]');
    for (const tab of [page, second.page]) {
      await tab.waitForSelector('[data-count=assam]:text-is("1")');
      await tab.waitForSelector('#orders .note');
    }
    await page.click('#order');
    await second.page.waitForSelector('#orders [data-order]');
    expect(await page.locator('#orders [data-order]').count()).toBe(1);
    expect([...problems, ...second.problems]).toEqual([]);
  }));

test('an address without a basket, typed before the login, is not shown to whoever comes after the logout', () =>
  ownShop(async (server, context, { page }) => {
    await page.fill('#address [name=street]', '1 Pat Street');
    await page.press('#address [name=street]', 'Tab');
    await page.waitForSelector('#status:text("Saved")');
    await logIn(page, 'pat');
    await page.waitForSelector('#orders .note');
    await page.click('#log-out');
    await page.waitForFunction(() => document.querySelector('#address [name=street]').value === '');
    await logIn(page, 'robin');
    await page.waitForSelector('#orders .note');
    expect(await page.inputValue('#address [name=street]')).toBe('');
  }));

test('every one of many quick clicks counts, in two tabs at once', () =>
  ownShop(async (server, context, { page }) => {
    const second = await openShop(context, server.url);
    const clicks = (tab) => tab.evaluate(() => { for (let i = 0; i < 5; ++i) document.querySelector('[data-add=assam]').click(); });
    await Promise.all([clicks(page), clicks(second.page)]);
    for (const tab of [page, second.page]) await tab.waitForSelector('[data-count=assam]:text-is("10")');
    await page.evaluate(() => { for (let i = 0; i < 3; ++i) document.querySelector('[data-step="assam-1"]').click(); });
    await page.waitForSelector('[data-count=assam]:text-is("7")');
  }));

test('the page is usable by keyboard alone and on a narrow screen', async () => {
  const { page } = await openShop(browser.context);
  await page.setViewportSize({ width: 320, height: 640 });
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await page.focus('[data-add=assam]');
  await page.keyboard.press('Enter');
  await page.waitForSelector('[data-count=assam]');
  await page.focus('[data-step="assam1"]');
  await page.keyboard.press('Space');
  await page.waitForSelector('[data-count=assam]:text-is("2")');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-step'))).toBe('assam1');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await page.close();
});
