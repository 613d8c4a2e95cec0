// A Durable Object's transactional storage. The runtime lets one object run at a time and holds its answers back
// until what it wrote is durable, so a transaction is one atomic put.
import { fileName } from './storage.js';

/**
 * What is used of a Durable Object's storage.
 *
 * @typedef {object} ObjectStorage
 * @property {(options: { prefix: string }) => Promise<Map<string, unknown>>} list
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

  return {
    kind: 'persistent',
    async open() {
      /** @type {Map<number, Uint8Array[]>} */
      const files = new Map();
      keys.clear();
      for (const [key, value] of await storage.list({ prefix: PREFIX })) {
        const sequence = Number(key.slice(PREFIX.length, PREFIX.length + 16));
        files.set(sequence, [...(files.get(sequence) ?? []), /** @type {Uint8Array} */ (value)]);
        keys.set(sequence, [...(keys.get(sequence) ?? []), key]);
      }
      return [...files].sort(([a], [b]) => a - b).map(([sequence, parts]) => ({ sequence, bytes: joined(parts) }));
    },
    async transact(_lastSeen, work) {
      const file = work([]);
      if (file === null) return;
      const parts = cut(PREFIX, file.sequence, file.bytes);
      const names = Object.keys(parts);
      if (names.length <= KEYS && !file.replaces) {
        await storage.put(parts);
      } else {
        const old = file.replaces ? [...keys].flatMap(([sequence, list]) => (sequence < file.sequence ? list : [])) : [];
        await storage.transaction(async (transaction) => {
          await putAll(transaction, parts);
          await deleteAll(transaction, old);
        });
        if (file.replaces) keys.clear();
      }
      keys.set(file.sequence, names);
    },
    async refresh() {
      return [];
    },
    async repair(sequence, repaired, damaged) {
      await storage.transaction(async (transaction) => {
        await putAll(transaction, cut(DAMAGED, sequence, damaged));
        await deleteAll(transaction, keys.get(sequence) ?? []);
        await putAll(transaction, cut(PREFIX, sequence, repaired));
      });
      keys.set(sequence, Object.keys(cut(PREFIX, sequence, repaired)));
    },
    async close() {},
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
