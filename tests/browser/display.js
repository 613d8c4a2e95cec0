// Starts a WebKit program under an X server that draws nowhere, with a home folder of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { program } from './program.js';

/** @returns {Promise<{ name: string, close(): Promise<void> }>} */
async function startDisplay() {
  const xvfb = program(['Xvfb'], 'xvfb');
  const child = spawn(xvfb, ['-displayfd', '3', '-nolisten', 'tcp', '-screen', '0', '1280x800x24'], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let said = '';
  /** @type {import('node:stream').Readable} */ (child.stderr).setEncoding('utf8').on('data', (text) => (said += text));
  const closed = once(child, 'close');
  const ended = closed.then(() => Promise.reject(new Error(`Xvfb ended before it was ready: ${said}`)));
  ended.catch(() => {});
  // It takes the first free number and says which, once it listens.
  const [number] = await Promise.race([once(/** @type {any} */ (child.stdio[3]), 'data'), ended]);
  return {
    name: `:${String(number).trim()}`,
    async close() {
      child.kill();
      await closed;
    },
  };
}

/**
 * @param {string} command
 * @param {string[]} args
 * @param {string} home  where it keeps all its data
 * @returns {Promise<{ ended: Promise<never>, output(): string, stop(signal?: NodeJS.Signals): Promise<void> }>}
 *   `ended` rejects when it ends before `stop`; `stop` resolves once all that it started has ended too
 */
export async function startWithDisplay(command, args, home) {
  const display = await startDisplay();
  const child = spawn(command, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      DISPLAY: display.name,
      HOME: home,
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_DATA_HOME: join(home, 'data'),
      // The sandbox needs user namespaces, which containers do not have; the pages are ours.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1',
      // GTK would start services of a desktop, which outlive it.
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
      NO_AT_BRIDGE: '1',
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  // `close` comes when the last process that holds the output has ended.
  const closed = once(child, 'close');
  const ended = closed.then(() => Promise.reject(new Error(`${command} ended too early: ${output}`)));
  ended.catch(() => {});
  return {
    ended,
    output: () => output,
    async stop(signal = 'SIGTERM') {
      child.kill(signal);
      await closed.finally(display.close);
    },
  };
}
