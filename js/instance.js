// Instances of the WebAssembly module. Every store has one of its own, so that closing it frees all its memory and a
// trap in one leaves the others alone; the module is compiled once for all of them.
import createEngineModule from '../dist/engine.js';
import { loadModule } from '#wasm';
import { compileFrom } from './wasm/compile.js';

/** @typedef {import('../dist/engine.js').EngineModule} EngineModule */

/**
 * What was compiled, by where it comes from: an engine is made anew when a response has been read long since, and a
 * server may be out of reach.
 *
 * @type {Map<unknown, Promise<WebAssembly.Module>>}
 */
const byName = new Map();
/** @type {WeakMap<object, Promise<WebAssembly.Module>>} */
const byObject = new WeakMap();

/** @param {import('./wasm/compile.js').WasmSource} [source]  the package's own if absent */
function compiled(source) {
  const known = /** @type {typeof byName} */ (typeof source === 'object' ? byObject : byName);
  const module = known.get(source) ?? (source === undefined ? loadModule() : compileFrom(source));
  known.set(source, module);
  module.catch(() => known.delete(source));
  return module;
}

/**
 * Begins to fetch, compile and instantiate.
 *
 * @param {import('./wasm/compile.js').WasmSource} [source]
 * @returns {{ IDBFS: import('../dist/engine.js').IdbfsSchema, ready: Promise<EngineModule> }}  what opening a database
 *   needs is there at once
 */
export function instantiate(source) {
  const wasm = compiled(source);
  /** @type {any} */
  const setup = {};
  const ready = new Promise(
    /** @param {(module: EngineModule) => void} resolve */ (resolve, reject) => {
      /** @type {import('../dist/engine.js').EngineSetup['instantiate']} */
      setup.instantiate = (_, imports) => ({
        then: (done) => void wasm.then((module) => WebAssembly.instantiate(module, imports)).then(done).catch(reject),
      });
      createEngineModule(setup).then(resolve);
    },
  );
  return { IDBFS: setup.IDBFS, ready };
}
