// A mark that there has been a store, kept apart from it: where the mark is left and the store is empty, the browser
// has evicted the store. Chromium's evictions spare localStorage; where a browser's do not, the site can keep the mark
// elsewhere, in a cookie that its server sets.

/**
 * @typedef {object} Canary
 * @property {() => boolean | Promise<boolean>} read  whether the mark is there
 * @property {() => void | Promise<void>} write  leaves it; called once something has been committed
 */

/** @param {string} name  of the store @returns {Canary | undefined} none in workers, which have no localStorage */
export function localCanary(name) {
  const key = `anonymous-services:${name}`;
  try {
    const { localStorage } = globalThis;
    return localStorage && { read: () => localStorage.getItem(key) !== null, write: () => localStorage.setItem(key, 'stored') };
  } catch {
    return undefined; // the site may not have any storage
  }
}
