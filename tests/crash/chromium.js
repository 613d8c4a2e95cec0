// A headless Chromium without a debugger at its side, so that it starts fast: its page tells the test's server what
// there is to know. All of its processes are one process group, and one signal kills them at the same moment.
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { program } from '../browser/program.js';

const FLAGS = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--no-default-browser-check',
  '--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-extensions',
  '--disable-breakpad', '--password-store=basic', '--disable-features=Translate,OptimizationHints,MediaRouter',
  // A page may open another one by itself, and the one behind is as quick as the one in front.
  '--disable-popup-blocking', '--disable-renderer-backgrounding', '--disable-backgrounding-occluded-windows',
  '--disable-background-timer-throttling',
];

/** In the profile: what the browser complains of. */
const LOG = 'complaints.txt';

export class Chromium {
  #process;
  #end = () => this.kill();

  /** @param {string} profile  a folder @param {string} url */
  constructor(profile, url) {
    const file = program(['chromium', 'chromium-browser', 'google-chrome'], 'chromium', process.env.CHROMIUM);
    const log = openSync(join(profile, LOG), 'a');
    this.#process = spawn(file, [...FLAGS, `--user-data-dir=${profile}`, url], { detached: true, stdio: ['ignore', 'ignore', log] });
    closeSync(log);
    /** Resolves once it has ended. @type {Promise<void>} */
    this.ended = new Promise((resolve) => {
      const ended = () => {
        process.off('exit', this.#end);
        resolve();
      };
      this.#process.once('exit', ended).once('error', ended);
    });
    process.once('exit', this.#end);
  }

  /** Stops the process that the storage is in; the pages' own processes go on for now. */
  stop() {
    this.#signal(Number(this.#process.pid), 'SIGSTOP');
  }

  /** Kills all of it, now. */
  kill() {
    this.#signal(-Number(this.#process.pid), 'SIGKILL');
  }

  /** @param {number} pid @param {NodeJS.Signals} signal */
  #signal(pid, signal) {
    try {
      process.kill(pid, signal);
    } catch {
      // It has ended by itself.
    }
  }
}
