// The C++ engine as JavaScript sees it: bytes in, bytes out, through the arena. No logic of the product lives
// here (wasm/bindings.cc has the other half; core/rest/message.h the format of messages).
import { ServicesError } from './errors.js';
import { instantiate } from './instance.js';

/**
 * @typedef {object} EngineRequest
 * @property {string} method
 * @property {string} target   path after the base path, and query
 * @property {[string, string][]} headers
 * @property {string | Uint8Array} [body]
 *
 * @typedef {object} EngineResponse
 * @property {number} status
 * @property {[string, string][]} headers
 * @property {string} body   JSON text, or empty
 *
 * @typedef {{ receipts: import('./associations.js').Receipt[], visit?: import('./associations.js').Visit }} Told
 * @typedef {{ service_ids: string[], association_ids: string[], tenants: Record<string, Told> }} Changes
 */

const RANDOM_BYTES = 16;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Ingested, as the core says. */
export const WHOLE = 0;
export const DAMAGED = 1;
export const NEWER_FORMAT = 2;

/** journal::Catalog::Task. */
const MERGE = 1;
const PIECE = 2;
/** More files than this a journal must not have (journal::Catalog::kFull). */
export const FULL = 190;
/** What of a file `present` looks at: its header, and the head of a piece. */
const COVER_BYTES = 4096;

/** Whether WebAssembly stopped: by an instruction, by abort, or out of stack. @param {unknown} error */
export const isTrap = (error) => error instanceof WebAssembly.RuntimeError || error instanceof RangeError;

/** Bytes that are taken from the system at a time: asking for 16 costs as much as asking for all of them. */
const POOL_BYTES = 4096;
const pool = new Uint8Array(POOL_BYTES);
let used = POOL_BYTES;

/** @param {Uint8Array} bytes  filled */
function fillRandom(bytes) {
  if (used + bytes.length > POOL_BYTES) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  bytes.set(pool.subarray(used, (used += bytes.length)));
}

/** @typedef {{ wasm?: import('./wasm/compile.js').WasmSource, options?: object, random?: (bytes: Uint8Array) => void }} EngineSetup */

/**
 * Begins to make an engine in an instance of its own.
 *
 * @param {EngineSetup} [setup]
 * @returns {{ IDBFS: import('../dist/engine.js').IdbfsSchema, engine: Promise<EngineHandle> }}
 */
export function startEngine({ wasm, options = {}, random = fillRandom } = {}) {
  const { IDBFS, ready } = instantiate(wasm);
  const engine = ready.then(
    (module) => {
      const handle = new EngineHandle(module, random);
      handle.configure(options);
      return handle;
    },
    (cause) => {
      throw new ServicesError('engine_failed', 'the WebAssembly module could not be started', { cause });
    },
  );
  return { IDBFS, engine };
}

/** @param {EngineSetup} [setup] */
export const createEngine = (setup) => startEngine(setup).engine;

/** One engine in one module instance. Every method is synchronous. */
export class EngineHandle {
  #random;

  /**
   * @param {import('../dist/engine.js').EngineModule} module
   * @param {(bytes: Uint8Array) => void} random
   */
  constructor(module, random) {
    this.module = module;
    this.#random = random;
  }

  /** @param {object} options  those of Engine::Configure (core/engine.h) */
  configure(options) {
    const size = this.#put(encoder.encode(JSON.stringify(options)));
    if (this.module.configure(size) !== 0) {
      throw new ServicesError('invalid_argument', JSON.parse(this.#text()).message);
    }
  }

  /** Makes room for files of so many bytes together. @param {number} size */
  expect(size) {
    this.module.expect(size);
  }

  /**
   * Takes in one journal file.
   *
   * @param {number} sequence
   * @param {Uint8Array} bytes
   * @param {boolean} [news]  whether `changes` is to tell of it
   * @returns {{ result: number, repaired: Uint8Array, lost: number }}
   */
  ingest(sequence, bytes, news = true) {
    const result = this.module.ingest(sequence, this.#put(bytes), news ? 1 : 0);
    return { result, repaired: this.#output(), lost: this.module.result(0) };
  }

  /**
   * @param {EngineRequest} request
   * @param {number} now  ms since 1970
   * @returns {EngineResponse}
   */
  execute({ method, target, headers, body = '' }, now) {
    let text = `${method} ${target}\n`;
    for (const [name, value] of headers) text += `${name}: ${value}\n`;
    text += '\n';
    const isText = typeof body === 'string';
    if (isText) text += body;
    // A UTF-16 unit is at most three bytes of UTF-8.
    const arena = this.#reserve(RANDOM_BYTES + text.length * 3 + (isText ? 0 : body.length));
    this.#random(arena.subarray(0, RANDOM_BYTES));
    let size = RANDOM_BYTES + encoder.encodeInto(text, arena.subarray(RANDOM_BYTES)).written;
    if (!isText) {
      arena.set(body, size);
      size += body.length;
    }
    const status = this.module.execute(size, now);
    return { status, ...splitMessage(this.#text()) };
  }

  /** The file with all pending changes; empty if there are none. @param {number} sequence */
  seal(sequence) {
    this.module.seal(sequence);
    return this.#output();
  }

  /** @param {number} sequence */
  commit(sequence) {
    this.module.commit(sequence);
  }

  rollback() {
    this.module.rollback();
  }

  get sequence() {
    return this.module.sequence();
  }

  /**
   * What compaction should do next: write a piece of a checkpoint, or make one segment of the files `first` to
   * `last`, which have so many bytes; undefined if nothing (core/journal/catalog.h).
   *
   * @returns {'piece' | { first: number, last: number, bytes: number } | undefined}
   */
  nextStep() {
    const task = this.module.next_step();
    if (task === MERGE) return { ...this.#range(), bytes: this.module.result(2) };
    return task === PIECE ? 'piece' : undefined;
  }

  /** The next piece; with it all files below `drop` go. @param {number} sequence */
  piece(sequence) {
    const drop = this.module.piece(sequence);
    return { sequence, bytes: this.#output(), drop };
  }

  /**
   * One segment of a run of files; null if there are not two, or one is none that merges: compaction then leaves it
   * alone. `merged` says that the segment stands.
   *
   * @param {import('./storage/storage.js').JournalFile[]} files
   */
  merge(files) {
    if (files.length < 2) return null;
    for (const { sequence, bytes } of files) {
      if (this.module.merge_add(sequence, this.#put(bytes))) continue;
      this.module.merge_end();
      this.module.bar(sequence);
      return null;
    }
    this.module.merge_end();
    return this.#output();
  }

  /** @param {number} first @param {number} last @param {number} size  of the file that is under `last` now */
  merged(first, last, size) {
    this.module.merged(first, last, size);
  }

  /**
   * Those files that count, of all that were read together: not what a later one stands for, which is left over, or
   * was committed by a page that was leaving and had not seen it.
   *
   * @param {import('./storage/storage.js').JournalFile[]} files  ascending
   */
  present(files) {
    /** @type {{ first: number, last: number }[]} */
    const covered = [];
    for (const { sequence, bytes } of files) {
      if (this.module.covers(sequence, this.#put(bytes.subarray(0, COVER_BYTES)))) covered.push(this.#range());
    }
    return files.filter(({ sequence }) => !covered.some(({ first, last }) => sequence >= first && sequence <= last));
  }

  /** Forgets what files there are, because all that is in memory is about to be written elsewhere. */
  forgetFiles() {
    this.module.forget_files();
  }

  /** How many files the journal has, their bytes, and those of them that a checkpoint would do away with. */
  get usage() {
    return { files: this.module.files(), bytes: this.module.bytes(), logBytes: this.module.log_bytes() };
  }

  /** Hex; equal for equal journals in every runtime. */
  digest() {
    this.module.digest();
    return this.#text();
  }

  /** What commits and ingested files touched since the last call. @returns {Changes} */
  changes() {
    this.module.changes();
    return JSON.parse(this.#text());
  }

  forgetChanges() {
    this.module.forget_changes();
  }

  /** A copy of exactly the bytes of the output. */
  #output() {
    return this.module.output().slice();
  }

  #text() {
    return decoder.decode(this.module.output());
  }

  #range() {
    return { first: this.module.result(0), last: this.module.result(1) };
  }

  /** Fills the arena. @param {Uint8Array} bytes @returns {number} how many there are */
  #put(bytes) {
    this.#reserve(bytes.length).set(bytes);
    return bytes.length;
  }

  /** @param {number} size */
  #reserve(size) {
    const arena = this.module.input(size);
    if (arena === null) throw new ServicesError('engine_failed', `the engine has no memory for ${size} bytes`);
    return arena;
  }
}

/** @param {string} text @returns {{ headers: [string, string][], body: string }} */
function splitMessage(text) {
  /** @type {[string, string][]} */
  const headers = [];
  let at = 0;
  while (text[at] !== '\n') {
    const end = text.indexOf('\n', at);
    const colon = text.indexOf(': ', at);
    headers.push([text.slice(at, colon), text.slice(colon + 2, end)]);
    at = end + 1;
  }
  return { headers, body: text.slice(at + 1) };
}
