// The C++ engine as JavaScript sees it: bytes in, bytes out, through the arena. No logic of the product lives
// here (wasm/bindings.cc has the other half; core/rest/message.h the format of messages).
import createEngineModule from '../dist/engine.js';
import { loadModule } from '#wasm';
import { ServicesError } from './errors.js';
import { compileFrom } from './wasm/compile.js';

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

/** @type {Promise<WebAssembly.Module> | undefined} */
let shared;

/**
 * The compiled module; the package's own is compiled once.
 *
 * @param {import('./wasm/compile.js').WasmSource} [source]
 */
function compiled(source) {
  if (source !== undefined) return compileFrom(source);
  shared ??= loadModule().catch((error) => {
    shared = undefined;
    throw error;
  });
  return shared;
}

/**
 * Instantiates the module and an engine in it. Every store has an instance of its own, so that closing one frees
 * all its memory and a trap in one leaves the others alone.
 *
 * @param {{ wasm?: import('./wasm/compile.js').WasmSource, options?: object, random?: (bytes: Uint8Array) => void }} [setup]
 * @returns {Promise<EngineHandle>}
 */
export async function createEngine(setup = {}) {
  try {
    const wasm = await compiled(setup.wasm);
    const module = await new Promise(
      /** @param {(module: import('../dist/engine.js').EngineModule) => void} resolve */ (resolve, reject) => {
        createEngineModule({
          locateFile: (path) => path,
          instantiateWasm(imports, done) {
            WebAssembly.instantiate(wasm, imports).then((instance) => done(instance, wasm), reject);
            return {};
          },
        }).then(resolve, reject);
      },
    );
    const handle = new EngineHandle(module, setup.random ?? ((bytes) => crypto.getRandomValues(bytes)));
    handle.configure(setup.options ?? {});
    return handle;
  } catch (error) {
    if (error instanceof ServicesError) throw error;
    throw new ServicesError('engine_failed', 'the WebAssembly module could not be started', { cause: error });
  }
}

/** One engine in one module instance. Every method is synchronous. */
export class EngineHandle {
  #engine;
  #random;

  /**
   * @param {import('../dist/engine.js').EngineModule} module
   * @param {(bytes: Uint8Array) => void} random
   */
  constructor(module, random) {
    this.module = module;
    this.#random = random;
    this.#engine = new module.Engine();
  }

  /** @param {object} options  those of Engine::Configure (core/engine.h) */
  configure(options) {
    const text = encoder.encode(JSON.stringify(options));
    this.#reserve(text.length).set(text);
    if (this.#engine.configure(text.length) !== 0) {
      throw new ServicesError('invalid_argument', JSON.parse(this.#text()).message);
    }
  }

  /**
   * Takes in one journal file.
   *
   * @param {number} sequence
   * @param {Uint8Array} bytes
   * @returns {{ result: number, repaired: Uint8Array, lost: number }}
   */
  ingest(sequence, bytes) {
    this.#reserve(bytes.length).set(bytes);
    const result = this.#engine.ingest(sequence, bytes.length);
    return { result, repaired: this.output(), lost: this.#engine.lost() };
  }

  /**
   * @param {EngineRequest} request
   * @param {number} now  ms since 1970
   * @returns {EngineResponse}
   */
  execute(request, now) {
    let head = `${request.method} ${request.target}\n`;
    for (const [name, value] of request.headers) head += `${name}: ${value}\n`;
    head += '\n';
    const body = request.body ?? '';
    // A UTF-16 unit is at most three bytes of UTF-8.
    const room = RANDOM_BYTES + head.length * 3 + (typeof body === 'string' ? body.length * 3 : body.length);
    const arena = this.#reserve(room);
    this.#random(arena.subarray(0, RANDOM_BYTES));
    let at = RANDOM_BYTES;
    at += encoder.encodeInto(head, arena.subarray(at)).written;
    if (typeof body === 'string') {
      at += encoder.encodeInto(body, arena.subarray(at)).written;
    } else {
      arena.set(body, at);
      at += body.length;
    }
    const status = this.#engine.execute(at, now);
    return { status, ...splitMessage(this.#text()) };
  }

  /** The file with all pending changes; empty if there are none. @param {number} sequence */
  seal(sequence) {
    this.#engine.seal(sequence);
    return this.output();
  }

  /** @param {number} sequence */
  commit(sequence) {
    this.#engine.commit(sequence);
  }

  rollback() {
    this.#engine.rollback();
  }

  get sequence() {
    return this.#engine.sequence();
  }

  /**
   * What compaction should do next: write a piece of a checkpoint, or make one segment of the files `first` to
   * `last`; undefined if nothing (core/journal/catalog.h).
   *
   * @returns {'piece' | { first: number, last: number } | undefined}
   */
  nextStep() {
    const task = this.#engine.next_step();
    if (task === MERGE) return { first: this.#engine.step_first(), last: this.#engine.step_last() };
    return task === PIECE ? 'piece' : undefined;
  }

  /** The next piece; with it all files below `drop` go. @param {number} sequence */
  piece(sequence) {
    this.#engine.piece(sequence);
    return { sequence, bytes: this.output(), drop: this.#engine.drop() };
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
      this.#reserve(bytes.length).set(bytes);
      if (this.#engine.merge_add(sequence, bytes.length)) continue;
      this.#engine.merge_end();
      this.#engine.bar(sequence);
      return null;
    }
    this.#engine.merge_end();
    return this.output();
  }

  /** @param {number} first @param {number} last @param {number} size  of the file that is under `last` now */
  merged(first, last, size) {
    this.#engine.merged(first, last, size);
  }

  /**
   * Those files that count, of all that were read together: not what a later one stands for, which is left over, or
   * was committed by a page that was leaving and had not seen it.
   *
   * @param {import('./storage/storage.js').JournalFile[]} files  ascending
   */
  present(files) {
    /** @type {[number, number][]} */
    const covered = [];
    for (const { sequence, bytes } of files) {
      const start = bytes.subarray(0, COVER_BYTES);
      this.#reserve(start.length).set(start);
      const first = this.#engine.covers(sequence, start.length);
      if (first <= this.#engine.covers_last()) covered.push([first, this.#engine.covers_last()]);
    }
    return files.filter(({ sequence }) => !covered.some(([first, last]) => sequence >= first && sequence <= last));
  }

  /** Forgets what files there are, because all that is in memory is about to be written elsewhere. */
  forgetFiles() {
    this.#engine.forget_files();
  }

  /** How many files the journal has, their bytes, and those of them that a checkpoint would do away with. */
  get usage() {
    return { files: this.#engine.files(), bytes: this.#engine.bytes(), logBytes: this.#engine.log_bytes() };
  }

  /** Hex; equal for equal journals in every runtime. */
  digest() {
    this.#engine.digest();
    return this.#text();
  }

  /** What commits and ingested files touched since the last call. @returns {Changes} */
  changes() {
    this.#engine.changes();
    return JSON.parse(this.#text());
  }

  forgetChanges() {
    this.#engine.forget_changes();
  }

  delete() {
    try {
      this.#engine.delete();
    } catch (error) {
      if (!isTrap(error)) throw error; // what has trapped may trap again
    }
  }

  /** A copy of exactly the bytes of the output. */
  output() {
    const at = this.#engine.output();
    return this.module.HEAPU8.slice(at, at + this.#engine.output_size());
  }

  #text() {
    const at = this.#engine.output();
    // Decoded at once: the view is void after the next growth of the memory.
    return decoder.decode(this.module.HEAPU8.subarray(at, at + this.#engine.output_size()));
  }

  /** @param {number} size */
  #reserve(size) {
    const at = this.#engine.reserve(size);
    if (at === 0 && size > 0) {
      throw new ServicesError('engine_failed', `the engine has no memory for ${size} bytes`);
    }
    return this.module.HEAPU8.subarray(at, at + size);
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
