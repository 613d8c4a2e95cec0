// Storage in memory: for tests, for runtimes without storage, and the fallback when storage is blocked. One
// object given to several openings is one store that they share.

/** @typedef {import('./storage.js').JournalFile} JournalFile */

/** @returns {import('./storage.js').Storage & { files: Map<number, Uint8Array>, damaged: Map<number, Uint8Array> }} */
export function memoryStorage() {
  /** @type {Map<number, Uint8Array>} */
  const files = new Map();
  /** @type {Map<number, Uint8Array>} */
  const damaged = new Map();

  /** @param {number} lastSeen @returns {JournalFile[]} */
  const above = (lastSeen) =>
    [...files]
      .filter(([sequence]) => sequence > lastSeen)
      .sort(([a], [b]) => a - b)
      .map(([sequence, bytes]) => ({ sequence, bytes }));

  return {
    kind: 'memory',
    files,
    damaged,
    async open() {
      return above(0);
    },
    async transact(lastSeen, work) {
      // No await in here: nothing can come between the look and the write.
      const file = work(above(lastSeen));
      if (file === null) return;
      files.set(file.sequence, file.bytes.slice());
      if (!file.replaces) return;
      for (const sequence of files.keys()) {
        if (sequence < file.sequence) files.delete(sequence);
      }
    },
    async refresh(lastSeen) {
      return above(lastSeen);
    },
    async repair(sequence, repaired, bytes) {
      damaged.set(sequence, bytes);
      files.delete(sequence);
      if (repaired.length > 0) files.set(sequence, repaired);
    },
    async close() {},
  };
}
