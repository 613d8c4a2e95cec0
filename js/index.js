// The package as pages and workers import it. Importing does nothing; openServices does.
export { openServices, Services } from './services.js';
export { emailKey, hashedKey, nameKey, phoneKey } from './contact-key.js';
export { ServicesError } from './errors.js';
export { memoryStorage } from './storage/memory.js';

/**
 * @typedef {import('./services.js').OpenOptions} OpenOptions
 * @typedef {import('./operations.js').Service} Service
 * @typedef {import('./associations.js').AssociationRequest} AssociationRequest
 * @typedef {import('./associations.js').Plan} Plan
 * @typedef {import('./associations.js').Planned} Planned
 * @typedef {import('./associations.js').Receipt} Receipt
 * @typedef {import('./associations.js').Visit} Visit
 */
