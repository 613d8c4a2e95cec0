// Two handlers on one Durable Object's storage in a real workerd: what either has acknowledged is there.
import { expect, test } from '@jest/globals';
import { startDemo } from '../../demo/serve.mjs';
import { newFolder } from '../browser/chromium.js';

test('what two handlers of one object acknowledged, in turn and at once, a third one finds', async () => {
  const demo = await startDemo({ port: 0, dataDir: newFolder(), worker: 'tests/edge/two-handlers-worker.js' });
  try {
    const call = async (handler, method, path, body) => {
      const headers = { 'x-handler': handler, ...(body ? { 'Content-Type': 'application/json' } : {}) };
      const response = await fetch(`${demo.url}/genesys/1/cs${path}`, { method, headers, body: body && JSON.stringify(body) });
      return [response.status, await response.json()];
    };
    const listed = async (handler) => (await call(handler, 'GET', '/services/anonymous/k?limit=1000'))[1].map((one) => one.service_id);
    expect([await listed('a'), await listed('b')]).toEqual([[], []]);
    const acknowledged = [];
    const start = async (handler) => {
      const [status, { service_id }] = await call(handler, 'POST', '/services/start', { contact_key: 'k' });
      if (status === 201) acknowledged.push(service_id);
      else expect(status).toBe(503);
    };
    for (const handler of ['a', 'b', 'a', 'b']) await start(handler);
    expect(acknowledged).toHaveLength(4); // in turn nothing is refused
    for (let i = 0; i < 20; ++i) await Promise.all(['a', 'b', 'a', 'b'].map(start));
    expect(new Set(await listed('c'))).toEqual(new Set(acknowledged));
  } finally {
    await demo.stop();
  }
});
