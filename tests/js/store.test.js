// The queue before the engine, over a storage that does what a test says.
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
