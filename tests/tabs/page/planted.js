// Bugs to plant under the real store, so that a run can be seen to catch them. Each stands for a check that the
// storage makes between tabs, left out.
export const PLANTED = {
  /** A number that another tab has taken is not noticed: its file is written over. */
  overwrite() {
    IDBObjectStore.prototype.add = IDBObjectStore.prototype.put;
  },

  /** What other tabs have committed since the opening is not looked for before a read. */
  stale() {
    const { getAllKeys } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.getAllKeys = function (range, count) {
      const reads = this.transaction.mode === 'readonly' && !range.lower.endsWith('/0000000000000000');
      return getAllKeys.call(this, reads ? IDBKeyRange.only(range.lower) : range, count);
    };
  },

  /** Other tabs that have the store open are not noticed. */
  alone() {
    const { query } = LockManager.prototype;
    LockManager.prototype.query = async function () {
      const { held } = await query.call(this);
      return { held: [...new Map(held.map((lock) => [lock.name, lock])).values()] };
    };
  },
};
