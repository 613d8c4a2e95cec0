// A Durable Object's transactional storage. The runtime lets one object run at a time and holds its answers back
// until what it wrote is durable, so a transaction is one atomic put.
import { ServicesError } from '../errors.js';
import { closedError, fileName } from './storage.js';

/**
 * What is used of a Durable Object's storage.
 *
 * @typedef {object} ObjectStorage
 * @property {(options: { prefix: string }) => Promise<Map<string, unknown>>} list
 * @property {(entries: Record<string, unknown>) => Promise<void>} put
 * @property {(keys: string[]) => Promise<number>} delete
 * @property {(keys: string[]) => Promise<Map<string, unknown>>} get
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

  /** @param {number[]} sequences */
  const read = async (sequences) => {
    const names = sequences.flatMap((sequence) => keys.get(sequence) ?? []);
    /** @type {Map<string, unknown>} */
    const parts = new Map();
    for (let at = 0; at < names.length; at += KEYS) {
      for (const [key, part] of await storage.get(names.slice(at, at + KEYS))) parts.set(key, part);
    }
    return assembled(parts);
  };

  /**
   * Puts one file in place of itself and of others, atomically.
   *
   * @param {number} sequence
   * @param {Uint8Array} bytes
   * @param {number[]} others  that go
   * @param {Record<string, Uint8Array>} [aside]  more to put
   */
  const put = async (sequence, bytes, others, aside = {}) => {
    const parts = cut(PREFIX, sequence, bytes);
    const old = [...others, sequence].flatMap((one) => keys.get(one) ?? []).filter((key) => !(key in parts));
    const all = { ...parts, ...aside };
    if (Object.keys(all).length <= KEYS && old.length === 0) {
      await storage.put(all);
    } else {
      await storage.transaction(async (transaction) => {
        await putAll(transaction, all);
        await deleteAll(transaction, old);
      });
    }
    for (const one of others) keys.delete(one);
    keys.set(sequence, Object.keys(parts));
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
    async transact(_lastSeen, work) {
      if (closed) throw closedError();
      const file = work([]);
      if (file === null) return;
      const { sequence, bytes, drop = 0 } = file;
      const dropped = [...keys.keys()].filter((one) => one < drop);
      await answered(() => put(sequence, bytes, dropped));
    },
    async replace(first, last, merge) {
      const run = [...keys.keys()].filter((one) => one >= first && one <= last);
      const bytes = merge(await answered(() => read(run)));
      if (bytes === null) return;
      await answered(() => put(last, bytes, run.filter((one) => one !== last)));
    },
    refresh: () => answered(async () => []),
    repair: (sequence, repaired, damaged) =>
      answered(() => put(sequence, repaired, [], cut(DAMAGED, sequence, damaged))),
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
