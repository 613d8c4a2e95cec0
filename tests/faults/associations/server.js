// A real workerd with worker.js in it, which can be killed and started again on the same data and port.
import { rmSync } from 'node:fs';
import { startDemo } from '../../../demo/serve.mjs';
import { newFolder } from '../../browser/chromium.js';
import { changesOf } from './journal.js';

const BASE = '/genesys/1/cs';

export class Server {
  #dataDir = newFolder();
  #port = 0;
  /** @type {Awaited<ReturnType<typeof startDemo>> | undefined} */
  #process;

  constructor() {
    process.once('exit', () => void this.#process?.kill());
  }

  async start() {
    this.#process = await startDemo({ port: this.#port, dataDir: this.#dataDir, worker: 'tests/faults/associations/worker.js' });
    this.#port = Number(new URL(this.#process.url).port);
    return this;
  }

  get port() {
    return this.#port;
  }

  /** At once, whatever it is doing. */
  async kill() {
    await this.#process?.kill();
  }

  async stop() {
    await this.#process?.stop();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }

  /** Everything it was ever made to assign, in the order of the commits. @returns {Promise<import('./journal.js').Change[]>} */
  async commits() {
    const changes = [];
    for (let after = ''; ; ) {
      const page = await this.#get(`/commits?after=${encodeURIComponent(after)}`);
      if (page.length === 0) return changes;
      for (const [, bytes] of page) changes.push(...changesOf(Buffer.from(bytes, 'base64')));
      after = page[page.length - 1][0];
    }
  }

  /** All services, with everything in them. @returns {Promise<any[]>} */
  async services() {
    return this.#get(`${BASE}/maintenance/services/stream?time_from=2000-01-01T00:00:00Z`);
  }

  /** @param {string} target @returns {Promise<any>} */
  async #get(target) {
    const response = await fetch(`http://127.0.0.1:${this.#port}${target}`, { headers: { Authorization: 'Reader' } });
    const text = await response.text();
    if (!response.ok) throw new Error(`${target}: ${response.status} ${text}`);
    return JSON.parse(text);
  }
}
