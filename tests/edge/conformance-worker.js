// The conformance suite's worker: the handler in a Durable Object, whoever asks is reader, writer and customer C-42.
import { DurableObject } from 'cloudflare:workers';
import { createHandler, durableObjectStorage } from 'anonymous-services/edge';

export class Shop extends DurableObject {
  handle = createHandler({
    storage: durableObjectStorage(this.ctx.storage),
    authorize: () => ({ roles: ['reader', 'writer'], customer_id: 'C-42' }),
    business_attributes: {
      attributes: { Media: { email: 'E-mail', chat: 'Chat' } },
      mapping: { 'Service.media_type': 'Media' },
    },
  });

  fetch(request) {
    return this.handle(request);
  }
}

export default {
  fetch: (request, env) => env.SHOP.get(env.SHOP.idFromName('shop')).fetch(request),
};
