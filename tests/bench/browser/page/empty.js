// What any package with a module and a database must do at least: fetch and instantiate, and open. An empty module, and
// an empty database.
import { opened } from './opened.js';

opened(async () => {
  const database = new Promise((resolve, reject) => {
    const opening = indexedDB.open('bench', 1);
    opening.onupgradeneeded = () => void opening.result.createObjectStore('services');
    opening.onsuccess = resolve;
    opening.onerror = () => reject(opening.error);
  });
  await Promise.all([WebAssembly.instantiateStreaming(fetch('/empty.wasm')), database]);
});
