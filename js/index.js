// The package as pages and workers import it. Importing does nothing; openServices does.
export { openServices, Services } from './services.js';
export { emailKey, hashedKey, nameKey, phoneKey } from './contact-key.js';
export { ServicesError } from './errors.js';
export { memoryStorage } from './storage/memory.js';
