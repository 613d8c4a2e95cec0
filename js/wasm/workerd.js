// How an edge runtime gets the module: imported as a compiled module, because compiling at run time is refused.
// @ts-ignore: TypeScript has no type for such an import
import module from '../../dist/engine.wasm';

/** @returns {Promise<WebAssembly.Module>} */
export async function loadModule() {
  return module;
}
