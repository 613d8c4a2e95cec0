// A disk in memory with the calls of node:fs/promises that the directory storage makes. It knows what has been synced,
// so that it can be cut off from power; and before each call it asks a gate, which can fail the call or let others go
// first.
//
// After a power cut there is, of each file, what was last synced of it, or any of what came later: all of it or
// nothing; of the names in a directory, what was synced, and of each later change, made whole or not at all.

/** @typedef {{ data: Uint8Array, synced: Uint8Array | null, ino: bigint, mtimeNs: bigint }} Inode */

const SYSTEM = '/proc/';
let serial = 1n;

/** @param {string} code @param {string} call @param {string} path */
const problem = (code, call, path) => Object.assign(new Error(`${code}: ${call} '${path}'`), { code, syscall: call, path });

/** @param {string} path */
const parent = (path) => path.slice(0, path.lastIndexOf('/')) || '/';

export class Disk {
  /** @type {Map<string, Inode>} */
  #names;
  /** @type {Map<string, Inode>} */
  #syncedNames;
  /** Changes to names since their directory was synced. @type {[string, Inode | null][][]} */
  #pending = [];
  #gate;
  #boot = crypto.randomUUID();

  /** @param {(call: string, path: string) => unknown} [gate] @param {Map<string, Inode>} [names] */
  constructor(gate = () => {}, names = new Map()) {
    this.#gate = gate;
    this.#names = new Map(names);
    this.#syncedNames = new Map(names);
  }

  /** The disk as it is found when the power is back. @param {(below: number) => number} next  random numbers */
  cut(next) {
    const names = new Map(this.#syncedNames);
    for (const change of this.#pending) if (next(2) === 0) this.#change(names, change);
    const kept = new Map();
    /** @type {Map<Inode, Inode>} */
    const inodes = new Map();
    for (const [path, inode] of names) {
      const later = [inode.synced ?? new Uint8Array(), inode.data, new Uint8Array()];
      const data = inode.synced === inode.data ? inode.data : later[next(3)];
      if (!inodes.has(inode)) inodes.set(inode, { ...inode, data, synced: data });
      kept.set(path, inodes.get(inode));
    }
    return new Disk(undefined, kept);
  }

  /** @param {string} folder */
  list(folder) {
    return [...this.#names.keys()].filter((path) => parent(path) === folder).map((path) => path.slice(folder.length + 1));
  }

  /** @param {Map<string, Inode>} names @param {[string, Inode | null][]} change */
  #change(names, change) {
    for (const [path, inode] of change) {
      if (inode === null) names.delete(path);
      else names.set(path, inode);
    }
  }

  /** @param {[string, Inode | null][]} change */
  #apply(...change) {
    this.#change(this.#names, change);
    this.#pending.push(change);
  }

  /** @param {string} call @param {string} path */
  #find(call, path) {
    const inode = this.#names.get(path);
    if (inode === undefined) throw problem('ENOENT', call, path);
    return inode;
  }

  /** @param {string} path @param {Uint8Array} data */
  #create(path, data) {
    if (this.#names.has(path)) throw problem('EEXIST', 'open', path);
    const inode = { data, synced: null, ino: serial++, mtimeNs: serial++ };
    this.#apply([path, inode]);
    return inode;
  }

  /** @param {string} path @param {Inode | null} inode  null: a directory */
  #handle(path, inode) {
    return {
      write: async (/** @type {Uint8Array} */ bytes, /** @type {number} */ offset, /** @type {number} */ length) => {
        await this.#gate('write', path);
        // Never more than a part, as the system may do.
        const bytesWritten = Math.min(length, 700);
        const file = /** @type {Inode} */ (inode);
        const data = new Uint8Array(file.data.length + bytesWritten);
        data.set(file.data);
        data.set(bytes.subarray(offset, offset + bytesWritten), file.data.length);
        file.data = data;
        return { bytesWritten, buffer: bytes };
      },
      sync: async () => {
        await this.#gate('sync', path);
        if (inode !== null) {
          inode.synced = inode.data;
          return;
        }
        const here = this.#pending.filter((change) => change.every(([name]) => parent(name) === path));
        for (const change of here) this.#change(this.#syncedNames, change);
        this.#pending = this.#pending.filter((change) => !here.includes(change));
      },
      close: async () => void (await this.#gate('close', path)),
    };
  }

  fs = /** @type {typeof import('node:fs/promises')} */ (
    /** @type {unknown} */ ({
      mkdir: async (/** @type {string} */ path) => void (await this.#gate('mkdir', path)),
      open: async (/** @type {string} */ path, /** @type {string} */ flag) => {
        await this.#gate('open', path);
        if (flag === 'wx') return this.#handle(path, this.#create(path, new Uint8Array()));
        return this.#handle(path, flag === 'r' ? null : this.#find('open', path));
      },
      writeFile: async (/** @type {string} */ path, /** @type {string} */ text) => {
        await this.#gate('writeFile', path);
        this.#create(path, new TextEncoder().encode(text));
      },
      readFile: async (/** @type {string} */ path, /** @type {string} */ encoding) => {
        if (path.endsWith('boot_id')) return this.#boot;
        if (path.startsWith(SYSTEM)) throw problem('ENOENT', 'open', path);
        await this.#gate('readFile', path);
        const { data } = this.#find('open', path);
        return encoding === 'utf8' ? new TextDecoder().decode(data) : data.slice();
      },
      readdir: async (/** @type {string} */ path) => {
        await this.#gate('readdir', path);
        return this.list(path);
      },
      stat: async (/** @type {string} */ path) => {
        await this.#gate('stat', path);
        const { ino, mtimeNs } = this.#find('stat', path);
        const nlink = [...this.#names.values()].filter((inode) => inode.ino === ino).length;
        return { ino, mtimeNs, nlink };
      },
      link: async (/** @type {string} */ from, /** @type {string} */ to) => {
        await this.#gate('link', to);
        const inode = this.#find('link', from);
        if (this.#names.has(to)) throw problem('EEXIST', 'link', to);
        this.#apply([to, inode]);
      },
      rename: async (/** @type {string} */ from, /** @type {string} */ to) => {
        await this.#gate('rename', to);
        this.#apply([to, this.#find('rename', from)], [from, null]);
      },
      unlink: async (/** @type {string} */ path) => {
        await this.#gate('unlink', path);
        this.#find('unlink', path);
        this.#apply([path, null]);
      },
    })
  );
}
