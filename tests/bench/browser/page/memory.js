// Finds the memories of the WebAssembly instances that a page makes, whichever way it makes them.

/** @type {Set<WebAssembly.Memory>} */
const memories = new Set();

/** @param {Record<string, any> | undefined} names */
const keep = (names) => {
  for (const value of Object.values(names ?? {})) if (value instanceof WebAssembly.Memory) memories.add(value);
};

/** To be called before anything is instantiated. */
export function watchMemories() {
  for (const method of /** @type {const} */ (['instantiate', 'instantiateStreaming'])) {
    const original = /** @type {(...args: any[]) => Promise<any>} */ (WebAssembly[method]);
    /** @type {any} */ (WebAssembly)[method] = async (/** @type {any} */ source, /** @type {any} */ imports) => {
      const made = await original.call(WebAssembly, source, imports);
      for (const part of Object.values(imports ?? {})) keep(part);
      keep((made instanceof WebAssembly.Instance ? made : made.instance).exports);
      return made;
    };
  }
}

/** Bytes that they have grown to: what they can hold, not what is in use. */
export const memoryBytes = () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
