// The package as pages and workers import it. Importing does nothing; openServices does.
export { openServices, Services } from './services.js';
export { ServicesError } from './errors.js';
export { memoryStorage } from './storage/memory.js';
