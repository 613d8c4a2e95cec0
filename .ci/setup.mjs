// Installs what is missing to build and test: npm packages, and from Debian's archive Emscripten, nlohmann/json,
// GoogleTest, Google Benchmark, Chromium, Firefox, WebKit and the X server that WebKit draws on. Asks before it uses a
// package manager, unless CI is set or --yes is given. Does nothing when nothing is missing. Plain Node: this runs before
// anything is installed.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
// `npm start --yes` reaches us as npm's own setting.
const assumeYes =
  Boolean(process.env.CI) || process.argv.includes('--yes') || process.env.npm_config_yes === 'true';

/** @param {string} command */
const onPath = (command) =>
  (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, command)));

/** @param {string[]} files */
const anyFile = (...files) => files.some((file) => existsSync(file));

// What is needed, how to see that it is there, and the Debian package that brings it.
const needs = [
  { what: 'a C++ compiler', there: () => onPath('g++') || onPath('c++'), debian: 'g++' },
  { what: 'CMake', there: () => onPath('cmake'), debian: 'cmake' },
  { what: 'make', there: () => onPath('make') || onPath('ninja'), debian: 'make' },
  { what: 'Emscripten', there: () => onPath('emcc'), debian: 'emscripten' },
  {
    what: 'nlohmann/json',
    there: () => anyFile('/usr/include/nlohmann/json.hpp', '/usr/local/include/nlohmann/json.hpp', '/opt/homebrew/include/nlohmann/json.hpp'),
    debian: 'nlohmann-json3-dev',
  },
  {
    what: 'GoogleTest',
    there: () => anyFile('/usr/include/gtest/gtest.h', '/usr/local/include/gtest/gtest.h', '/opt/homebrew/include/gtest/gtest.h'),
    debian: 'libgtest-dev',
  },
  {
    what: 'Google Benchmark',
    there: () => anyFile('/usr/include/benchmark/benchmark.h', '/usr/local/include/benchmark/benchmark.h', '/opt/homebrew/include/benchmark/benchmark.h'),
    debian: 'libbenchmark-dev',
  },
  {
    what: 'Chromium',
    there: () => Boolean(process.env.CHROMIUM) || ['chromium', 'chromium-browser', 'google-chrome'].some(onPath),
    debian: 'chromium',
  },
  {
    what: 'Firefox',
    there: () => Boolean(process.env.FIREFOX) || ['firefox-esr', 'firefox'].some(onPath),
    debian: 'firefox-esr',
  },
  // The driver, and the MiniBrowser that it drives.
  { what: 'WebKit', there: () => onPath('WebKitWebDriver'), debian: 'webkit2gtk-driver' },
  { what: 'Xvfb', there: () => onPath('Xvfb'), debian: 'xvfb' },
];

/** @param {string} question */
async function agreed(question) {
  if (assumeYes) return true;
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}

/** @param {string} message @returns {never} */
function stop(message) {
  console.error(`setup: ${message}`);
  process.exit(1);
}

async function installPackages() {
  const missing = needs.filter((need) => !need.there());
  if (missing.length === 0) return;
  const names = missing.map((need) => need.debian).join(' ');
  console.log(`setup: missing: ${missing.map((need) => need.what).join(', ')}`);
  if (!onPath('apt-get')) stop(`install these and run this again (Debian's names: ${names})`);
  const sudo = process.getuid?.() === 0 ? [] : ['sudo'];
  const command = [...sudo, 'apt-get', 'install', '-y', '--no-install-recommends', ...names.split(' ')];
  if (!(await agreed(`setup: run \`${command.join(' ')}\`?`))) {
    stop(`nothing was installed; run \`${command.join(' ')}\`, or this again with --yes`);
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  for (const [program, ...args] of [[...sudo, 'apt-get', 'update'], command]) {
    if (spawnSync(program, args, { stdio: ['inherit', 'ignore', 'inherit'], env }).status !== 0) {
      stop(`\`${[program, ...args].join(' ')}\` failed`);
    }
  }
  const still = needs.filter((need) => !need.there());
  if (still.length > 0) stop(`still missing: ${still.map((need) => need.what).join(', ')}`);
}

// The lock file as it was when npm last installed from it.
function installModules() {
  const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
  const stamp = join(root, 'node_modules/.setup');
  if (existsSync(stamp) && statSync(stamp).isFile() && readFileSync(stamp, 'utf8') === lock) return;
  console.log('setup: installing npm packages');
  try {
    execFileSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: root, stdio: 'inherit' });
  } catch {
    stop('`npm ci` failed');
  }
  writeFileSync(stamp, lock);
}

await installPackages();
installModules();
