// Who has the same files open: what a tab that is alone need not ask the storage for at every step.
//
// Every tab holds one Web Lock, shared with all others, for as long as it may commit, and lets `settled` pass before its
// first commit. Who asks for the holders and finds nobody else was alone at some moment after it asked. Whoever comes
// after that moment waits for WAIT_MS, so nobody else commits within LEASE_MS of the question: a lease. It is of use to
// one that has looked into the storage since it asked, for before that, others may have been there and gone.
//
//   this tab   ask ──── nobody else ──── looks ─ needs not look ─ LEASE_MS ──▶ asks again, looks again
//   another          not there yet ▶ holds the lock ── waits ─────────────────── WAIT_MS ──▶ commits
//
// A page that is being left commits what it has under way without the lock, but compacts nothing: others then find the
// number taken, if they had not reckoned with it.
//
// A clock that a browser rounds, by up to 100 ms, is allowed for in WAIT_MS. Where there are no Web Locks nobody is ever
// alone; they are missing in all contexts of an origin alike (but for one that `hasIndexedDB` sees to).
import { StorageGone } from './storage.js';

/** How long an answer is good for, in ms from when it was asked for. */
export const LEASE_MS = 100;

/** How long one that comes waits for the leases of the others to end, in ms. */
export const WAIT_MS = 250;

/** A commit that may take longer than what is left of a lease should not count on it, in ms. */
const SPARE_MS = 20;

const isPrerendering = () => /** @type {any} */ (globalThis.document)?.prerendering === true;

export class Presence {
  #name;
  #timeout;
  /** While this tab has the lock, or is about to have it. @type {Promise<boolean> | undefined} */
  #settled;
  #holds = false;
  #isSettled = false;
  #release = () => {};
  /** Questions and looks are numbered in the order in which they were begun. */
  #last = 0;
  /** The last question that was answered with nobody else. */
  #alone = { number: Infinity, at: -Infinity };
  #asking = false;
  #askedAt = -Infinity;
  #looked = 0;

  /** @param {string} name @param {number} timeout  ms that the lock may take to be had */
  constructor(name, timeout) {
    this.#name = `${name}:open`;
    this.#timeout = timeout;
  }

  /**
   * Resolves once this tab may commit, with whether others were there. Rejects with StorageGone if the lock is not to
   * be had: the others would not know of this one.
   *
   * @returns {Promise<boolean>}
   */
  settled() {
    if (this.#settled === undefined) {
      const settled = this.#enter();
      this.#settled = settled;
      const done = () => void (this.#isSettled ||= settled === this.#settled);
      settled.then(done, () => {});
    }
    return this.#settled;
  }

  /** Whether `settled` would not resolve at once. */
  get waits() {
    return !this.#isSettled;
  }

  /** Whether nobody else has committed since this tab looked, and nobody will for some time yet. */
  get alone() {
    const now = performance.now();
    if (now > this.#askedAt + LEASE_MS / 2) void this.#ask();
    const { number, at } = this.#alone;
    return this.#looked > number && now < at + LEASE_MS - SPARE_MS;
  }

  /** Until when nobody else commits, if this tab is alone: ms of performance.now. */
  get until() {
    return this.#alone.at + LEASE_MS;
  }

  /** This tab begins to look into the storage. @returns {number} to be given to `looked` once it has seen all there is */
  look() {
    return ++this.#last;
  }

  /** @param {number} look */
  looked(look) {
    this.#looked = Math.max(this.#looked, look);
  }

  /** This tab commits nothing more, unless `settled` is awaited anew. Who waits for it goes on at once. */
  leave() {
    this.#release();
    this.#release = () => {};
    this.#settled = undefined;
    this.#holds = this.#isSettled = false;
    this.#alone = { number: Infinity, at: -Infinity };
  }

  async #enter() {
    if (globalThis.navigator?.locks === undefined) return false;
    /** @type {Promise<void>} */
    const left = new Promise((resolve) => (this.#release = resolve));
    try {
      await Promise.race([left, this.#acquire(left)]);
    } catch (cause) {
      // As where there are none: this origin has no locks in any tab.
      if (/** @type {Error} */ (cause)?.name === 'SecurityError') return false;
      this.leave();
      throw new StorageGone('storage_blocked', 'the lock that tells other tabs of this one cannot be had', { cause });
    }
    if (await this.#ask()) return false;
    await Promise.race([left, new Promise((resolve) => setTimeout(resolve, WAIT_MS))]);
    return true;
  }

  /** @param {Promise<void>} left @returns {Promise<void>} */
  #acquire(left) {
    const release = this.#release;
    return new Promise((resolve, reject) => {
      const late = new AbortController();
      // A page that is prerendered gets its locks once a visitor sees it.
      let prerendered = isPrerendering();
      const end = () => {
        if (!prerendered) return late.abort();
        prerendered = isPrerendering();
        timer = setTimeout(end, this.#timeout);
      };
      let timer = setTimeout(end, this.#timeout);
      const granted = () => {
        clearTimeout(timer);
        this.#holds = this.#release === release; // else it has left meanwhile
        resolve();
        return left;
      };
      const lost = (/** @type {unknown} */ error) => {
        reject(error);
        if (this.#holds && this.#release === release) this.leave(); // somebody has stolen it
      };
      navigator.locks.request(this.#name, { mode: 'shared', signal: late.signal }, granted).catch(lost);
    });
  }

  /** @returns {Promise<boolean>} whether nobody else is there */
  async #ask() {
    if (this.#asking || !this.#holds) return false;
    this.#asking = true;
    const settled = this.#settled;
    const question = { number: ++this.#last, at: performance.now() };
    this.#askedAt = question.at;
    try {
      const { held = [] } = await navigator.locks.query();
      // It may have left meanwhile, and come back.
      const alone = settled === this.#settled && held.filter(({ name }) => name === this.#name).length === 1;
      if (alone) this.#alone = question;
      return alone;
    } catch {
      return false;
    } finally {
      this.#asking = false;
    }
  }
}
