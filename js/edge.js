// The package as edge workers and servers import it.
export { createHandler } from './handler.js';
export { emailKey, hashedKey, nameKey, phoneKey } from './contact-key.js';
export { ServicesError } from './errors.js';
export { durableObjectStorage } from './storage/durable-object.js';
export { memoryStorage } from './storage/memory.js';
