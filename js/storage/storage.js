// The storage interface: numbered files, written once, and a transaction that serializes all writers.
//
// Implementations: memory.js (anywhere), indexeddb.js (pages and workers), durable-object.js (edge), directory.js
// (Node, Deno, Bun). One suite runs against all of them: tests/storage/suite.js.
import { ServicesError } from '../errors.js';

/**
 * @typedef {{ sequence: number, bytes: Uint8Array }} JournalFile
 *
 * @typedef {object} NewFile
 * @property {number} sequence  one above the last file that the work has seen
 * @property {Uint8Array} bytes
 * @property {number} [drop]  all files below this number go in the same transaction
 *
 * @callback Work
 *   Synchronous. Called with the files that have appeared since `lastSeen`, none of them at the first, hopeful
 *   try; may be called again with what has come since. Answers the file to add, or null if there is none. What it
 *   throws ends the transaction: nothing is written, and `transact` rejects with it.
 * @param {JournalFile[]} newer  ascending
 * @returns {NewFile | null}
 *
 * @callback Present  of files that were read together, those that count
 * @param {JournalFile[]} files  ascending
 * @returns {JournalFile[]}
 *
 * @typedef {'relaxed' | 'strict'} Durability
 *
 * @typedef {object} Storage  Every method rejects with a ServicesError that holds the real reason; nothing of what
 *   was asked for is then there, unless the message says that this is not known.
 * @property {'memory' | 'persistent'} kind
 * @property {() => Promise<JournalFile[]>} open  opens, or looks anew where it is open, and reads every file,
 *   ascending. Rejects with StorageGone where there is no storage to be had
 * @property {(lastSeen: number, work: Work, durability: Durability, present?: Present) => Promise<void>} transact
 *   resolves once the file that `work` answered last is durable, all or nothing. Rejects with StorageBehind where
 *   more has appeared than one transaction should take in. Without `present` all files count
 * @property {(first: number, last: number, merge: (files: JournalFile[]) => Uint8Array | null, bytes?: number) => Promise<void>} replace
 *   in one transaction, before and after which a power cut leaves the same: gives `merge`, which is synchronous, the
 *   files numbered `first` to `last`, and puts what it answers under `last` in place of all of them; null leaves them.
 *   `bytes`: about how many these files have, if known
 * @property {(lastSeen: number, hinted?: boolean) => Promise<JournalFile[]>} refresh  files above `lastSeen`,
 *   ascending; `hinted`: somebody says that there are some
 * @property {(sequence: number, repaired: Uint8Array, damaged: Uint8Array) => Promise<void>} repair
 *   sets the damaged bytes aside and puts `repaired` in their place, strictly durable; nothing if they are not there any
 *   more, for another opening may have done it, and put more there
 * @property {() => Promise<void>} close  every later call rejects with code `closed`; `open` may open it again
 * @property {boolean} [lost]  what had been stored was thrown away, as damaged, before this opening
 * @property {boolean} [alone]  for some time yet nobody else opens this storage and misses what is committed now
 * @property {boolean} [waits]  a commit would have to wait for `settled`
 * @property {() => Promise<boolean>} [settled]  resolves once commits of this tab need not wait any more for others to
 *   notice it, with whether there are any: they may have committed something since the opening and told nobody
 * @property {(forGood: boolean) => void} [leave]  the page is hidden, or left (`forGood`): commits under way are sent off
 *   in this very task
 * @property {() => void} [stay]  it is not, after all
 */

/** The storage cannot be had, now or any more. */
export class StorageGone extends ServicesError {}

/** The storage may not hold what was read before (it was closed underneath, deleted, evicted): read it anew. */
export class StorageChanged extends ServicesError {
  /** @param {unknown} [cause] */
  constructor(cause) {
    super('storage_failed', 'the storage was closed or emptied underneath', { cause });
  }
}

/** Others were much faster: read what is new with `refresh`, then try again. */
export class StorageBehind extends ServicesError {
  constructor() {
    super('storage_failed', 'other tabs wrote too much at once');
  }
}

/** What every method of a closed storage rejects with. */
export const closedError = () => new ServicesError('closed', 'this store is closed');

/** As core/journal/format.h: 16 digits, so that names sort as numbers do. @param {number} sequence */
export function fileName(sequence) {
  return String(sequence).padStart(16, '0');
}

/** @param {Uint8Array | undefined} a @param {Uint8Array} b */
export const isSame = (a, b) => a !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
