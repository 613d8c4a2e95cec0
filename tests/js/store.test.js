// The queue before the engine, over a storage that does what a test says.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { createEngine } from '../../js/engine.js';
import { memoryStorage } from '../../js/index.js';
import { StorageBehind, StorageChanged } from '../../js/storage/storage.js';
import { Store } from '../../js/store.js';

/** A store whose transactions reject with what `failures` holds, one each, before they work. */
async function openStore(failures) {
  const real = memoryStorage();
  const storage = {
    ...real,
    transact: (...values) => (failures.length > 0 ? Promise.reject(failures.shift()) : real.transact(...values)),
  };
  const fallbacks = [];
  const store = new Store({
    engine: await createEngine(),
    storage,
    now: Date.now,
    restart: createEngine,
    fallback: (reason) => {
      fallbacks.push(reason);
      return memoryStorage();
    },
  });
  await store.open();
  const start = () =>
    store.run({ method: 'POST', target: 'services/start', headers: [['Role', 'local']], body: '{"contact_key":"k"}' }, 'relaxed');
  return { store, start, fallbacks, files: real.files };
}

test.each([
  ['changed underneath once', () => [new StorageChanged()]],
  ['fell behind and then changed underneath', () => [new StorageBehind(), new StorageChanged()]],
  ['changed underneath and then fell behind', () => [new StorageChanged(), new StorageBehind()]],
])('a storage that %s is read anew and not given up', async (_, failures) => {
  const { store, start, fallbacks, files } = await openStore(failures());
  expect((await start()).status).toBe(201);
  expect(fallbacks).toEqual([]);
  expect(files.size).toBe(1);
  await store.close();
});

test('a storage that changes underneath again right after it was read anew is given up', async () => {
  const failures = [new StorageChanged(), new StorageChanged()];
  const [, second] = failures;
  const { store, start, fallbacks, files } = await openStore(failures);
  expect((await start()).status).toBe(201);
  expect(fallbacks).toEqual([second]);
  expect(files.size).toBe(0);
  await store.close();
});

/** Services in so many pieces, over files that others share; of transactions only the first `room` succeed. */
async function openPieces(real, room = Infinity) {
  const checkpoints = [];
  const storage = {
    ...real,
    async transact(lastSeen, work, ...more) {
      if (room-- <= 0) throw new Error('no room');
      const watched = (newer) => {
        const file = work(newer);
        if (file?.drop) checkpoints.push(file.drop);
        return file;
      };
      return real.transact(lastSeen, watched, ...more);
    },
  };
  const restart = () => createEngine({ options: { piece_bytes: 1024 } });
  const store = new Store({ engine: await restart(), storage, now: Date.now, restart });
  await store.open();
  const call = (method, target, body) => store.run({ method, target, headers: [['Role', 'local']], body }, 'relaxed');
  return { store, call, checkpoints };
}

test('what was deleted is in no file once all is written anew, once, whether or not a checkpoint was under way', async () => {
  const real = memoryStorage();
  const has = (text) => [...real.files.values()].some((bytes) => Buffer.from(bytes).includes(text));
  const first = await openPieces(real, 2);
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => first.call('POST', 'services/start', `{"contact_key":"key ${i}.","Note":"${'n'.repeat(200)}"}`)),
  );
  await expect(first.store.checkpoint()).rejects.toThrow('no room');
  expect(real.files.size).toBe(2); // a log, and the first piece

  const second = await openPieces(real);
  await second.call('DELETE', `services/${JSON.parse(answers[0].body).service_id}`);
  expect(has('key 0.')).toBe(true);
  await second.store.checkpoint();
  expect(has('key 0.')).toBe(false);
  expect(has('key 19.')).toBe(true);
  expect(second.checkpoints).toHaveLength(2); // the one that was under way is finished first

  await second.call('DELETE', `services/${JSON.parse(answers[19].body).service_id}`);
  await second.store.checkpoint();
  expect(has('key 19.')).toBe(false);
  expect(second.checkpoints).toHaveLength(3);
  await first.store.close();
  await second.store.close();
});

test('where there is no MessageChannel long work goes on all the same', async () => {
  const { MessageChannel } = globalThis;
  delete globalThis.MessageChannel;
  try {
    const { store, call, checkpoints } = await openPieces(memoryStorage());
    const body = `{"contact_key":"k","Note":"${'n'.repeat(900)}"}`;
    await Promise.all(Array.from({ length: 300 }, () => call('POST', 'services/start', body)));
    await store.checkpoint();
    expect(checkpoints).toHaveLength(1);
    await store.close();
  } finally {
    globalThis.MessageChannel = MessageChannel;
  }
});

test('a module that is given as a response is good for every engine that is made of it', async () => {
  const wasm = new Response(readFileSync(new URL('../../dist/engine.wasm', import.meta.url)));
  for (let i = 0; i < 2; ++i) expect((await createEngine({ wasm })).sequence).toBe(0);
});
