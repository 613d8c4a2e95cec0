// The queue before the engine: group commit, refresh, rollback. Everything that waits goes into the next
// transaction; a promise settles only when the transaction that holds its change is durable, or has failed.
import { DAMAGED, NEWER_FORMAT } from './engine.js';
import { ServicesError } from './errors.js';

/**
 * @typedef {import('./engine.js').EngineRequest} EngineRequest
 * @typedef {import('./engine.js').EngineResponse} EngineResponse
 * @typedef {import('./engine.js').EngineHandle} EngineHandle
 * @typedef {import('./storage/storage.js').Storage} Storage
 * @typedef {import('./storage/storage.js').Durability} Durability
 *
 * @typedef {object} Waiting
 * @property {EngineRequest} request
 * @property {Durability} durability
 * @property {(response: EngineResponse) => void} resolve
 * @property {(error: unknown) => void} reject
 *
 * @typedef {object} StoreSetup
 * @property {EngineHandle} engine
 * @property {Storage} storage
 * @property {() => number} now
 * @property {() => Promise<EngineHandle>} restart  makes a new engine after a trap
 * @property {(changes: import('./engine.js').Changes, origin: 'local' | 'remote') => void} [onChange]
 * @property {(damage: { sequence: number, lost_bytes: number }) => void} [onDamage]
 */

/** About how many bytes of bodies go into one commit: what one structured clone may cost a frame. */
const BATCH_BYTES = 1024 * 1024;

export class Store {
  #engine;
  #storage;
  #setup;
  /** @type {Waiting[]} */
  #queue = [];
  /** @type {Promise<void> | undefined} */
  #running;
  #closed = false;
  /** Damaged files that were read, to be set aside. @type {(() => Promise<void>)[]} */
  #repairs = [];

  /** @param {StoreSetup} setup */
  constructor(setup) {
    this.#setup = setup;
    this.#engine = setup.engine;
    this.#storage = setup.storage;
  }

  /** Reads the journal. To be awaited once, before anything else. */
  async open() {
    this.#ingest(await this.#storage.open());
    await this.#repair();
    this.#engine.changes();
  }

  /** Hex digest of the committed state. */
  digest() {
    return this.#engine.digest();
  }

  get sequence() {
    return this.#engine.sequence;
  }

  /**
   * Queues one request. Resolves with the engine's response, error statuses included, once what it changed is
   * durable; a GET resolves with what every tab had committed when it ran. Rejects when the commit fails, and
   * then nothing of it has happened.
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
      // Not at once: what the caller asks for in the same task goes into the same commit.
      this.#running ??= Promise.resolve().then(() => this.#drain());
    });
  }

  /** Takes in what other tabs committed and tells of it. Never rejects: it is a hint's consequence. */
  async refresh() {
    if (this.#closed || this.#running) return; // the running batch looks for itself
    this.#running = this.#freshen().then(() => this.#drain());
    await this.#running;
  }

  /** Settles everything that was asked for, then closes. */
  async close() {
    if (this.#closed) return;
    this.#closed = true;
    while (this.#running) await this.#running;
    await this.#storage.close();
    this.#engine.delete();
  }

  async #drain() {
    while (this.#queue.length > 0) {
      const batch = this.#take();
      try {
        await this.#process(batch);
      } catch (error) {
        const reason = await this.#recover(error);
        for (const waiting of batch) waiting.reject(reason);
      }
    }
    this.#running = undefined;
  }

  #take() {
    let bytes = 0;
    let count = 0;
    while (count < this.#queue.length && bytes < BATCH_BYTES) bytes += this.#queue[count++].request.body?.length ?? 0;
    return this.#queue.splice(0, count);
  }

  /** @param {Waiting[]} batch */
  async #process(batch) {
    /** @type {EngineResponse[]} */
    let responses = [];
    const execute = () => {
      responses = batch.map(({ request }) => this.#engine.execute(request, this.#setup.now()));
    };
    if (batch.every(({ request }) => request.method === 'GET')) {
      this.#ingest(await this.#storage.refresh(this.#engine.sequence));
      execute();
    } else {
      const strict = batch.some(({ durability }) => durability === 'strict');
      let sequence = 0;
      await this.#storage.transact(
        this.#engine.sequence,
        (newer) => {
          this.#engine.rollback();
          this.#ingest(newer);
          execute();
          sequence = this.#engine.sequence + 1;
          const bytes = this.#engine.seal(sequence);
          if (bytes.length === 0) sequence = 0;
          return bytes.length === 0 ? null : { sequence, bytes };
        },
        strict ? 'strict' : 'relaxed',
      );
      if (sequence > 0) {
        this.#engine.commit(sequence);
        this.#tell('local');
      } else {
        this.#engine.rollback();
      }
    }
    batch.forEach(({ resolve }, i) => resolve(responses[i]));
    await this.#repair();
    if (this.#engine.wantsSnapshot) await this.#compact();
  }

  /** Writes the whole state as one file in place of all before it. A failure only puts it off. */
  async #compact() {
    try {
      let sequence = 0;
      await this.#storage.transact(
        this.#engine.sequence,
        (newer) => {
          this.#ingest(newer);
          sequence = this.#engine.sequence + 1;
          return { sequence, bytes: this.#engine.snapshot(sequence), replaces: true };
        },
        'strict',
      );
      this.#engine.commit(sequence);
    } catch (error) {
      await this.#recover(error);
    }
  }

  async #freshen() {
    try {
      this.#ingest(await this.#storage.refresh(this.#engine.sequence));
      await this.#repair();
    } catch (error) {
      await this.#recover(error);
    }
  }

  /** @param {import('./storage/storage.js').JournalFile[]} files */
  #ingest(files) {
    for (const { sequence, bytes } of files) {
      const { result, repaired, lost } = this.#engine.ingest(sequence, bytes);
      if (result === NEWER_FORMAT) {
        throw new ServicesError('newer_format', 'a newer version of this package wrote this store; load that version');
      }
      if (result === DAMAGED) {
        this.#repairs.push(async () => {
          await this.#storage.repair(sequence, repaired, bytes);
          this.#setup.onDamage?.({ sequence, lost_bytes: lost });
        });
      }
    }
    if (files.length > 0) this.#tell('remote');
  }

  async #repair() {
    for (const repair of this.#repairs.splice(0)) await repair();
  }

  /**
   * After a failure memory is as the disk: rolled back, or after a trap read anew.
   *
   * @param {unknown} error
   * @returns {Promise<unknown>} what to reject with
   */
  async #recover(error) {
    try {
      if (!(error instanceof WebAssembly.RuntimeError)) {
        this.#engine.rollback();
        return error;
      }
      this.#engine = await this.#setup.restart();
      this.#ingest(await this.#storage.refresh(0));
      return new ServicesError('engine_failed', 'the engine stopped and was started anew; nothing was changed', {
        cause: error,
      });
    } catch (second) {
      return second;
    }
  }

  /** @param {'local' | 'remote'} origin */
  #tell(origin) {
    const changes = this.#engine.changes();
    if (changes.service_ids.length > 0 || changes.association_ids.length > 0) this.#setup.onChange?.(changes, origin);
  }
}
