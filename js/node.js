// The package as programs in Node, Deno and Bun import it: with storage in a directory.
export { createHandler } from './handler.js';
export { openServices, Services } from './services.js';
export { emailKey, hashedKey, nameKey, phoneKey } from './contact-key.js';
export { ServicesError } from './errors.js';
export { directoryStorage } from './storage/directory.js';
export { memoryStorage } from './storage/memory.js';
