// Two handlers on one Durable Object's storage, as nobody should have them: `x-handler` says which one is asked.
import { DurableObject } from 'cloudflare:workers';
import { createHandler, durableObjectStorage } from 'anonymous-services/edge';

export class Shop extends DurableObject {
  make = () => createHandler({ storage: durableObjectStorage(this.ctx.storage), authorize: () => ({ roles: ['reader', 'writer'] }) });
  handlers = new Map();

  fetch(request) {
    const name = request.headers.get('x-handler');
    if (!this.handlers.has(name)) this.handlers.set(name, this.make());
    return this.handlers.get(name)(request);
  }
}

export default {
  fetch: (request, env) => env.SHOP.get(env.SHOP.idFromName('shop')).fetch(request),
};
