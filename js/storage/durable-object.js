// A Durable Object's transactional storage. The runtime lets one object run at a time and holds its answers back
// until what it wrote is durable. Nothing else of the object runs during a transaction of the runtime's: what is looked
// at in there is so until the write, even if the object has two openings of one storage.
import { ServicesError } from '../errors.js';
import { StorageChanged, closedError, fileName, isSame } from './storage.js';

/**
 * What is used of a Durable Object's storage.
 *
 * @typedef {object} ObjectStorage
 * @property {(options: { prefix: string, start?: string, end?: string, limit?: number }) => Promise<Map<string, unknown>>} list
 * @property {(entries: Record<string, unknown>) => Promise<void>} put
 * @property {(keys: string[]) => Promise<number>} delete
 * @property {<T>(work: (transaction: ObjectStorage) => Promise<T>) => Promise<T>} transaction
 */

const PREFIX = 'journal/';
const DAMAGED = 'damaged/';
/** Values above 128 KiB are refused by the older backend, and more than 128 keys in one call by both. */
const PART = 96 * 1024;
const KEYS = 128;

/**
 * @param {ObjectStorage} storage  `ctx.storage` of the Durable Object
 * @returns {import('./storage.js').Storage}
 */
export function durableObjectStorage(storage) {
  /** Keys of the parts of each file. @type {Map<number, string[]>} */
  const keys = new Map();

  /** @param {string} prefix @param {number} sequence @param {Uint8Array} bytes */
  const cut = (prefix, sequence, bytes) => {
    /** @type {Record<string, Uint8Array>} */
    const parts = {};
    for (let at = 0, i = 0; at < bytes.length; at += PART, ++i) {
      parts[`${prefix}${fileName(sequence)}/${String(i).padStart(6, '0')}`] = bytes.slice(at, at + PART);
    }
    return parts;
  };

  /** @param {ObjectStorage} target @param {Record<string, Uint8Array>} parts */
  const putAll = async (target, parts) => {
    const entries = Object.entries(parts);
    for (let at = 0; at < entries.length; at += KEYS) {
      await target.put(Object.fromEntries(entries.slice(at, at + KEYS)));
    }
  };

  /** @param {ObjectStorage} target @param {string[]} list */
  const deleteAll = async (target, list) => {
    for (let at = 0; at < list.length; at += KEYS) await target.delete(list.slice(at, at + KEYS));
  };

  /** @param {Map<string, unknown>} parts  of whole files @returns {import('./storage.js').JournalFile[]} */
  const assembled = (parts) => {
    /** @type {Map<number, Uint8Array[]>} */
    const files = new Map();
    for (const [key, part] of [...parts].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const sequence = Number(key.slice(PREFIX.length, PREFIX.length + 16));
      files.set(sequence, [...(files.get(sequence) ?? []), /** @type {Uint8Array} */ (part)]);
    }
    return [...files].map(([sequence, all]) => ({ sequence, bytes: joined(all) }));
  };

  /**
   * The parts of the files from `first` on, up to `last` if that is given, whoever wrote them.
   *
   * @param {ObjectStorage} target
   * @param {number} first
   * @param {{ last?: number, limit?: number }} [more]
   */
  const partsOf = async (target, first, { last, limit } = {}) => {
    const start = PREFIX + fileName(first);
    const end = last === undefined ? undefined : PREFIX + fileName(last + 1);
    const range = { start, ...(end === undefined ? {} : { end }), ...(limit === undefined ? {} : { limit }) };
    const found = await target.list({ prefix: PREFIX, ...range });
    return new Map([...found].filter(([key]) => key >= start && (end === undefined || key < end)));
  };

  /**
   * @typedef {object} Change
   * @property {number} sequence
   * @property {Uint8Array} bytes
   * @property {string[]} old  keys that go, unless they are put
   * @property {Record<string, Uint8Array>} [aside]  more to put
   */

  /**
   * One transaction: what `decide`, which is synchronous, makes of what `look` has found is put.
   *
   * @template T
   * @param {(transaction: ObjectStorage) => Promise<T>} look
   * @param {(found: T) => Change | null} decide  what it throws ends the transaction, and is rejected with as it is
   */
  const change = async (look, decide) => {
    /** @type {{ error: unknown } | undefined} */
    let thrown;
    /** @type {Change | null} */
    let made = null;
    /** @type {Record<string, Uint8Array>} */
    let parts = {};
    await answered(() =>
      storage.transaction(async (transaction) => {
        const found = await look(transaction);
        try {
          made = decide(found);
        } catch (error) {
          thrown = { error };
        }
        if (!made) return;
        const { sequence, bytes, old, aside } = made;
        parts = cut(PREFIX, sequence, bytes);
        await putAll(transaction, { ...parts, ...aside });
        await deleteAll(transaction, old.filter((key) => !(key in parts)));
      }),
    );
    if (thrown) throw (/** @type {{ error: unknown }} */ (thrown)).error;
    if (made) keys.set((/** @type {Change} */ (made)).sequence, Object.keys(parts));
    return made !== null;
  };

  let closed = false;
  /** What the object's runtime answers, or why it did not. @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  const answered = async (work) => {
    if (closed) throw closedError();
    try {
      return await work();
    } catch (error) {
      if (error instanceof ServicesError) throw error;
      const reason = error instanceof Error ? error.message : String(error);
      throw new ServicesError('storage_failed', `the Durable Object's storage answered: ${reason}`, { cause: error });
    }
  };

  return {
    kind: 'persistent',
    open() {
      closed = false;
      return answered(async () => {
        const parts = await storage.list({ prefix: PREFIX });
        keys.clear();
        for (const key of [...parts.keys()].sort()) {
          const sequence = Number(key.slice(PREFIX.length, PREFIX.length + 16));
          keys.set(sequence, [...(keys.get(sequence) ?? []), key]);
        }
        return assembled(parts);
      });
    },
    async transact(lastSeen, work) {
      /** @type {number[]} */
      let dropped = [];
      const isPut = await change(
        async (transaction) => {
          // Not only the very next number: that one may have been taken and merged into a later file.
          if ((await partsOf(transaction, lastSeen + 1, { limit: 1 })).size > 0) throw new StorageChanged();
        },
        () => {
          const file = work([]);
          if (file === null) return null;
          const { sequence, bytes, drop = 0 } = file;
          dropped = [...keys.keys()].filter((one) => one < drop);
          return { sequence, bytes, old: dropped.flatMap((one) => keys.get(one) ?? []) };
        },
      );
      if (isPut) for (const one of dropped) keys.delete(one);
    },
    async replace(first, last, merge) {
      const isPut = await change(
        (transaction) => partsOf(transaction, first, { last }),
        (parts) => {
          const bytes = merge(assembled(parts));
          return bytes && { sequence: last, bytes, old: [...parts.keys()] };
        },
      );
      if (isPut) for (const one of [...keys.keys()]) if (one >= first && one < last) keys.delete(one);
    },
    refresh: () => answered(async () => []),
    async repair(sequence, repaired, damaged) {
      await change(
        (transaction) => partsOf(transaction, sequence, { last: sequence }),
        (parts) => {
          if (!isSame(assembled(parts)[0]?.bytes, damaged)) return null;
          return { sequence, bytes: repaired, old: [...parts.keys()], aside: cut(DAMAGED, sequence, damaged) };
        },
      );
    },
    async close() {
      closed = true;
    },
  };
}

/** @param {Uint8Array[]} parts */
function joined(parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
