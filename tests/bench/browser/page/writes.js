// Counts the bytes of the values that a page gives to IndexedDB and to localStorage. Bytes of keys and indexes are not
// counted, nor what the browser's own database makes of it.

/** Bytes of what is binary, characters of the JSON of the rest. @param {unknown} value */
function size(value) {
  let binary = 0;
  const text = JSON.stringify(value, (_key, part) => {
    if (!ArrayBuffer.isView(part) && !(part instanceof ArrayBuffer)) return part;
    binary += part.byteLength;
    return 0;
  });
  return text.length + binary;
}

/** @returns {{ bytes: number }} which grows with each write from now on */
export function countWrites() {
  const written = { bytes: 0 };
  /** @param {any} prototype @param {string} method @param {number} [argument]  which of its arguments is the value */
  const count = (prototype, method, argument = 0) => {
    const original = prototype[method];
    /** @this {unknown} @param {unknown[]} args */
    prototype[method] = function (...args) {
      written.bytes += size(args[argument]);
      return original.apply(this, args);
    };
  };
  count(IDBObjectStore.prototype, 'add');
  count(IDBObjectStore.prototype, 'put');
  count(IDBCursor.prototype, 'update');
  count(Storage.prototype, 'setItem', 1);
  return written;
}
