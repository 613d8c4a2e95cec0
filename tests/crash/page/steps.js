// Tells the server when a step of compaction is being written, and when it has been.
import { post } from './post.js';

/** Kinds of files that only compaction writes (core/journal/format.h). */
const KINDS = { 3: 'merge', 4: 'piece' };

let steps = 0;

/** @param {IDBTransaction} tx @param {any} record */
function look(tx, record) {
  const kind = KINDS[record?.contents?.[5]];
  if (kind === undefined) return;
  const step = ++steps;
  void post('began', { step, kind });
  // What a hopeful try gives up has not been written either.
  for (const type of ['complete', 'abort']) tx.addEventListener(type, () => void post('ended', { step, kind, type }));
}

/** To be called before a store is opened. */
export function reportSteps() {
  for (const name of /** @type {const} */ (['add', 'put'])) {
    const method = IDBObjectStore.prototype[name];
    IDBObjectStore.prototype[name] = function (record, key) {
      look(this.transaction, record);
      return method.call(this, record, key);
    };
  }
}
