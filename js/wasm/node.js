// How Node, Deno and Bun get the module: read from beside the code.

/** @returns {Promise<WebAssembly.Module>} */
export async function loadModule() {
  const { readFile } = await import('node:fs/promises');
  return WebAssembly.compile(await readFile(new URL('../../dist/engine.wasm', import.meta.url)));
}
