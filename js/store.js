// The queue before the engine: group commit, refresh, rollback, compaction. Everything that waits goes into the next
// transaction; a promise settles only when the transaction that holds its change is durable, or has failed. One thing
// runs at a time, and whatever happens to it, memory is afterwards as the storage is.
import { breathe } from './breathe.js';
import { DAMAGED, FULL, NEWER_FORMAT, isTrap } from './engine.js';
import { ServicesError } from './errors.js';
import { StorageBehind, StorageChanged, StorageGone } from './storage/storage.js';

/**
 * @typedef {import('./engine.js').EngineRequest} EngineRequest
 * @typedef {import('./engine.js').EngineResponse} EngineResponse
 * @typedef {import('./engine.js').EngineHandle} EngineHandle
 * @typedef {import('./storage/storage.js').Storage} Storage
 * @typedef {import('./storage/storage.js').Durability} Durability
 * @typedef {import('./storage/storage.js').JournalFile} JournalFile
 *
 * @typedef {object} Waiting
 * @property {EngineRequest} request
 * @property {Durability} durability
 * @property {(response: EngineResponse) => void} resolve
 * @property {(error: unknown) => void} reject
 *
 * @typedef {object} StoreSetup
 * @property {EngineHandle | Promise<EngineHandle>} engine
 * @property {Storage} storage
 * @property {() => number} now
 * @property {() => Promise<EngineHandle>} restart  makes a new engine
 * @property {(reason: ServicesError) => Storage} [fallback]  what to go on with where the storage cannot be had, now
 *   or any more; without it, what was asked for fails
 * @property {number} [budget]  bytes that the files may have
 * @property {(changes: import('./engine.js').Changes, origin: 'local' | 'remote') => void} [onChange]
 * @property {(damage: { sequence: number, lost_bytes: number }) => void} [onDamage]
 * @property {() => void} [onEvicted]  what had been committed is not there any more
 */

/** About how many bytes of bodies go into one commit: what one structured clone may cost a frame. */
const BATCH_BYTES = 1024 * 1024;

/** And how many requests at first; then about as many as there was time for. */
const BATCH_REQUESTS = 256;

/** And how long it may run in one task, in ms: less than a frame. What is left of it comes next. */
const BATCH_MS = 12;

/** So often a batch is tried again while other tabs are faster, or compaction makes room for it. */
const TRIES = 20;

/** After a step of compaction has failed, so many batches go by before the next. */
const LULL = 32;

/** Compaction must come first, for the files are too many or have too many bytes. */
class NoRoom extends Error {}

export class Store {
  /** There once the store is open. @type {EngineHandle} */
  #engine = /** @type {any} */ (undefined);
  #storage;
  #setup;
  /** @type {Waiting[]} */
  #queue = [];
  /** @type {Promise<void> | undefined} */
  #running;
  #closed = false;
  /** Another tab has said that there is something new. */
  #hinted = false;
  /** Why memory may not be as the storage is; it is read anew before anything else. @type {'trapped' | 'changed' | null} */
  #doubt = null;
  /** The storage has changed underneath once since the work at hand was begun. */
  #hasBroken = false;
  /** The fallback holds nothing of what memory does. */
  #unwritten = false;
  #lull = 0;
  /** So many requests go into the next batch at most. */
  #most = BATCH_REQUESTS;
  /** @type {{ resolve: () => void, reject: (error: unknown) => void }[]} */
  #checkpoints = [];
  /** Damaged files that were read, to be set aside. @type {(() => Promise<void>)[]} */
  #repairs = [];
  /** @param {JournalFile[]} files */
  #present = (files) => this.#engine.present(files);

  /** @param {StoreSetup} setup */
  constructor(setup) {
    this.#setup = setup;
    this.#storage = setup.storage;
    Promise.resolve(setup.engine).catch(() => {}); // `open` tells
  }

  /** Reads the journal. To be awaited once, before anything else. Where it rejects, all is closed. */
  async open() {
    try {
      // The module is fetched and compiled while the storage is opened and read.
      const files = this.#storage.open();
      await files.catch(() => {}); // #read tells
      this.#engine = await this.#setup.engine;
      await this.#read(files);
      this.#hinted ||= this.#repairs.length > 0;
      this.#work();
    } catch (error) {
      await this.close().catch(() => {});
      throw error;
    }
  }

  /** @param {Promise<JournalFile[]>} files */
  async #read(files) {
    for (let tries = 0; ; ++tries) {
      try {
        await this.#ingest(this.#engine, await (tries === 0 ? files : this.#storage.open()), Infinity);
        break;
      } catch (error) {
        if (isTrap(error)) throw new ServicesError('engine_failed', 'the engine stopped while it read the store', { cause: error });
        // A connection that broke while it was read from; a second time, it is no good.
        if (error instanceof StorageChanged && tries === 0) continue;
        this.#goOn(error, true);
      }
    }
  }

  get storage() {
    return this.#storage;
  }

  /** Hex digest of the committed state. */
  digest() {
    return this.#engine.digest();
  }

  get sequence() {
    return this.#engine.sequence;
  }

  /** How many files the journal has, and their bytes. */
  get usage() {
    return this.#engine.usage;
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
    await this.#storage.close();
  }

  #work() {
    // Not at once: what the caller asks for in the same task goes into the same commit.
    this.#running ??= Promise.resolve().then(() => this.#drain());
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
    this.#hasBroken = false;
    for (let tries = 0; batch.length > 0; ++tries) {
      try {
        await this.#settle();
        const responses = await this.#process(batch);
        // What there was no time for goes back to the front: not much, or the next one would be as slow to take.
        this.#most = responses.length < batch.length ? responses.length + 1 : Math.max(this.#most, 2 * batch.length);
        this.#queue.unshift(...batch.splice(responses.length));
        batch.forEach(({ resolve }, i) => resolve(responses[i]));
        return;
      } catch (error) {
        const reason = await this.#recover(error, tries);
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
        answers.push(this.#engine.execute(request, this.#setup.now()));
        if (performance.now() >= end) break;
      }
      return answers;
    };
    if (batch.every(({ request }) => request.method === 'GET')) {
      await this.#takeIn();
      return execute();
    }
    const strict = batch.some(({ durability }) => durability === 'strict');
    const needed = batch.every(({ request }) => isNeeded(request));
    /** @type {EngineResponse[]} */
    let responses = [];
    let sequence = 0;
    await this.#storage.transact(
      this.#engine.sequence,
      (newer) => {
        this.#engine.rollback();
        this.#ingestNow(newer);
        responses = execute();
        sequence = this.#engine.sequence + 1;
        const bytes = this.#engine.seal(sequence);
        if (bytes.length === 0) {
          sequence = 0;
          return null;
        }
        const { files, bytes: present } = this.#engine.usage;
        if (files >= FULL || (!needed && present + bytes.length > (this.#setup.budget ?? Infinity))) throw new NoRoom();
        return { sequence, bytes };
      },
      strict ? 'strict' : 'relaxed',
      this.#present,
    );
    try {
      if (sequence > 0) this.#engine.commit(sequence);
      else this.#engine.rollback();
      this.#tell('local');
    } catch (error) {
      // It is durable all the same.
      if (!isTrap(error)) throw error;
      this.#doubt = 'trapped';
    }
    return responses;
  }

  // What was found out meanwhile is seen to before the next batch: memory in doubt, files to set aside, a fallback
  // that does not hold yet what memory does.
  async #settle() {
    if (this.#doubt) await this.#readAnew();
    if (this.#unwritten) {
      if (this.#engine.sequence > 0) while (!(await this.#writePiece())) await breathe();
      this.#unwritten = false;
    }
    await this.#repair();
  }

  /** @param {boolean} [hinted] */
  async #takeIn(hinted) {
    const files = await this.#storage.refresh(this.#engine.sequence, hinted);
    await this.#ingest(this.#engine, files);
    if (files.length > 0) this.#tell('remote');
  }

  /** Takes in what other tabs committed. Never rejects: it is a hint's consequence, and the next call will tell. */
  async #freshen() {
    this.#hinted = false;
    this.#hasBroken = false;
    for (let tries = 0; ; ++tries) {
      try {
        await this.#settle();
        await this.#takeIn(true);
        await this.#repair();
        return;
      } catch (error) {
        if ((await this.#recover(error, tries)) !== undefined) return;
      }
    }
  }

  /** Never rejects. */
  async #writeAnew() {
    const wanted = this.#checkpoints.splice(0);
    this.#hasBroken = false;
    for (let tries = 0; ; ++tries) {
      try {
        await this.#settle();
        // One that is under way already holds what was there before: only the one after it does not.
        for (let i = 0; i < 2; ++i) while (!(await this.#writePiece())) await breathe();
        for (const { resolve } of wanted) resolve();
        return;
      } catch (error) {
        const reason = await this.#recover(error, tries);
        if (reason === undefined) continue;
        for (const { reject } of wanted) reject(reason);
        return;
      }
    }
  }

  /** Takes one step of compaction, if one is due. A failure only puts it off. @returns {Promise<boolean>} whether one was taken */
  async #compact() {
    if (this.#doubt || this.#closed) return false;
    if (this.#lull > 0 && this.#engine.usage.files < FULL) {
      --this.#lull;
      return false;
    }
    this.#hasBroken = false;
    try {
      const taken = await this.#step();
      if (taken) await breathe();
      return taken;
    } catch (error) {
      this.#lull = LULL;
      await this.#recover(error, 0);
      return false;
    }
  }

  /** @returns {Promise<boolean>} whether it was the last of its checkpoint */
  async #writePiece() {
    let drop = 0;
    let sequence = 0;
    await this.#storage.transact(
      this.#engine.sequence,
      (newer) => {
        this.#ingestNow(newer);
        const piece = this.#engine.piece(this.#engine.sequence + 1);
        ({ drop, sequence } = piece);
        return piece;
      },
      'strict',
      this.#present,
    );
    this.#engine.commit(sequence);
    return drop > 0;
  }

  /** @param {{ first: number, last: number, bytes: number }} run */
  async #merge({ first, last, bytes }) {
    let size = 0;
    const merge = (/** @type {JournalFile[]} */ files) => {
      const present = this.#engine.present(files);
      const merged = this.#engine.merge(present);
      // Another tab may have merged them already, or a checkpoint have taken their place.
      size = merged?.length ?? (present.length === 1 ? present[0].bytes.length : 0);
      return merged;
    };
    await this.#storage.replace(first, last, merge, bytes);
    this.#engine.merged(first, last, size);
  }

  /**
   * Takes in what was read outside of a transaction, in tasks that are short.
   *
   * @param {EngineHandle} engine
   * @param {JournalFile[]} files
   * @param {number} [known]  what is in the files up to this one is news to nobody
   */
  async #ingest(engine, files, known = 0) {
    for (const [i, file] of engine.present(files).entries()) {
      if (i > 0) await breathe();
      this.#ingestOne(engine, file, file.sequence > known);
    }
  }

  /** The same inside a transaction, which would not wait. @param {JournalFile[]} files */
  #ingestNow(files) {
    for (const file of this.#engine.present(files)) this.#ingestOne(this.#engine, file);
    if (files.length > 0) this.#tell('remote');
  }

  /** @param {EngineHandle} engine @param {JournalFile} file @param {boolean} [news] */
  #ingestOne(engine, { sequence, bytes }, news) {
    const { result, repaired, lost } = engine.ingest(sequence, bytes, news);
    if (result === NEWER_FORMAT) {
      throw new ServicesError('newer_format', 'a newer version of this package wrote this store; load that version');
    }
    if (result !== DAMAGED) return;
    this.#repairs.push(() => this.#storage.repair(sequence, repaired, bytes));
    this.#setup.onDamage?.({ sequence, lost_bytes: lost });
  }

  // A file that could not be set aside is found again at the next opening.
  async #repair() {
    for (const repair of this.#repairs.splice(0)) {
      try {
        await repair();
      } catch (error) {
        if (error instanceof StorageChanged || error instanceof StorageGone) throw error;
      }
    }
  }

  /**
   * After a failure memory is as the storage: rolled back, read anew, or what it was and the storage another one.
   *
   * @param {unknown} error
   * @param {number} tries  how often it had failed before
   * @returns {Promise<unknown>} undefined if it is to be tried again, else what to reject with
   */
  async #recover(error, tries) {
    try {
      if (isTrap(error)) {
        this.#doubt = 'trapped';
        return new ServicesError('engine_failed', 'the engine stopped and is started anew; nothing was changed', { cause: error });
      }
      this.#engine.rollback();
      if (error instanceof StorageGone) {
        this.#goOn(error);
        return undefined;
      }
      if (error instanceof StorageChanged) {
        this.#doubt = 'changed';
        // Read anew, and broken again: it is no good.
        if (this.#hasBroken) this.#goOn(error);
        this.#hasBroken = true;
        return undefined;
      }
      if (error instanceof StorageBehind && tries < TRIES) {
        await this.#takeIn();
        return undefined;
      }
      if (error instanceof NoRoom) return await this.#makeRoom(tries);
      return error;
    } catch (second) {
      // What comes of it is seen at the next call.
      if (isTrap(second)) this.#doubt = 'trapped';
      else if (second instanceof StorageChanged) this.#doubt ??= 'changed';
      return second;
    }
  }

  /** @param {number} tries @returns {Promise<unknown>} undefined if there is room now */
  async #makeRoom(tries) {
    const { files, logBytes } = this.#engine.usage;
    if (files >= FULL && tries < TRIES) {
      if (!(await this.#step())) throw new ServicesError('storage_failed', 'the store has too many files');
      return undefined;
    }
    const { budget = Infinity } = this.#setup;
    // What is dead goes with a checkpoint; right after one there is nothing to be won. How much there is cannot be seen
    // from the logs: a deletion is short, whatever it deletes. Little else is committed once the budget is used up.
    if (tries === 0 && logBytes > 0) {
      while (!(await this.#writePiece())) await breathe();
      return undefined;
    }
    return new ServicesError('quota_exceeded', `budget: this store may use ${budget} bytes, and they are used`);
  }

  /** @returns {Promise<boolean>} whether there was a step to take */
  async #step() {
    const step = this.#engine.nextStep();
    if (step === undefined) return false;
    if (step === 'piece') await this.#writePiece();
    else await this.#merge(step);
    return true;
  }

  /**
   * Goes on with the fallback, if there is one: memory stays as it is.
   *
   * @param {unknown} error  why not with this storage; thrown where there is no fallback, or it is no reason
   * @param {boolean} [opening]  then anything that the storage answers is one
   */
  #goOn(error, opening = false) {
    const { fallback } = this.#setup;
    const isReason =
      error instanceof StorageGone ||
      error instanceof StorageChanged ||
      (opening && error instanceof ServicesError && /^(storage|quota)_/.test(error.code));
    if (!isReason || !fallback) throw error;
    void this.#storage.close().catch(() => {});
    this.#storage = fallback(error);
    this.#setup = { ...this.#setup, fallback: undefined, budget: undefined };
    this.#repairs = [];
    this.#doubt = null;
    this.#engine.forgetFiles();
    this.#unwritten = true;
  }

  // The storage may hold something else than was read, or the engine has trapped: a new engine reads all of it.
  async #readAnew() {
    const engine = await this.#setup.restart();
    this.#repairs = [];
    const known = this.#engine.sequence;
    await this.#ingest(engine, await this.#storage.open(), known);
    const evicted =
      engine.sequence < known ||
      (this.#doubt === 'changed' && engine.sequence === known && engine.digest() !== this.#engine.digest());
    this.#engine = engine;
    this.#doubt = null;
    this.#tell('remote');
    if (evicted) this.#setup.onEvicted?.();
  }

  /** @param {'local' | 'remote'} origin */
  #tell(origin) {
    if (this.#setup.onChange === undefined) {
      this.#engine.forgetChanges();
      return;
    }
    const changes = this.#engine.changes();
    const told = Object.values(changes.tenants).some(({ visit }) => visit !== undefined);
    if (changes.service_ids.length > 0 || changes.association_ids.length > 0 || told) this.#setup.onChange(changes, origin);
  }
}

/** What must go on when the budget is used up: deletions, hand-overs, and what becomes of them. @param {EngineRequest} request */
function isNeeded({ method, target }) {
  return method === 'GET' || method === 'DELETE' || target.startsWith('local/') || target.startsWith('maintenance/');
}
