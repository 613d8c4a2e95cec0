// Processes that hold a directory, to be asked and killed: tests/storage/holder.mjs.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('holder.mjs', import.meta.url));

/**
 * @param {string} folder
 * @param {string[]} [command]  of the runtime
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function startHolder(folder, [program, ...args] = [process.execPath], env = process.env) {
  const child = spawn(program, [...args, script, folder], { stdio: ['pipe', 'pipe', 'inherit'], env });
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await lines.next();
    if (done) throw new Error('the process that holds the directory has ended');
    return JSON.parse(value);
  };
  const { pid } = await next();
  return {
    pid,
    /** @param {'open' | 'write' | 'close'} command @returns {Promise<any>} */
    ask(command) {
      child.stdin.write(`${command}\n`);
      return next();
    },
    /** @param {NodeJS.Signals} signal */
    signal: (signal) => child.kill(signal),
    async kill() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}
