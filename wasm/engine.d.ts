// Types of the built module (dist/engine.js); wasm/bindings.cc says what each function does.
export interface Engine {
  reserve(size: number): number;
  configure(size: number): number;
  ingest(sequence: number, size: number): number;
  execute(size: number, now: number): number;
  seal(sequence: number): number;
  commit(sequence: number): void;
  rollback(): void;
  sequence(): number;
  next_step(): number;
  step_first(): number;
  step_last(): number;
  piece(sequence: number): number;
  drop(): number;
  merge_add(sequence: number, size: number): boolean;
  merge_end(): number;
  merged(first: number, last: number, size: number): void;
  covers(sequence: number, size: number): number;
  covers_last(): number;
  forget_files(): void;
  bar(sequence: number): void;
  files(): number;
  bytes(): number;
  log_bytes(): number;
  digest(): number;
  forget_changes(): void;
  changes(): number;
  output(): number;
  output_size(): number;
  lost(): number;
  delete(): void;
}

export interface EngineModule {
  Engine: new () => Engine;
  HEAPU8: Uint8Array;
  FS: {
    mkdirTree(path: string): void;
    mount(type: unknown, options: object, path: string): void;
    syncfs(populate: boolean, done: (error: unknown) => void): void;
    readdir(path: string): string[];
    readFile(path: string): Uint8Array;
  };
  IDBFS: { DB_VERSION: number; DB_STORE_NAME: string; dbs: Record<string, IDBDatabase> };
}

export default function createEngineModule(options: {
  instantiateWasm(
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance, module?: WebAssembly.Module) => void,
  ): object;
  locateFile(path: string): string;
}): Promise<EngineModule>;
