// A real Chromium with a profile folder of its own, so that it can be killed and started again on the same data.
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { chromium } from 'playwright-core';

const executable =
  process.env.CHROMIUM ??
  ['chromium', 'chromium-browser', 'google-chrome']
    .flatMap((name) => (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, name)))
    .find((file) => existsSync(file));

const FLAGS = [
  '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/** A new folder for a profile or a server's data. */
export const newFolder = () => mkdtempSync(join(tmpdir(), 'anonymous-services-'));

/** @param {string} [profile] @param {object} [options] */
export async function launch(profile = newFolder(), options = {}) {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: executable,
    headless: true,
    args: [...FLAGS, '--remote-debugging-port=0'],
    ...options,
  });
  return { context, profile };
}

/** Kills the whole browser of this profile at once, as a crash does. @param {import('playwright-core').BrowserContext} context @param {string} profile */
export async function kill(context, profile) {
  const { execFileSync } = await import('node:child_process');
  const closed = new Promise((resolve) => context.once('close', resolve));
  // Every process of the browser names the profile on its command line or is a child of one that does.
  const rows = execFileSync('ps', ['-eo', 'pid=,ppid=,args='], { encoding: 'utf8' }).trim().split('\n');
  const processes = rows.map((row) => /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(row)).filter((match) => match !== null);
  const doomed = new Set(processes.filter(([, , , args]) => args.includes(profile)).map(([, pid]) => pid));
  for (let size = -1; size !== doomed.size; ) {
    size = doomed.size;
    for (const [, pid, parent] of processes) if (doomed.has(parent)) doomed.add(pid);
  }
  for (const pid of doomed) {
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It ended with its parent.
    }
  }
  await closed;
}

/** Gathers what a page must not have: errors, and violations of its content security policy. @param {import('playwright-core').Page} page */
export function watch(page) {
  /** @type {string[]} */
  const problems = [];
  page.on('pageerror', (error) => problems.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text());
  });
  return problems;
}
