// Storage in memory: for tests, for runtimes without storage, and the fallback when storage is blocked. One
// object given to several openings is one store that they share.

import { isSame } from './storage.js';

/** @typedef {import('./storage.js').JournalFile} JournalFile */

/**
 * @returns {import('./storage.js').Storage & { files: Map<number, Uint8Array>, damaged: Map<number, Uint8Array> }}
 *   `close` leaves it open: it may be another opening's too
 */
export function memoryStorage() {
  /** @type {Map<number, Uint8Array>} */
  const files = new Map();
  /** @type {Map<number, Uint8Array>} */
  const damaged = new Map();

  /** @param {number} first @param {number} last @returns {JournalFile[]} */
  const between = (first, last) =>
    [...files]
      .filter(([sequence]) => sequence >= first && sequence <= last)
      .sort(([a], [b]) => a - b)
      .map(([sequence, bytes]) => ({ sequence, bytes }));

  /** @param {number} first @param {number} last */
  const remove = (first, last) => {
    for (const sequence of files.keys()) if (sequence >= first && sequence <= last) files.delete(sequence);
  };

  return {
    kind: 'memory',
    files,
    damaged,
    async open() {
      return between(1, Infinity);
    },
    async transact(lastSeen, work) {
      // No await in here: nothing can come between the look and the write.
      const file = work(between(lastSeen + 1, Infinity));
      if (file === null) return;
      files.set(file.sequence, file.bytes.slice());
      if (file.drop) remove(1, file.drop - 1);
    },
    async replace(first, last, merge) {
      const bytes = merge(between(first, last));
      if (bytes === null) return;
      remove(first, last);
      files.set(last, bytes.slice());
    },
    async refresh(lastSeen) {
      return between(lastSeen + 1, Infinity);
    },
    async repair(sequence, repaired, bytes) {
      if (!isSame(files.get(sequence), bytes)) return;
      damaged.set(sequence, bytes.slice());
      files.set(sequence, repaired.slice());
    },
    async close() {},
  };
}
