// Checks that C++ is formatted as .clang-format says. Without clang-format it says so and checks nothing.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('..', import.meta.url));
const files = ['core', 'wasm', 'tests'].flatMap((folder) => find(folder));

/** @param {string} folder @returns {string[]} */
function find(folder) {
  const { stdout } = spawnSync('git', ['ls-files', `${folder}/*.cc`, `${folder}/*.h`], { cwd, encoding: 'utf8' });
  return stdout.split('\n').filter(Boolean);
}

const { status, error } = spawnSync('clang-format', ['--dry-run', '-Werror', ...files], { cwd, stdio: 'inherit' });
if (error) console.log('lint: clang-format is not here; nothing was checked');
process.exit(error ? 0 : (status ?? 1));
