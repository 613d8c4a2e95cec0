// The server of these tests: the handler in a Durable Object. The customer is whom a header names, or else a cookie.
// Beside the journal it keeps every commit as it was made, in the same atomic write, so that what happened can be read
// past all compaction and past the core.
import { DurableObject } from 'cloudflare:workers';
import { createHandler, durableObjectStorage } from 'anonymous-services/edge';

const COMMITS = 'commits/';
const PAGE = 100;

/** @param {import('../../../js/storage/storage.js').Storage} storage @param {DurableObjectStorage} objects */
const recorded = (storage, objects) => ({
  ...storage,
  transact: (lastSeen, work, durability) =>
    storage.transact(
      lastSeen,
      (newer) => {
        const file = work(newer);
        // Writes of one task are one transaction: both are there after a kill, or neither is.
        if (file !== null) void objects.put(COMMITS + String(file.sequence).padStart(16, '0'), file.bytes);
        return file;
      },
      durability,
    ),
});

/** @param {Uint8Array} bytes */
const base64 = (bytes) => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));

export class Shop extends DurableObject {
  handle = createHandler({
    storage: recorded(durableObjectStorage(this.ctx.storage), this.ctx.storage),
    authorize({ headers }) {
      const [, who, named] = /^(Reader|Customer) ?(.*)$/.exec(headers.get('Authorization') ?? '') ?? [];
      if (who === 'Reader') return { roles: ['reader'] };
      const customer_id = named ?? /(?:^|; )customer=([^;]+)/.exec(headers.get('Cookie') ?? '')?.[1];
      return customer_id === undefined ? null : { roles: ['visitor'], customer_id };
    },
  });

  async fetch(request) {
    const { pathname, searchParams } = new URL(request.url);
    if (pathname !== '/commits') return this.handle(request);
    const after = searchParams.get('after');
    const found = await this.ctx.storage.list({ prefix: COMMITS, limit: PAGE, ...(after ? { startAfter: after } : {}) });
    return Response.json([...found].map(([key, bytes]) => [key, base64(bytes)]));
  }
}

export default {
  fetch: (request, env) => env.SHOP.get(env.SHOP.idFromName('shop')).fetch(request),
};
