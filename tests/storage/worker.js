// Runs the storage suite inside a Durable Object, over its real storage, and answers the outcomes.
import { DurableObject } from 'cloudflare:workers';
import { durableObjectStorage } from 'anonymous-services/edge';
import { fileName } from '../../js/storage/storage.js';
import { runCases } from './suite.js';

/**
 * One store of several in one object: the same storage, with the store's name before every key.
 *
 * @param {any} storage
 * @param {string} name
 * @returns {import('../../js/storage/durable-object.js').ObjectStorage}
 */
function named(storage, name) {
  const full = (key) => `${name}/${key}`;
  const bare = (values) => new Map([...values].map(([key, value]) => [key.slice(full('').length), value]));
  return {
    list: async ({ prefix }) => bare(await storage.list({ prefix: full(prefix) })),
    get: async (keys) => bare(await storage.get(keys.map(full))),
    put(entries) {
      return storage.put(Object.fromEntries(Object.entries(entries).map(([key, value]) => [full(key), value])));
    },
    delete: (keys) => storage.delete(keys.map(full)),
    transaction: (work) => storage.transaction((inner) => work(named(inner, name))),
  };
}

export class Shop extends DurableObject {
  async fetch() {
    const { storage } = this.ctx;
    const outcomes = await runCases(async (name) => durableObjectStorage(named(storage, name)), {
      shared: false,
      async damaged(name, sequence) {
        const parts = await storage.list({ prefix: `${name}/damaged/${fileName(sequence)}/` });
        return new Uint8Array(await new Blob([...parts.values()]).arrayBuffer());
      },
    });
    return Response.json(outcomes);
  }
}

export default {
  fetch: (request, env) => env.SHOP.get(env.SHOP.idFromName('suite')).fetch(request),
};
