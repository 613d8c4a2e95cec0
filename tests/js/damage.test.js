// Damaged stores through the package: whatever a file has become, the store opens, tells what is lost, sets the file
// aside, and is whole from then on. That nothing is lost but what comes after the damage, at every byte, is shown
// natively (tests/core/corruption_test.cc); here a sample of the bytes goes the whole way.
import { readFileSync } from 'node:fs';
import { expect, jest, test } from '@jest/globals';
import { createHandler } from '../../js/edge.js';
import { memoryStorage } from '../../js/index.js';
import { openMemory } from './support.js';

const { segment } = JSON.parse(readFileSync(new URL('../formats/version-2.json', import.meta.url), 'utf8'));
const FILES = segment.files.map(({ sequence, base64 }) => [sequence, Uint8Array.from(Buffer.from(base64, 'base64'))]);
const KEYS = ['pat@example.org', 'robin@example.org'];

const HEADER = 24;
const STRIDE = 1409;

/** Positions in a file: all of the header, then every so many bytes. */
function positions(length) {
  const some = Array.from({ length: Math.ceil((length - HEADER) / STRIDE) }, (_, i) => HEADER + i * STRIDE);
  return [...Array.from({ length: HEADER }, (_, i) => i), ...some, length - 1];
}

const flipped = (bytes, at) => bytes.map((byte, i) => (i === at ? byte ^ (1 << at % 8) : byte));

async function openWith(files) {
  const storage = memoryStorage();
  for (const [sequence, bytes] of files) storage.files.set(sequence, bytes);
  return { storage, ...(await opened(storage)) };
}

async function opened(storage) {
  const services = await openMemory({ storage });
  const damage = [];
  services.addEventListener('damage', ({ detail }) => damage.push(detail));
  // What was found while it opened is told in a later task, so that listeners can be there; timers keep their order.
  await new Promise((resolve) => setTimeout(resolve));
  const found = (await Promise.all(KEYS.map((key) => services.queryAnonymous(key, { limit: 1000 })))).flat();
  return { services, damage, found };
}

test.each([
  ['piece', 33],
  ['segment', 65],
  ['log', 66],
])('a %s with bytes flipped and cut off', async (_, sequence) => {
  const { services: whole, found: all } = await openWith(FILES);
  await whole.close();
  const ids = new Set(all.map((one) => one.service_id));
  const [, bytes] = FILES.find(([number]) => number === sequence);
  const cases = positions(bytes.length).flatMap((at) => [flipped(bytes, at), bytes.slice(0, at)]);
  for (const bent of cases) {
    const files = FILES.map(([number, good]) => [number, number === sequence ? bent : good]);
    const { storage, services, damage, found } = await openWith(files);
    for (const { service_id } of found) expect(ids.has(service_id)).toBe(true);
    const digest = services.digest();
    if (damage.length > 0) {
      expect(damage).toEqual([{ sequence, lost_bytes: expect.any(Number) }]);
      expect(storage.damaged).toEqual(new Map([[sequence, bent]]));
    } else {
      // Cut off between two records, it is a whole file.
      expect(bent.length).toBeLessThan(bytes.length);
    }
    await services.close();
    const again = await opened(storage);
    expect(again.damage).toEqual([]);
    expect(again.services.digest()).toBe(digest);
    await again.services.start({ contact_key: KEYS[0] });
    await again.services.close();
  }
});

test('a handler whose own way of telling fails answers all the same', async () => {
  const storage = memoryStorage();
  for (const [sequence, bytes] of FILES) storage.files.set(sequence, bytes.slice(0, -1));
  const told = jest.spyOn(console, 'error').mockImplementation(() => {});
  const own = new Error('their own');
  const handle = createHandler({
    storage,
    authorize: () => ({ roles: ['reader'] }),
    onDamage() {
      throw own;
    },
  });
  const { status } = await handle(new Request('http://shop.test/genesys/1/cs/metadata/business-attributes'));
  expect(status).toBe(200);
  expect(told).toHaveBeenCalledWith(own);
  told.mockRestore();
  await handle.close();
});
