// Stores of format version 1, as they stand in a browser that has not run this version yet.
import { readFileSync } from 'node:fs';
import { memoryStorage, openServices } from '../../js/index.js';

/**
 * @typedef {object} Golden
 * @property {{ sequence: number, base64: string }[]} files
 * @property {import('./ledger.js').Content} content
 */

/** Soon after the golden stores were written, so that nothing in them has expired. */
export const THEN = Date.parse('2026-01-02T00:00:00Z');

/** Kind of a file: a piece of a checkpoint (core/journal/format.h). */
const PIECE = 4;

/** A migration of as much takes several pieces. */
const BULK = 200;
const BULK_BYTES = 4000;

/**
 * @param {'log' | 'snapshot'} kind
 * @param {boolean} bulky  with much on top, in commits of this version's
 * @returns {Promise<Golden>}
 */
export async function golden(kind, bulky) {
  const { digest, files } = JSON.parse(readFileSync(new URL('../formats/version-1.json', import.meta.url), 'utf8'))[kind];
  const storage = memoryStorage();
  for (const { sequence, base64 } of files) storage.files.set(sequence, new Uint8Array(Buffer.from(base64, 'base64')));
  // The migration is left to the browser.
  const { transact } = storage;
  storage.transact = (lastSeen, work, durability) =>
    transact(lastSeen, (newer) => {
      const file = work(newer);
      if (file?.bytes[5] === PIECE) throw new Error('not here');
      return file;
    }, durability);
  const services = await openServices({ name: 'golden', storage, now: () => THEN });
  if (services.digest() !== digest) throw new Error(`the golden ${kind} files are not what they were`);
  if (bulky) {
    const event = (/** @type {number} */ i) => ({ contact_key: 'dan@example.org', Bulk: `${i} `.repeat(BULK_BYTES / 4) });
    await Promise.all(Array.from({ length: BULK }, (_, i) => services.start(event(i))));
  }
  let text = '';
  for await (const part of services.exportServices({ time_from: '2000-01-01T00:00:00Z' })) text += part;
  const content = { services: JSON.parse(text), receipts: await services.receipts() };
  await services.close();
  const now = [...storage.files].sort(([a], [b]) => a - b);
  return { content, files: now.map(([sequence, bytes]) => ({ sequence, base64: Buffer.from(bytes).toString('base64') })) };
}
