// Compiles whatever a caller has of the module.

/**
 * @typedef {WebAssembly.Module | BufferSource | Response | URL | string} WasmSource
 *   the compiled module, its bytes, a response that carries them, or where to fetch them
 */

/**
 * @param {WasmSource | Promise<WasmSource>} given
 * @returns {Promise<WebAssembly.Module>}
 */
export async function compileFrom(given) {
  const source = await given;
  if (source instanceof WebAssembly.Module) return source;
  if (typeof source === 'string' || source instanceof URL) return compileFrom(fetch(source));
  if (!(source instanceof Response)) return WebAssembly.compile(source);
  if (!source.ok) throw new Error(`engine.wasm: the server answered ${source.status}`);
  // Streaming wants the right MIME type; a server that does not send it costs a copy, not the page.
  if (source.headers.get('Content-Type')?.startsWith('application/wasm')) {
    return WebAssembly.compileStreaming(source);
  }
  return WebAssembly.compile(await source.arrayBuffer());
}
