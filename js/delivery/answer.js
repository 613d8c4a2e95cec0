// What a server's answer means for an association.

/** Answers that a later try of the same bytes cannot change, if it is the contract's server that gives them. */
const FINAL = new Set([400, 403, 404, 405, 409, 413, 415, 422]);

/**
 * The error of the contract's server (contract section 2), or undefined: a firewall's page or a wrong route speaks for
 * nobody, and must not end an association.
 *
 * @param {string} text
 * @returns {{ code: string, message: string } | undefined}
 */
function contractError(text) {
  try {
    const { code, message } = JSON.parse(text);
    return typeof code === 'string' && typeof message === 'string' ? { code, message } : undefined;
  } catch {
    return undefined;
  }
}

/**
 * @param {number} status  of an error
 * @param {string} text
 * @returns {'refused' | 'later' | { status: number, code: string, message: string }}  the last: it is final, and why
 */
export function judge(status, text) {
  const error = contractError(text);
  if (status === 401 || (status === 403 && error?.code === 'customer_mismatch')) return 'refused';
  return error && FINAL.has(status) ? { status, ...error } : 'later';
}
