// What each writer does, in a page and in a worker alike: it opens the store, tells what is in it, and works on it
// until it is killed.
import { openServices } from 'anonymous-services';
import { perform } from './perform.js';
import { post, self } from './post.js';
import { deleteRaw, listRaw, writeRaw } from './raw.js';
import { reportSteps } from './steps.js';

const LANES = 2;

/** @param {import('anonymous-services').Services} services */
async function contentOf(services) {
  let text = '';
  for await (const part of services.exportServices({ time_from: '2000-01-01T00:00:00Z' })) text += part;
  return { services: JSON.parse(text), receipts: await services.receipts() };
}

/** Opens the store that the server names; one that is told to be over is closed, and the next one is opened. */
async function settle() {
  for (;;) {
    const { store, durability, behind, files } = await post('hello');
    if (self.writer === 'first') {
      if (files) {
        // An earlier launch may have come to write a part.
        await deleteRaw(store);
        await writeRaw(store, files);
      }
      await post('ready', await listRaw(store));
    }
    const now = () => Date.now() - behind;
    const services = await openServices({ name: store, durability, now, wasm: '/engine.wasm' });
    for (const type of ['damage', 'durability', 'evicted']) {
      services.addEventListener(type, ({ detail }) => void post('trouble', { what: `${type}: ${JSON.stringify(detail)}` }));
    }
    const content = await contentOf(services);
    const { over } = await post('opened', { content, digest: services.digest() });
    if (!over) return services;
    await services.close();
    if (self.writer === 'first') await deleteRaw(store);
  }
}

/** @param {import('anonymous-services').Services} services */
async function lane(services) {
  for (let marks = []; ; ) {
    const operations = await post('next', { marks });
    await Promise.all(
      operations.map(async (operation) => {
        const value = await perform(services, operation);
        await post('acknowledged', { number: operation.number, value });
      }),
    );
    marks = operations.flatMap((operation) => operation.marks);
  }
}

export async function write() {
  reportSteps();
  try {
    const services = await settle();
    await Promise.all(Array.from({ length: LANES }, () => lane(services)));
  } catch (error) {
    await post('trouble', { what: `${self.writer}: ${error?.stack ?? error}, cause: ${error?.cause?.stack ?? error?.cause}` });
  }
}
