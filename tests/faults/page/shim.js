// Counts what a store asks of IndexedDB and what it is told, and makes exactly one of these points go wrong as a
// browser can. All else goes to the real IndexedDB. It hears every event first: its listener is there before anybody
// else has the object.
import { elapse, nextTask } from './clock.js';

/** What can go wrong at a point of each kind. */
const AT_OPEN = [
  'throws SecurityError', 'throws UnknownError', 'fails UnknownError', 'fails AbortError', 'fails QuotaExceededError',
  'fails VersionError', 'fails InvalidStateError', 'blocked', 'silent', 'late',
];
const AT_REQUEST = [
  'throws TransactionInactiveError', 'throws UnknownError', 'aborts QuotaExceededError', 'aborts UnknownError',
  'aborts InvalidStateError', 'aborts null', 'stuck', 'closed', 'versionchange',
];
export const FAULTS = {
  open: AT_OPEN,
  transaction: ['throws InvalidStateError', 'throws UnknownError', 'closed', 'versionchange', 'deleted'],
  add: [...AT_REQUEST, 'aborts ConstraintError', 'throws DataError'],
  put: AT_REQUEST,
  get: AT_REQUEST,
  getAll: AT_REQUEST,
  getAllKeys: AT_REQUEST,
  delete: AT_REQUEST,
  success: ['aborts QuotaExceededError', 'aborts UnknownError', 'closed', 'versionchange', 'deleted'],
  commit: ['throws InvalidStateError', 'aborts QuotaExceededError', 'aborts UnknownError', 'aborts null', 'closed', 'versionchange'],
  // A backend that goes away once it has saved ends the transaction as one that goes away before.
  complete: ['silent', 'late', 'thaws', 'aborts UnknownError', 'aborts null', 'closed', 'versionchange', 'deleted'],
  abort: ['silent', 'late', 'thaws', 'closed', 'versionchange'],
};

/**
 * @typedef {object} Run
 * @property {string} database
 * @property {number} at  number of the point that goes wrong, from 0; -1: none
 * @property {string} fault
 * @property {() => Promise<void>} deleteElsewhere  deletes the database from another page
 * @property {string[]} points  the kind of each point so far
 * @property {boolean} hit  whether the fault has happened
 * @property {Promise<void> | undefined} deletion
 */

/** @type {Run | undefined} */
let run;
/** Events that the shim itself sends. @type {WeakSet<Event>} */
const ours = new WeakSet();
/** Those that wait for a request that is never answered: later ones are not answered either. @type {WeakSet<IDBTransaction>} */
const stuck = new WeakSet();
/** The transactions that have not ended. @type {WeakMap<IDBDatabase, Set<IDBTransaction>>} */
const live = new WeakMap();

/** @param {string} kind @returns {string[]} */
export const faultsAt = (kind) => FAULTS[/** @type {keyof typeof FAULTS} */ (kind)];

/** @param {Pick<Run, 'database' | 'deleteElsewhere'> & { at?: number, fault?: string }} setup @returns {Run} */
export function begin({ at = -1, fault = '', ...setup }) {
  run = { at, fault, ...setup, points: [], hit: false, deletion: undefined };
  return run;
}

export function end() {
  run = undefined;
}

/** Counts a point; answers the fault that happens there. @param {Run} here @param {string} kind */
function reach(here, kind) {
  if (here !== run) return '';
  here.points.push(kind);
  if (here.points.length - 1 !== here.at || !faultsAt(kind).includes(here.fault)) return '';
  here.hit = true;
  return here.fault;
}

/** @param {EventTarget} target @param {Event} event */
function send(target, event) {
  ours.add(event);
  target.dispatchEvent(event);
}

/** @param {string} name */
const exception = (name) => new DOMException(`made to fail: ${name}`, name);

/** @param {string} fault @returns {[string, string]} */
function parts(fault) {
  const [verb, name = ''] = fault.split(' ');
  return [verb, name];
}

/** As the browser shows why it ended a transaction. @param {object} target @param {string} name */
function showError(target, name) {
  Object.defineProperty(target, 'error', { value: name === 'null' ? null : exception(name) });
}

/**
 * False: it has been committed, so that it cannot be aborted any more.
 *
 * @param {IDBTransaction} tx
 * @param {string} name  of the error; `null` where the browser gives none
 */
function abort(tx, name) {
  try {
    tx.abort();
  } catch {
    return false;
  }
  showError(tx, name);
  return true;
}

/** What happens to a connection as a whole. @param {Run} here @param {IDBDatabase} database @param {string} fault */
function strike(here, database, fault) {
  if (fault === 'closed') {
    for (const tx of live.get(database) ?? []) abort(tx, 'null');
    database.close();
    send(database, new Event('close'));
  } else if (fault === 'versionchange') {
    send(database, new IDBVersionChangeEvent('versionchange', { oldVersion: database.version, newVersion: null }));
  } else if (fault === 'deleted') {
    here.deletion = here.deleteElsewhere();
  } else {
    return false;
  }
  return true;
}

export function installShim() {
  const { open } = IDBFactory.prototype;
  IDBFactory.prototype.open = function (name, version) {
    const here = run;
    if (name !== here?.database) return open.call(this, name, version);
    const fault = reach(here, 'open');
    const [verb, error] = parts(fault);
    if (verb === 'throws') throw exception(error);
    const request = open.call(this, name, version);
    if (fault !== '') misopen(request, fault);
    return request;
  };

  const { transaction } = IDBDatabase.prototype;
  IDBDatabase.prototype.transaction = function (...values) {
    const here = run;
    if (this.name !== here?.database) return transaction.apply(this, values);
    const fault = reach(here, 'transaction');
    const [verb, error] = parts(fault);
    if (verb === 'throws') throw exception(error);
    strike(here, this, fault);
    const tx = transaction.apply(this, values);
    follow(here, this, tx);
    return tx;
  };

  const { commit } = IDBTransaction.prototype;
  IDBTransaction.prototype.commit = function () {
    const here = run;
    if (this.db.name !== here?.database) return commit.call(this);
    const fault = reach(here, 'commit');
    const [verb, error] = parts(fault);
    if (verb === 'throws') throw exception(error);
    if (verb === 'aborts') {
      abort(this, error);
      return;
    }
    strike(here, this.db, fault);
    return commit.call(this);
  };

  for (const call of ['add', 'put', 'get', 'getAll', 'getAllKeys', 'delete']) patchRequest(call);
}

/** @param {string} call */
function patchRequest(call) {
  const prototype = /** @type {any} */ (IDBObjectStore.prototype);
  const original = prototype[call];
  prototype[call] = function (...values) {
    const here = run;
    const tx = this.transaction;
    if (tx.db.name !== here?.database) return original.apply(this, values);
    const fault = reach(here, call);
    const [verb, error] = parts(fault);
    if (verb === 'throws') throw exception(error);
    strike(here, tx.db, fault);
    const request = original.apply(this, values);
    request.addEventListener('success', (event) => {
      if (stuck.has(tx)) {
        event.stopImmediatePropagation();
        return;
      }
      const late = fault || reach(here, 'success');
      const [how, name] = parts(late);
      if (how === 'aborts') {
        here.hit = abort(tx, name);
        if (!here.hit) return;
        event.stopImmediatePropagation();
        showError(request, name);
        send(request, new Event('error', { bubbles: true, cancelable: true }));
      } else if (how === 'stuck') {
        here.hit = keepBusy(this);
        if (!here.hit) return;
        stuck.add(tx);
        event.stopImmediatePropagation();
        void nextTask().then(() => elapse());
      } else if (fault === '') {
        strike(here, tx.db, late);
      }
    });
    return request;
  };
}

/**
 * Keeps a transaction from committing by itself, as an answer that is still to come does. False: it is being committed.
 *
 * @param {IDBObjectStore} store
 */
function keepBusy(store) {
  try {
    IDBObjectStore.prototype.count.call(store).onsuccess = () => keepBusy(store);
    return true;
  } catch {
    return false;
  }
}

/** @param {Run} here @param {IDBDatabase} database @param {IDBTransaction} tx */
function follow(here, database, tx) {
  const others = live.get(database) ?? new Set();
  live.set(database, others.add(tx));
  for (const type of ['complete', 'abort']) {
    tx.addEventListener(type, (event) => {
      others.delete(tx);
      if (ours.has(event)) return;
      const fault = reach(here, type);
      if (fault === '' || strike(here, database, fault)) return;
      event.stopImmediatePropagation();
      const [verb, error] = parts(fault);
      if (verb !== 'aborts') return void withhold(tx, type, fault);
      showError(tx, error);
      send(tx, new Event('abort', { bubbles: true }));
    });
  }
}

/** `silent`: never told; `late`: after everybody has given up; `thaws`: after the first time-out, as a page that was frozen. */
async function withhold(tx, type, fault) {
  await nextTask();
  await elapse(fault === 'thaws' ? 1 : Infinity);
  if (fault !== 'silent') send(tx, new Event(type));
}

/** @param {IDBOpenDBRequest} request @param {string} fault */
function misopen(request, fault) {
  const [verb, error] = parts(fault);
  if (fault === 'blocked') void nextTask().then(() => send(request, new IDBVersionChangeEvent('blocked', { oldVersion: 20, newVersion: 21 })));
  request.addEventListener('success', async (event) => {
    if (ours.has(event)) return;
    event.stopImmediatePropagation();
    if (verb === 'fails') {
      request.result.close();
      showError(request, error);
      send(request, new Event('error', { bubbles: true, cancelable: true }));
      return;
    }
    await nextTask();
    await elapse();
    if (fault === 'late') send(request, new Event('success'));
    else request.result.close();
  });
}
