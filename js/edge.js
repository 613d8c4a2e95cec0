// The package as edge workers and servers import it.
export { createHandler } from './handler.js';
export { ServicesError } from './errors.js';
export { durableObjectStorage } from './storage/durable-object.js';
export { memoryStorage } from './storage/memory.js';
