// Stores as earlier versions of the package wrote them, kept in tests/formats/ from the day their format was new: the
// files, and the digest of what was in them.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { memoryStorage } from '../../js/index.js';
import { withVersion } from './files.js';
import { openMemory } from './support.js';

const VERSION = 3;
const KINDS = { 1: 'log', 2: 'snapshot', 3: 'segment', 4: 'piece' };

const versionOf = (bytes) => bytes[4];
const kindOf = (bytes) => KINDS[bytes[5]];

/** @param {number} version */
const stores = (version) =>
  Object.entries(JSON.parse(readFileSync(new URL(`../formats/version-${version}.json`, import.meta.url), 'utf8')));

/** A storage that holds the files. */
function storageOf(files) {
  const storage = memoryStorage();
  for (const { sequence, base64 } of files) storage.files.set(sequence, Uint8Array.from(Buffer.from(base64, 'base64')));
  return storage;
}

test.each([1, 2, 3].flatMap((version) => stores(version).map(([kind, store]) => [kind, version, store])))(
  'a store with a %s of version %i is what it was',
  async (kind, version, { digest, files }) => {
    const storage = storageOf(files);
    const kinds = [...storage.files.values()].map((bytes) => [versionOf(bytes), kindOf(bytes)]);
    expect(kinds).toContainEqual([version, kind]);
    const services = await openMemory({ storage });
    expect(services.digest()).toBe(digest);
    await services.close();
  },
);

test.each(stores(1))('a store of version 1 with a %s is written anew in this version, and is the same then', async (_, { digest, files }) => {
  const storage = storageOf(files);
  const first = await openMemory({ storage });
  // Compaction is done before the answer of the second call.
  for (let i = 0; i < 2; ++i) await first.queryAnonymous('nobody');
  expect(first.digest()).toBe(digest);
  await first.close();
  expect([...storage.files.values()].map(versionOf)).toEqual([VERSION]);
  const second = await openMemory({ storage });
  expect(second.digest()).toBe(digest);
  await second.start({ contact_key: 'pat@example.org' });
  await second.close();
});

test.each(stores(VERSION))('a %s of a newer version is refused, and every file stays as it is', async (_, { files }) => {
  const storage = storageOf(files);
  const [[last, bytes]] = [...storage.files].sort(([a], [b]) => b - a);
  storage.files.set(last, withVersion(bytes, VERSION + 1));
  const before = new Map(storage.files);
  await expect(openMemory({ storage })).rejects.toMatchObject({ code: 'newer_format' });
  expect(storage.files).toEqual(before);
  expect(storage.damaged.size).toBe(0);
});
