// node:fs/promises with a fault in it: one call of all that go through it fails, in a way of choice. Nothing is synced
// for real: what a power cut leaves is tested elsewhere, and disks are slow.
import * as real from 'node:fs/promises';

/**
 * What happens at the call that fails. `short`: a write takes one byte only. `none`: it takes none. `late`: the call
 * does its work and fails all the same.
 *
 * @typedef {'ENOSPC' | 'EIO' | 'short' | 'none' | 'late'} Fault
 */

const HANDLE_CALLS = ['write', 'sync', 'close'];
/** What may need room on the disk. */
const GROWING = new Set(['mkdir', 'open', 'write', 'sync', 'close', 'writeFile', 'link', 'rename']);
const CALLS = ['mkdir', 'open', 'writeFile', 'readFile', 'readdir', 'stat', 'link', 'rename', 'unlink'];

/** What can happen at this call. @param {string} call @returns {Fault[]} */
export function faultsOf(call) {
  /** @type {Fault[]} */
  const faults = GROWING.has(call) ? ['EIO', 'ENOSPC'] : ['EIO'];
  if (call === 'write') faults.push('short', 'none');
  if (['link', 'rename', 'unlink'].includes(call)) faults.push('late');
  return faults;
}

/**
 * @param {{ at: number, fault: Fault }} [plan]  the number of the call that fails, from 1; without it none does
 * @returns {{ fs: typeof real, calls: string[], injected: () => Error | undefined }}  `calls`: what was called, so far
 */
export function faultyFs(plan) {
  /** @type {string[]} */
  const calls = [];
  /** @type {Error | undefined} */
  let injected;
  const fail = (call, code) => {
    injected = Object.assign(new Error(`${code}: injected into ${call}`), { code, syscall: call });
    throw injected;
  };

  /** @param {string} call @param {(...args: any[]) => Promise<any>} run */
  const watched = (call, run) => async (...args) => {
    calls.push(call);
    if (calls.length !== plan?.at) return run(...args);
    switch (plan.fault) {
      case 'short':
        return run(args[0], args[1], 1);
      case 'none':
        return { bytesWritten: 0, buffer: args[0] };
      case 'late':
        await run(...args);
        return fail(call, 'EIO');
      default:
        // The system closes a file whatever it answers.
        if (call === 'close') await run();
        return fail(call, plan.fault);
    }
  };

  const fs = Object.fromEntries(CALLS.map((call) => [call, watched(call, real[call])]));
  const { open } = fs;
  fs.open = async (...args) => {
    const handle = await open(...args);
    const wrapped = Object.fromEntries(HANDLE_CALLS.map((call) => [call, watched(call, (...more) => handle[call](...more))]));
    return { ...wrapped, sync: watched('sync', async () => {}) };
  };
  return { fs, calls, injected: () => injected };
}
