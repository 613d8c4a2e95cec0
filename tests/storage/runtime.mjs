// Runs the storage suite over folders and prints the outcomes as JSON; the same in Node, Deno and Bun.
//
//   node tests/storage/runtime.mjs FOLDER        an empty one
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { argv, stdout } from 'node:process';
import { directoryStorage } from '../../js/storage/directory.js';
import { damagedName, runCases } from './suite.js';

const folder = (name) => join(argv[2], name);
const outcomes = await runCases(async (name) => directoryStorage(folder(name)), {
  shared: 'refused',
  damaged: (name, sequence) => readFile(join(folder(name), damagedName(sequence))),
});
stdout.write(JSON.stringify(outcomes));
