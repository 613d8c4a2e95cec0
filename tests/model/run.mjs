// npm run explore -- [--depth N] [--tabs 2|3] [--seconds N] [--scene NAME] …: builds the explorer natively and runs it
// (explore_main.cc has all options).
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('../..', import.meta.url));

/** @param {string} program @param {string[]} args @param {'inherit' | 'ignore'} [output] */
function run(program, args, output = 'inherit') {
  const { status, error } = spawnSync(program, args, { cwd, stdio: ['ignore', output, 'inherit'] });
  if (error) console.error(`${program}: ${error.message}`);
  if (status !== 0) process.exit(status ?? 1);
}

run('cmake', ['-S', '.', '-B', 'build/native', '-DCMAKE_BUILD_TYPE=Release'], 'ignore');
run('cmake', ['--build', 'build/native', '--target', 'explore'], 'ignore');
run('build/native/explore', process.argv.slice(2));
