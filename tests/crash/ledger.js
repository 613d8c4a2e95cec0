// What a store must hold. Of each service it is known what was asked for, in which order, and what of it was
// acknowledged. A service is asked for one thing after another, by one writer at a time; so after a kill it is as it
// was after some number of these operations: not fewer than were acknowledged.
import { isDeepStrictEqual } from 'node:util';
import { NOTHING, apply } from './operations.js';

/**
 * @typedef {import('./operations.js').Operation} Operation
 * @typedef {import('./operations.js').State} State
 *
 * @typedef {object} Entry  a service
 * @property {number} mark  it carries it in an extension, so that it is told from all others
 * @property {object} event  of its start
 * @property {string} [id]  once it was heard of
 * @property {State} sure  before all of `asked`
 * @property {{ operation: Operation, acknowledged: boolean }[]} asked
 * @property {boolean} busy  a writer is at work on it
 *
 * @typedef {{ services: any[], receipts: any[] }} Content  what a page read: of an export, and of the receipts
 */

export class Ledger {
  /** @type {Map<number, Entry>} */
  entries = new Map();
  figures = { acknowledged: 0, 'not acknowledged, and there': 0, 'not acknowledged, and not there': 0, 'services looked at': 0 };
  /** Those that have ended without an answer yet, or with one that is not checked. @type {Map<number, Operation>} */
  #open = new Map();
  /** Services that were there before, as they must stay. @type {Map<string, object>} */
  #given;
  /** @type {Map<string, object>} */
  #givenReceipts;
  /** The first service of each association that is there: it can be in one only. @type {Set<string>} */
  #associated = new Set();

  /** @param {Content} given  what is in the store at the beginning; nobody changes it */
  constructor({ services, receipts }) {
    this.#given = new Map(services.map((one) => [one.service_id, one]));
    this.#givenReceipts = new Map(receipts.map((one) => [one.association_id, one]));
  }

  /** @param {number} mark @param {object} event */
  add(mark, event) {
    const entry = { mark, event, sure: NOTHING, asked: [], busy: false };
    this.entries.set(mark, entry);
    return entry;
  }

  /** As a service is once everything that was asked for has happened. @param {Entry} entry */
  latest({ sure, asked }) {
    return asked.reduce((state, { operation }) => apply(state, operation), sure);
  }

  /** Before it is called. @param {Operation} operation */
  ask(operation) {
    this.#open.set(operation.number, operation);
    for (const mark of operation.marks) this.#entry(mark).asked.push({ operation, acknowledged: false });
  }

  /**
   * Its promise has resolved, with this.
   *
   * @param {number} number
   * @param {any} value
   * @returns {string | undefined} what is wrong with it
   */
  acknowledge(number, value) {
    const operation = this.#open.get(number);
    // Of a browser that was killed, and what came of it was read since.
    if (operation === undefined) return undefined;
    this.#open.delete(number);
    ++this.figures.acknowledged;
    if (operation.kind === 'associate') this.#associated.add(operation.arguments.service_ids[0]);
    for (const mark of operation.marks) {
      const entry = this.#entry(mark);
      for (const one of entry.asked) if (one.operation === operation) one.acknowledged = true;
      if (operation.kind !== 'start') continue;
      if (entry.id !== undefined && entry.id !== value.service_id) return `service ${mark} was started twice: as ${entry.id}, as ${value.service_id}`;
      entry.id = value.service_id;
    }
    return undefined;
  }

  /** A writer is done with these services: all it asked for was acknowledged. @param {number[]} marks */
  release(marks) {
    for (const mark of marks) {
      const entry = this.#entry(mark);
      entry.sure = this.latest(entry);
      entry.asked = [];
      entry.busy = false;
    }
  }

  /**
   * Compares what a store holds after a kill, and goes on from there.
   *
   * @param {Content} content
   * @returns {string[]} what is wrong
   */
  settle({ services, receipts }) {
    /** @type {string[]} */
    const wrong = [];
    /** @type {Map<number, any>} */
    const found = new Map();
    for (const service of services) {
      const given = this.#given.get(service.service_id);
      if (given !== undefined) {
        if (!isDeepStrictEqual(service, given)) wrong.push(`what was there before has changed: ${JSON.stringify(service)}`);
        continue;
      }
      const mark = service.Mark?.n;
      if (!this.entries.has(mark)) wrong.push(`nobody started this: ${JSON.stringify(service)}`);
      if (found.has(mark)) wrong.push(`service ${mark} is there twice: ${service.service_id}, ${found.get(mark).service_id}`);
      found.set(mark, service);
    }
    const present = new Set(services.map(({ service_id }) => service_id));
    for (const id of this.#given.keys()) if (!present.has(id)) wrong.push(`what was there before is lost: ${id}`);
    const associated = this.#associations(receipts, wrong);
    for (const entry of this.entries.values()) this.#settleOne(entry, found.get(entry.mark), associated, wrong);
    this.#open.clear();
    this.figures['services looked at'] += services.length;
    return wrong;
  }

  /** @param {any[]} receipts @param {string[]} wrong @returns {Set<string>} the first service of each association that is there */
  #associations(receipts, wrong) {
    const there = new Set();
    const ids = new Set(receipts.map(({ association_id }) => association_id));
    for (const [id, receipt] of this.#givenReceipts) {
      if (!isDeepStrictEqual(receipts.find(({ association_id }) => association_id === id), receipt)) wrong.push(`a receipt from before is lost or changed: ${id}`);
    }
    if (ids.size !== receipts.length) wrong.push('a receipt is there twice');
    for (const { association_id, services } of receipts) {
      if (this.#givenReceipts.has(association_id)) continue;
      const [{ service_id }] = services;
      if (there.has(service_id)) wrong.push(`two associations of ${service_id}`);
      there.add(service_id);
    }
    for (const id of this.#associated) if (!there.has(id)) wrong.push(`the acknowledged association of ${id} is lost`);
    return (this.#associated = there);
  }

  /**
   * @param {Entry} entry
   * @param {any} service  as it was found, if it was
   * @param {Set<string>} associated
   * @param {string[]} wrong
   */
  #settleOne(entry, service, associated, wrong) {
    const { mark, asked } = entry;
    const actual = stateOf(service);
    if (service && entry.id !== undefined && service.service_id !== entry.id) {
      wrong.push(`service ${mark} was ${entry.id}, and is ${service.service_id}`);
    }
    const least = asked.findLastIndex(({ acknowledged }) => acknowledged) + 1;
    const states = [entry.sure];
    for (const { operation } of asked) states.push(apply(states[states.length - 1], operation));
    // The last that fits: what has happened is not asked for again.
    const happened = states.findLastIndex((state, count) => count >= least && isDeepStrictEqual(state, actual));
    if (happened < 0) {
      const told = asked.map(({ operation, acknowledged }) => `${operation.kind} ${operation.number}${acknowledged ? ', acknowledged' : ''}`);
      wrong.push(`service ${mark} is ${brief(actual)}; it was ${brief(entry.sure)}; then: ${told.join('; ') || 'nothing'}`);
    }
    asked.forEach(({ operation: { kind, arguments: given } }, i) => {
      if (kind === 'associate' && associated.has(given.service_ids[0]) !== i < happened) {
        wrong.push(`the association of ${given.service_ids[0]} happened by half: service ${mark} is ${brief(actual)}`);
      }
    });
    for (const [i, { acknowledged }] of asked.entries()) {
      if (!acknowledged) ++this.figures[i < happened ? 'not acknowledged, and there' : 'not acknowledged, and not there'];
    }
    if (service) entry.id = service.service_id;
    entry.sure = actual;
    entry.asked = [];
    entry.busy = false;
  }

  /** @param {number} mark */
  #entry(mark) {
    return /** @type {Entry} */ (this.entries.get(mark));
  }
}

/** @param {any} service @returns {State} */
function stateOf(service) {
  if (service === undefined) return NOTHING;
  const { Cell = null, completed, disposition = null, customer_id = null } = service;
  return { there: true, cell: Cell, end: completed ? disposition : null, customer: customer_id };
}

/** Without what only makes a value long. @param {State} state */
const brief = ({ cell, ...state }) => JSON.stringify({ ...state, cell: /** @type {any} */ (cell)?.v ?? null });
