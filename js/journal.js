// The journal: what is in memory and what is in the storage, kept the same. Reads, commits, takes in what other tabs have
// committed, compacts; whatever happens to it, memory is afterwards as the storage is. One thing at a time is asked of it.
import { breathe } from './breathe.js';
import { DAMAGED, FULL, NEWER_FORMAT, isTrap } from './engine.js';
import { ServicesError } from './errors.js';
import { StorageBehind, StorageChanged, StorageGone } from './storage/storage.js';

/**
 * @typedef {import('./engine.js').EngineHandle} EngineHandle
 * @typedef {import('./storage/storage.js').Storage} Storage
 * @typedef {import('./storage/storage.js').Durability} Durability
 * @typedef {import('./storage/storage.js').JournalFile} JournalFile
 *
 * @typedef {object} JournalSetup
 * @property {EngineHandle | Promise<EngineHandle>} engine
 * @property {Storage} storage
 * @property {() => Promise<EngineHandle>} restart  makes a new engine
 * @property {(reason: ServicesError) => Storage} [fallback]  what to go on with where the storage cannot be had, now
 *   or any more; without it, what was asked for fails
 * @property {number} [budget]  bytes that the files may have
 * @property {(changes: import('./engine.js').Changes, origin: 'local' | 'remote') => void} [onChange]
 * @property {(damage: { sequence: number, lost_bytes: number }) => void} [onDamage]
 * @property {() => void} [onEvicted]  what had been committed is not there any more
 */

/** So often something is tried again while other tabs are faster, or compaction makes room for it. */
const TRIES = 20;

/** Compaction must come first, for the files are too many or have too many bytes. */
export class NoRoom extends Error {}

export class Journal {
  /** There once the journal is open. @type {EngineHandle} */
  #engine = /** @type {any} */ (undefined);
  #storage;
  #setup;
  /** Why memory may not be as the storage is; it is read anew before anything else. @type {'trapped' | 'changed' | null} */
  #doubt = null;
  /** The storage has changed underneath once since the work at hand was begun. */
  #hasBroken = false;
  /** The fallback holds nothing of what memory does. */
  #unwritten = false;
  /** Damaged files that were read, to be set aside. @type {(() => Promise<void>)[]} */
  #repairs = [];
  /** @param {JournalFile[]} files */
  #present = (files) => this.#engine.present(files);

  /** @param {JournalSetup} setup */
  constructor(setup) {
    this.#setup = setup;
    this.#storage = setup.storage;
    Promise.resolve(setup.engine).catch(() => {}); // `open` tells
  }

  /** Reads all there is. To be awaited once, before anything else. @returns {Promise<boolean>} whether some of it is damaged */
  async open() {
    // The module is fetched and compiled while the storage is opened and read.
    const files = this.#storage.open();
    await files.catch(() => {}); // #read tells
    this.#engine = await this.#setup.engine;
    await this.#read(files);
    return this.#repairs.length > 0;
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

  get engine() {
    return this.#engine;
  }

  get storage() {
    return this.#storage;
  }

  /** Whether memory may not be as the storage is. */
  get isDoubtful() {
    return this.#doubt !== null;
  }

  close() {
    return this.#storage.close();
  }

  /** New work begins: what has broken before has nothing to do with it. */
  begin() {
    this.#hasBroken = false;
  }

  /**
   * Sees to what was found out meanwhile: memory in doubt, files to set aside, a fallback that does not hold yet what
   * memory does.
   */
  async settle() {
    if (this.#doubt) await this.#readAnew();
    if (this.#unwritten) {
      if (this.#engine.sequence > 0) await this.#writeCheckpoint();
      this.#unwritten = false;
    }
    await this.repair();
  }

  /** Takes in what other tabs have committed; `hinted`: one of them says so. @param {boolean} [hinted] */
  async takeIn(hinted) {
    const files = await this.#storage.refresh(this.#engine.sequence, hinted);
    await this.#ingest(this.#engine, files);
    if (files.length > 0) this.#tell('remote');
  }

  /**
   * Commits what `execute` does, which may be called several times: each time the one before has not happened.
   *
   * @template T
   * @param {() => T} execute  synchronous
   * @param {{ durability: Durability, needed: boolean }} options  `needed`: it may go over the budget
   * @returns {Promise<T>} what the last call answered
   */
  async commit(execute, { durability, needed }) {
    /** @type {T} */
    let answer = /** @type {any} */ (undefined);
    let sequence = 0;
    await this.#storage.transact(
      this.#engine.sequence,
      (newer) => {
        this.#engine.rollback();
        this.#ingestNow(newer);
        answer = execute();
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
      durability,
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
    return answer;
  }

  /** Writes everything anew, so that what was deleted is in no file any more. */
  async writeAnew() {
    // One that is under way already holds what was there before: only one that begins now does not.
    const { sequence } = this.#engine;
    let begun = 0;
    while (begun <= sequence) begun = await this.#writeCheckpoint();
  }

  /** Takes a step of compaction, if one is due. @returns {Promise<boolean>} whether one was */
  async step() {
    if (this.#storage.waits) return false; // and queries with it
    const step = this.#engine.nextStep();
    if (step === undefined) return false;
    if (step === 'piece') await this.#writePiece();
    else await this.#merge(step);
    return true;
  }

  /** Writes what is left of the checkpoint under way, or a whole one. @returns {Promise<number>} the number of its first piece */
  async #writeCheckpoint() {
    for (;;) {
      const begun = await this.#writePiece();
      if (begun > 0) return begun;
      await breathe();
    }
  }

  /** @returns {Promise<number>} of the last piece of a checkpoint the number of the first, of the others 0 */
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
    return drop;
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
    if (files.length > 1) engine.expect(files.reduce((sum, { bytes }) => sum + bytes.length, 0));
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
    try {
      this.#setup.onDamage?.({ sequence, lost_bytes: lost });
    } catch (error) {
      console.error(error); // the caller's own; the store opens all the same
    }
  }

  /** Sets damaged files aside. One that could not be is found again at the next opening. */
  async repair() {
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
  async recover(error, tries) {
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
        this.#doubt ??= 'changed';
        // Read anew, and broken again: it is no good.
        if (this.#hasBroken) this.#goOn(error);
        this.#hasBroken = true;
        return undefined;
      }
      if (error instanceof StorageBehind && tries < TRIES) {
        await this.takeIn();
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
      if (!(await this.step())) throw new ServicesError('storage_failed', 'the store has too many files');
      return undefined;
    }
    const { budget = Infinity } = this.#setup;
    // What is dead goes with a checkpoint; right after one there is nothing to be won. How much there is cannot be seen
    // from the logs: a deletion is short, whatever it deletes. Little else is committed once the budget is used up.
    if (tries === 0 && logBytes > 0) {
      await this.#writeCheckpoint();
      return undefined;
    }
    return new ServicesError('quota_exceeded', `budget: this store may use ${budget} bytes, and they are used`);
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
