// The storage interface: numbered files, written once, and a transaction that serializes all writers.
//
// Implementations: memory.js (anywhere), indexeddb.js (pages and workers), durable-object.js (edge).

/**
 * @typedef {{ sequence: number, bytes: Uint8Array }} JournalFile
 *
 * @typedef {object} NewFile
 * @property {number} sequence     one above the last file that the work has seen
 * @property {Uint8Array} bytes
 * @property {boolean} [replaces]  a snapshot: every lower file goes in the same transaction
 *
 * @callback Work
 *   Synchronous. Called with the files that have appeared since `lastSeen`, none of them at the first, hopeful
 *   try; may be called again with what has come since. Answers the file to add, or null if there is none.
 * @param {JournalFile[]} newer  ascending
 * @returns {NewFile | null}
 *
 * @typedef {'relaxed' | 'strict'} Durability
 *
 * @typedef {object} Storage
 * @property {() => Promise<JournalFile[]>} open  opens and reads every file, ascending
 * @property {(lastSeen: number, work: Work, durability: Durability) => Promise<void>} transact
 *   resolves once the file that `work` answered last is durable, all or nothing; rejects with the real reason
 * @property {(lastSeen: number) => Promise<JournalFile[]>} refresh  files above `lastSeen`, ascending
 * @property {(sequence: number, repaired: Uint8Array, damaged: Uint8Array) => Promise<void>} repair
 *   sets the damaged bytes aside and puts `repaired` (may be empty) in their place
 * @property {() => Promise<void>} close
 * @property {'memory' | 'persistent'} kind
 */

/** As core/journal/format.h: 16 digits, so that names sort as numbers do. @param {number} sequence */
export function fileName(sequence) {
  return String(sequence).padStart(16, '0');
}
