// The one class of error that this package rejects with.

/** The prefix of the wire's exception classes (contract section 2). */
const PACKAGE = 'com.genesyslab.gsg.services.contextservices.exceptions.';

/**
 * What every rejected promise carries. `code` is stable and meant for programs; `message` says what was wrong,
 * where, and what is accepted, and never holds a contact key.
 *
 * Codes of the contract: not_found, invalid_request, unauthorized, forbidden, customer_mismatch, no_such_path,
 * method_not_allowed, conflict, too_large, unsupported_media_type. Codes of this package: invalid_argument,
 * closed, storage_failed, storage_in_use, quota_exceeded, storage_blocked, newer_format, engine_failed, rejected,
 * unavailable.
 */
export class ServicesError extends Error {
  /**
   * @param {string} code
   * @param {string} message
   * @param {{ cause?: unknown, status?: number, exception?: string }} [more]
   */
  constructor(code, message, more = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.name = 'ServicesError';
    /** Stable, for programs. */
    this.code = code;
    /** HTTP status, where the contract has one. @type {number | undefined} */
    this.status = more.status;
    /** The wire's exception class, where the contract has one. @type {string | undefined} */
    this.exception = more.exception;
  }
}

/**
 * The wire form of an error that arose outside the core.
 *
 * @param {string} code
 * @param {string} message
 * @param {string} exception  without the package
 */
export function errorBody(code, message, exception) {
  return JSON.stringify({ message, exception: PACKAGE + exception, code });
}

/** @param {string} argument @param {string} accepted */
export function invalidArgument(argument, accepted) {
  return new ServicesError('invalid_argument', `${argument}: ${accepted} is expected`);
}
