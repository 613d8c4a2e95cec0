// The lock of a directory: one opening at a time, freed by the death of its holder, however that died.
//
// A file `lock` names the holder: process id, the time that process started, the boot it started in, and an id that no
// other taking ever has. Every lock file is written in full under a name of its own (`lock-<own id>.new`) and then
// linked or renamed, so none is ever seen half written. A directory is taken like this:
//
//   1  read `lock`. None: link one's own file to `lock`, which fails if somebody was faster (then from the start);
//      the lock is taken.
//   2  its holder lives: refused. Nothing has been written so far.
//   3  its holder, X, is dead. Only who owns the name `lock-X` may replace it: link one's own file to `lock-X`. If
//      that name is there, its owner Y lives (refused) or is dead as well (the same again, with `lock-Y`).
//   4  read `lock` again. It is no longer X's: somebody went all the way meanwhile; take back what was linked, and
//      from the start. It is: rename one's own file over `lock`; the lock is taken. All other `lock-*` go.
//
// Why of any number that race only one wins: a name can be linked once, so X has one successor, that one has one if it
// dies, and so on: a chain with one living end. Names of the chain go only after `lock` has changed, and it never names
// X again, so whoever linked a name that was freed in between sees in step 4 that it came too late. Until then, the
// living end is the only one that step 4 lets through.
//
// A process that was believed dead wrongly (it runs in another container, say, whose processes cannot be seen here) or
// whose `lock` was deleted by hand finds out with `held`, before it writes. Whether a process lives is asked of the
// system: signal 0, and on Linux /proc, which tells a process from a later one that got the same id.
import { ServicesError } from '../errors.js';

/**
 * @typedef {typeof import('node:fs/promises')} FileSystem
 *
 * @typedef {object} Holder
 * @property {string} id
 * @property {number} pid
 * @property {string | null} start  clock ticks since the boot; null where the system does not say
 * @property {string | null} boot
 * @property {string} since
 *
 * @typedef {object} System  what is known of this process and of others
 * @property {number} pid
 * @property {string | null} start
 * @property {string | null} boot
 * @property {(holder: Holder) => Promise<'alive' | 'dead' | 'unknown'>} ask  unknown: this process may not ask
 *
 * @typedef {object} Lock
 * @property {() => Promise<boolean>} held  whether it still is this one's
 * @property {() => Promise<void>} release
 */

const ID = /^[0-9a-f-]{36}$/;
/** In place of what cannot be read: cut short by a power cut, then, so nobody living wrote it. @type {Holder} */
const UNREADABLE = { id: 'unreadable', pid: 0, start: null, boot: null, since: '' };
/** Locks of this process that it gave up although their files could not be removed. @type {Set<string>} */
const abandoned = new Set();

/**
 * Takes the lock of `folder`. Rejects with code `storage_in_use` if it has a holder, with the system's error if the
 * folder cannot be written.
 *
 * @param {FileSystem} fs
 * @param {string} folder
 * @param {System} [system]
 * @returns {Promise<Lock>}
 */
export async function takeLock(fs, folder, system) {
  const around = system ?? (await lookAround(fs));
  const { pid, start, boot } = around;
  const me = { id: crypto.randomUUID(), pid, start, boot, since: new Date().toISOString() };
  const path = `${folder}/lock`;
  try {
    let mark = null;
    while (mark === null) mark = await tryOnce(fs, folder, me, around);
    // What a racer left that died.
    for (const name of await fs.readdir(folder).catch(() => [])) {
      // Not the name that whoever takes this one for dead would link.
      if (name.startsWith('lock-') && name !== `lock-${me.id}`) await fs.unlink(`${folder}/${name}`).catch(() => {});
    }
    return {
      held: async () => (await markOf(fs, path)) === mark,
      async release() {
        try {
          if ((await markOf(fs, path)) === mark) await fs.unlink(path);
        } catch (error) {
          abandoned.add(me.id);
          throw error;
        }
      },
    };
  } catch (error) {
    abandoned.add(me.id);
    if ((await readHolder(fs, path).catch(() => null))?.id === me.id) await fs.unlink(path).catch(() => {});
    throw error;
  }
}

/**
 * Steps 1 to 4. Null: from the start.
 *
 * @param {FileSystem} fs
 * @param {string} folder
 * @param {Holder} me
 * @param {System} system
 * @returns {Promise<string | null>} the mark of the lock that was taken
 */
async function tryOnce(fs, folder, me, system) {
  const path = `${folder}/lock`;
  const own = `${folder}/lock-${me.id}.new`;
  const root = await readHolder(fs, path);
  let name = path;
  for (let holder = root; holder !== null; holder = await readHolder(fs, name)) {
    await refuseUnlessDead(folder, holder, system);
    name = `${folder}/lock-${holder.id}`;
  }
  let linked = false;
  try {
    await fs.writeFile(own, JSON.stringify(me), { flag: 'wx' });
    const mark = await markOf(fs, own);
    await fs.link(own, name);
    if (root === null) return mark;
    linked = true;
    if ((await readHolder(fs, path))?.id !== root.id) return null;
    await fs.rename(own, path);
    return mark;
  } catch (error) {
    // Somebody was faster, or has swept up what was written here.
    if (codeOf(error) === 'EEXIST' || codeOf(error) === 'ENOENT') return null;
    throw error;
  } finally {
    if (linked) await fs.unlink(name).catch(() => {});
    await fs.unlink(own).catch(() => {});
  }
}

/** @param {FileSystem} fs @param {string} path @returns {Promise<Holder | null>} null: there is no such file */
async function readHolder(fs, path) {
  /** @type {string} */
  let text;
  try {
    text = await fs.readFile(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const holder = JSON.parse(text);
    return ID.test(holder.id) && Number.isInteger(holder.pid) && holder.pid > 0 ? holder : UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}

/** Tells this file from any other that has its name later. @param {FileSystem} fs @param {string} path */
async function markOf(fs, path) {
  try {
    const { ino, mtimeNs } = await fs.stat(path, { bigint: true });
    return `${ino} ${mtimeNs}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

/** @param {string} folder @param {Holder} holder @param {System} system */
async function refuseUnlessDead(folder, holder, system) {
  if (holder === UNREADABLE || abandoned.has(holder.id)) return;
  if (holder.boot !== null && system.boot !== null && holder.boot !== system.boot) return;
  const answer = await system.ask(holder);
  if (answer === 'dead') return;
  const who = holder.pid === system.pid ? `this process (${holder.pid})` : `process ${holder.pid}`;
  const what =
    answer === 'alive'
      ? `${folder} is in use by ${who} since ${holder.since}: close it there, or choose another directory`
      : `${folder} was opened by ${who} at ${holder.since}, and this process may not ask whether that one lives: ` +
        `grant it all permissions, or delete ${folder}/lock once you are sure that it has ended`;
  throw new ServicesError('storage_in_use', what);
}

/**
 * @param {FileSystem} fs
 * @returns {Promise<System>}
 */
async function lookAround(fs) {
  const { default: process } = await import('node:process');
  const boot = fs.readFile('/proc/sys/kernel/random/boot_id', 'utf8');
  /** @param {number} pid */
  const signal = (pid) => {
    try {
      process.kill(pid, 0);
      return 'there';
    } catch (error) {
      const code = codeOf(error);
      return code === 'ESRCH' ? 'gone' : code === 'EPERM' ? 'there' : 'unknown';
    }
  };
  return {
    pid: process.pid,
    start: (await statOf(fs, process.pid))?.start ?? null,
    boot: await boot.then((text) => text.trim(), () => null),
    async ask({ pid, start }) {
      const sign = signal(pid);
      if (sign === 'gone') return 'dead';
      const stat = await statOf(fs, pid);
      if (stat === null) return sign === 'there' ? 'alive' : 'unknown';
      return stat.ended || (start !== null && stat.start !== start) ? 'dead' : 'alive';
    },
  };
}

/**
 * From Linux's /proc. A zombie has ended: it only waits for its parent to notice.
 *
 * @param {FileSystem} fs
 * @param {number} pid
 * @returns {Promise<{ start: string, ended: boolean } | null>}
 */
async function statOf(fs, pid) {
  try {
    const text = await fs.readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field, a name in parentheses, may itself hold spaces and parentheses.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { start: fields[19], ended: fields[0] === 'Z' || fields[0] === 'X' };
  } catch {
    return null;
  }
}

/** @param {unknown} error */
const codeOf = (error) => /** @type {NodeJS.ErrnoException} */ (error)?.code;
