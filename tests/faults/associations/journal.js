// Reads commits as they stand in the journal (core/journal/format.h, core/store/change.h, core/model/record.h): in code
// of its own, so that what the core answers and what the core wrote can be held against each other.

const HEADER = 24;
const RECORD_HEADER = 8;
const LOG = 1;
const OPERATIONS = ['', 'putService', 'putState', 'putTask', 'removeService', 'putAssociation', 'removeAssociation', 'putVisit', 'removeVisit'];

/** Fields that are text (core/model/record.h). @type {Record<number, string>} */
const FIELDS = { 4: 'customer_id', 5: 'contact_key', 44: 'association_id', 70: 'phase', 72: 'digest', 74: 'results' };

/**
 * @typedef {object} Change
 * @property {string} operation
 * @property {string} id  of a service or an association
 * @property {number} index  of a state or a task
 * @property {Record<string, string>} fields
 */

class Reader {
  #at = 0;

  /** @param {Buffer} bytes */
  constructor(bytes) {
    this.bytes = bytes;
  }

  get done() {
    return this.#at >= this.bytes.length;
  }

  u8() {
    return this.bytes[this.#at++];
  }

  varint() {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.u8();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  /** @param {number} [length] */
  take(length = this.varint()) {
    if (this.#at + length > this.bytes.length) throw new Error('journal: a length that is too long');
    return this.bytes.subarray(this.#at, (this.#at += length));
  }
}

/** @param {Buffer} record @returns {Record<string, string>} */
function fieldsOf(record) {
  const reader = new Reader(record);
  /** @type {Record<string, string>} */
  const fields = {};
  while (!reader.done) {
    const tag = reader.u8();
    const value = reader.take();
    if (FIELDS[tag] !== undefined) fields[FIELDS[tag]] = value.toString();
  }
  return fields;
}

/**
 * What a commit assigns, in order. A piece of a checkpoint assigns nothing that was not there.
 *
 * @param {Buffer} file
 * @returns {Change[]}
 */
export function changesOf(file) {
  if (file.toString('latin1', 0, 4) !== 'ANSJ') throw new Error('journal: no such file');
  if (file[5] !== LOG) return [];
  const changes = [];
  for (let at = HEADER; at < file.length; ) {
    const length = file.readUInt32LE(at);
    const reader = new Reader(file.subarray(at + RECORD_HEADER, at + RECORD_HEADER + length));
    at += RECORD_HEADER + length;
    reader.varint(); // the clock
    while (!reader.done) {
      const operation = OPERATIONS[reader.u8()];
      if (operation === undefined) throw new Error('journal: an unknown operation');
      reader.take(); // the tenant
      const id = reader.take().toString();
      const index = reader.varint();
      changes.push({ operation, id, index, fields: fieldsOf(reader.take()) });
    }
  }
  return changes;
}
