// What one tab does, in a page and in a worker alike: it works on a store, and has the server tick before each
// operation and after it.
import { openServices } from 'anonymous-services';
import { perform } from './perform.js';
import { PLANTED } from './planted.js';

/** @param {'invoke' | 'answer'} when @param {object} body */
async function tick(when, body) {
  const response = await fetch(`/tick/${when}`, { method: 'POST', body: JSON.stringify(body) });
  return response.status === 200 ? response.json() : undefined;
}

export class Tab {
  /** @param {{ client: string, store: string, planted?: keyof typeof PLANTED }} setup */
  async open({ client, store, planted }) {
    this.client = client;
    if (planted) PLANTED[planted]();
    this.services = await openServices({ name: store, wasm: '/engine.wasm' });
  }

  /** Works, `lanes` operations at once, until the server has no more. @param {number} lanes */
  async work(lanes) {
    const lane = async () => {
      while (await this.#one()) continue;
    };
    await Promise.all(Array.from({ length: lanes }, lane));
  }

  /** Reads these services, all at once. @param {string[]} contact_keys @returns {Promise<string>} the digest after it */
  async readAll(contact_keys) {
    const read = (contact_key) => this.#one({ service: contact_key, kind: 'find', arguments: { contact_key } });
    await Promise.all(contact_keys.map(read));
    return this.services.digest();
  }

  /** @param {import('../workload.js').Call} [given] @returns {Promise<boolean>} whether there was one */
  async #one(given) {
    const next = await tick('invoke', { client: this.client, call: given });
    if (next === undefined) return false;
    const { number, call } = next;
    await tick('answer', { number, result: await perform(this.services, call) });
    return true;
  }
}
