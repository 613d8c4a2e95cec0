// Types of the built module (dist/engine.js); wasm/bindings.cc and wasm/glue.js say what each function does.

/** What of Emscripten's IDBFS is linked: the version of the database and the name of its object store. */
export interface IdbfsSchema {
  DB_VERSION: number;
  DB_STORE_NAME: string;
}

export interface EngineModule {
  IDBFS: IdbfsSchema;
  input(size: number): Uint8Array | null;
  output(): Uint8Array;
  execute(size: number, now: number): number;
  result(index: 0 | 1 | 2): number;
  configure(size: number): number;
  expect(size: number): number;
  ingest(sequence: number, size: number, news: 0 | 1): number;
  seal(sequence: number): number;
  commit(sequence: number): number;
  rollback(): number;
  sequence(): number;
  next_step(): number;
  piece(sequence: number): number;
  merge_add(sequence: number, size: number): number;
  merge_end(): number;
  merged(first: number, last: number, size: number): number;
  covers(sequence: number, size: number): number;
  bar(sequence: number): number;
  forget_files(): number;
  files(): number;
  bytes(): number;
  log_bytes(): number;
  digest(): number;
  changes(): number;
  forget_changes(): number;
}

/** What the module is made of: `IDBFS` is there as soon as the factory has returned. */
export interface EngineSetup {
  instantiate(
    wasm: undefined,
    imports: WebAssembly.Imports,
  ): { then(done: (instance: WebAssembly.Instance) => void): void };
  IDBFS?: IdbfsSchema;
}

export default function createEngineModule(setup: EngineSetup): Promise<EngineModule>;
