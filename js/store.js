// The queue before the journal: group commit and the turns of compaction. Everything that waits goes into the next
// transaction; a promise settles only when the transaction that holds its change is durable, or has failed. One thing
// runs at a time.
import { breathe } from './breathe.js';
import { FULL } from './engine.js';
import { ServicesError } from './errors.js';
import { Journal, NoRoom } from './journal.js';

/**
 * @typedef {import('./engine.js').EngineRequest} EngineRequest
 * @typedef {import('./engine.js').EngineResponse} EngineResponse
 * @typedef {import('./storage/storage.js').Durability} Durability
 *
 * @typedef {object} Waiting
 * @property {EngineRequest} request
 * @property {Durability} durability
 * @property {(response: EngineResponse) => void} resolve
 * @property {(error: unknown) => void} reject
 *
 * @typedef {import('./journal.js').JournalSetup & { now: () => number }} StoreSetup
 */

/** About how many bytes of bodies go into one commit: what one structured clone may cost a frame. */
const BATCH_BYTES = 1024 * 1024;

/** And how many requests at first; then about as many as there was time for. */
const BATCH_REQUESTS = 256;

/** And how long it may run in one task, in ms: less than a frame. What is left of it comes next. */
const BATCH_MS = 12;

/** After a step of compaction has failed, so many batches go by before the next. */
const LULL = 32;

export class Store {
  #journal;
  #now;
  /** @type {Waiting[]} */
  #queue = [];
  /** @type {Promise<void> | undefined} */
  #running;
  #closed = false;
  /** Another tab has said that there is something new. */
  #hinted = false;
  #lull = 0;
  /** So many requests go into the next batch at most. */
  #most = BATCH_REQUESTS;
  /** @type {{ resolve: () => void, reject: (error: unknown) => void }[]} */
  #checkpoints = [];

  /** @param {StoreSetup} setup */
  constructor({ now, ...setup }) {
    this.#now = now;
    this.#journal = new Journal(setup);
  }

  /** Reads the journal. To be awaited once, before anything else. Where it rejects, all is closed. */
  async open() {
    try {
      this.#hinted = (await this.#journal.open()) || this.#hinted;
      this.#work();
    } catch (error) {
      await this.close().catch(() => {});
      throw error;
    }
  }

  get storage() {
    return this.#journal.storage;
  }

  /** Hex digest of the committed state. */
  digest() {
    return this.#journal.engine.digest();
  }

  get sequence() {
    return this.#journal.engine.sequence;
  }

  /** How many files the journal has, and their bytes. */
  get usage() {
    return this.#journal.engine.usage;
  }

  /**
   * Queues one request. Resolves with the engine's response, error statuses included, once what it changed is
   * durable; a GET resolves with what every tab had committed when it ran. Rejects when the commit fails, and
   * then nothing of it has happened, unless the error says that this is not known.
   *
   * @param {EngineRequest} request
   * @param {Durability} durability
   * @returns {Promise<EngineResponse>}
   */
  run(request, durability) {
    return new Promise((resolve, reject) => {
      if (this.#closed) {
        reject(new ServicesError('closed', 'this store is closed'));
        return;
      }
      this.#queue.push({ request, durability, resolve, reject });
      this.#work();
    });
  }

  /** Another tab has committed. Takes it in and tells of it, soon. */
  refresh() {
    this.#hinted = true;
    if (!this.#closed) this.#work();
  }

  /** Writes everything anew, so that what was deleted is in no file any more. @returns {Promise<void>} */
  checkpoint() {
    return new Promise((resolve, reject) => {
      this.#checkpoints.push({ resolve, reject });
      this.#work();
    });
  }

  /** Settles everything that was asked for, then closes. */
  async close() {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#running) await this.#running;
    await this.#journal.close();
  }

  #work() {
    // Not at once: what the caller asks for in the same task goes into the same commit.
    this.#running ??= Promise.resolve()
      .then(() => this.#drain())
      .catch((error) => {
        // Nothing should get here; if something does, nobody is to wait for ever.
        this.#running = undefined;
        for (const { reject } of [...this.#queue.splice(0), ...this.#checkpoints.splice(0)]) reject(error);
      });
  }

  // Compaction takes a turn after every batch, so that its cost is spread, and all of them when nobody waits.
  async #drain() {
    for (let more = true; more; ) {
      if (this.#queue.length > 0) await this.#serve(this.#take());
      else if (this.#hinted && !this.#closed) await this.#freshen();
      if (this.#checkpoints.length > 0) await this.#writeAnew();
      if (this.#queue.length > 0) await breathe();
      more = await this.#compact();
      more ||= this.#queue.length > 0 || this.#checkpoints.length > 0 || (this.#hinted && !this.#closed);
    }
    this.#running = undefined;
  }

  #take() {
    let bytes = 0;
    let count = 0;
    const most = Math.min(this.#queue.length, this.#most);
    while (count < most && bytes < BATCH_BYTES) bytes += this.#queue[count++].request.body?.length ?? 0;
    return this.#queue.splice(0, count);
  }

  /** Runs a batch, if need be several times, and settles its promises. Never rejects. @param {Waiting[]} batch */
  async #serve(batch) {
    this.#journal.begin();
    for (let tries = 0; batch.length > 0; ++tries) {
      try {
        await this.#journal.settle();
        const responses = await this.#process(batch);
        // What there was no time for goes back to the front: not much, or the next one would be as slow to take.
        this.#most = responses.length < batch.length ? responses.length + 1 : Math.max(this.#most, 2 * batch.length);
        this.#queue.unshift(...batch.splice(responses.length));
        batch.forEach(({ resolve }, i) => resolve(responses[i]));
        return;
      } catch (error) {
        const reason = await this.#journal.recover(error, tries);
        if (reason === undefined) continue;
        // Where room is short, what makes some, or must go on, is not refused with the others.
        const needed = error instanceof NoRoom ? batch.filter(({ request }) => isNeeded(request)) : [];
        const refused = needed.length < batch.length ? batch.filter((one) => !needed.includes(one)) : batch;
        for (const { reject } of refused) reject(reason);
        batch = batch.filter((one) => !refused.includes(one));
      }
    }
  }

  /** @param {Waiting[]} batch @returns {Promise<EngineResponse[]>} of as many as there was time for, the first at least */
  async #process(batch) {
    const execute = () => {
      const end = performance.now() + BATCH_MS;
      /** @type {EngineResponse[]} */
      const answers = [];
      for (const { request } of batch) {
        answers.push(this.#journal.engine.execute(request, this.#now()));
        if (performance.now() >= end) break;
      }
      return answers;
    };
    if (batch.every(({ request }) => request.method === 'GET')) {
      await this.#journal.takeIn();
      return execute();
    }
    const durability = batch.some((one) => one.durability === 'strict') ? 'strict' : 'relaxed';
    return this.#journal.commit(execute, { durability, needed: batch.every(({ request }) => isNeeded(request)) });
  }

  /** Takes in what other tabs committed. Never rejects: it is a hint's consequence, and the next call will tell. */
  async #freshen() {
    this.#hinted = false;
    this.#journal.begin();
    for (let tries = 0; ; ++tries) {
      try {
        await this.#journal.settle();
        await this.#journal.takeIn(true);
        await this.#journal.repair();
        return;
      } catch (error) {
        if ((await this.#journal.recover(error, tries)) !== undefined) return;
      }
    }
  }

  /** Never rejects. */
  async #writeAnew() {
    const wanted = this.#checkpoints.splice(0);
    this.#journal.begin();
    for (let tries = 0; ; ++tries) {
      try {
        await this.#journal.settle();
        await this.#journal.writeAnew();
        for (const { resolve } of wanted) resolve();
        return;
      } catch (error) {
        const reason = await this.#journal.recover(error, tries);
        if (reason === undefined) continue;
        for (const { reject } of wanted) reject(reason);
        return;
      }
    }
  }

  /** Takes one step of compaction, if one is due. A failure only puts it off. @returns {Promise<boolean>} whether one was taken */
  async #compact() {
    if (this.#journal.isDoubtful || this.#closed) return false;
    if (this.#lull > 0 && this.#journal.engine.usage.files < FULL) {
      --this.#lull;
      return false;
    }
    this.#journal.begin();
    try {
      const taken = await this.#journal.step();
      if (taken) await breathe();
      return taken;
    } catch (error) {
      this.#lull = LULL;
      await this.#journal.recover(error, 0);
      return false;
    }
  }
}

/** What must go on when the budget is used up: deletions, hand-overs, and what becomes of them. @param {EngineRequest} request */
function isNeeded({ method, target }) {
  return method === 'GET' || method === 'DELETE' || target.startsWith('local/') || target.startsWith('maintenance/');
}
