// Fills a store, works on it, compacts it, opens it again, and says how long the longest task of each part was.
import { openServices } from 'anonymous-services';

/** Tasks over 50 ms, as the browser sees them. @type {number[]} */
let long = [];
let longest = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) long.push(Math.round(duration));
}).observe({ type: 'longtask', buffered: true });

/** The longest time between two turns of the event loop, which no task hides from. */
let last = performance.now();
const { port1, port2 } = new MessageChannel();
port1.onmessage = () => {
  const now = performance.now();
  longest = Math.max(longest, now - last);
  last = now;
  port2.postMessage(0);
};
port2.postMessage(0);

const event = (/** @type {number} */ i) => ({
  contact_key: `person-${i % 1000}@example.org`,
  service_type: 'WebOrder',
  Cart: [{ sku: 'sencha', count: i }],
  Note: 'x'.repeat(200),
});

/** @param {string} name @param {() => Promise<unknown>} work */
async function part(name, work) {
  await new Promise((resolve) => setTimeout(resolve, 200));
  [long, longest, last] = [[], 0, performance.now()];
  const start = performance.now();
  const more = await work();
  const took = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve, 200));
  return { part: name, seconds: (took / 1000).toFixed(2), 'longest turn, ms': Math.round(longest), 'tasks over 50 ms': long.join(' ') || 'none', ...more };
}

/** @param {{ services: number }} setup */
globalThis.scale = async ({ services: count }) => {
  const rows = [];
  let services = await openServices({ name: 'scale', wasm: '/engine.wasm' });
  let made = 0;
  let most = 0;
  const usage = async () => {
    const { files, bytes } = await services.estimate();
    most = Math.max(most, files);
    return { files, 'most files': most, MB: (bytes / 1e6).toFixed(1) };
  };
  rows.push(
    await part(`${count} starts, 500 at a time`, async () => {
      while (made < count) {
        await Promise.all(Array.from({ length: 500 }, () => services.start(event(made++))));
        await usage();
      }
      return usage();
    }),
  );
  rows.push(
    await part('2000 starts, each awaited', async () => {
      for (let i = 0; i < 2000; ++i) {
        await services.start(event(made++));
        if (i % 10 === 0) await usage();
      }
      return usage();
    }),
  );
  rows.push(
    await part('200 queries by key', async () => {
      for (let i = 0; i < 200; ++i) await services.queryAnonymous(`person-${i}@example.org`, { limit: 10 });
      return usage();
    }),
  );
  await services.close();
  rows.push(
    await part('open', async () => {
      services = await openServices({ name: 'scale', wasm: '/engine.wasm' });
      return usage();
    }),
  );
  await services.close();
  return rows;
};
document.body.dataset.ready = 'true';
