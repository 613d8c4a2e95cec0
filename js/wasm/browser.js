// How a page, a worker or a bundler's output gets the module: fetched from beside the code.
import { compileFrom } from './compile.js';

/** @returns {Promise<WebAssembly.Module>} */
export function loadModule() {
  // This form, with the literal, is the one that bundlers recognise as an asset.
  return compileFrom(fetch(new URL('../../dist/engine.wasm', import.meta.url)));
}
