// A process that opens a directory and holds it: reads commands, one a line, and answers each with a line of JSON. It
// ends with its input.
//
//   node tests/storage/holder.mjs FOLDER        commands: open, write, close
import { argv, pid, stdin, stdout } from 'node:process';
import { createInterface } from 'node:readline';
import { directoryStorage } from '../../js/storage/directory.js';

let storage = directoryStorage(argv[2]);
let sequence = 0;

const commands = {
  async open() {
    const files = await storage.open();
    sequence = files.at(-1)?.sequence ?? 0;
    return { held: true, sequence };
  },
  async write() {
    ++sequence;
    await storage.transact(sequence - 1, () => ({ sequence, bytes: new TextEncoder().encode(String(pid)) }), 'strict');
    return { sequence };
  },
  async close() {
    await storage.close();
    storage = directoryStorage(argv[2]);
    return { closed: true };
  },
};

const answer = (value) => stdout.write(`${JSON.stringify(value)}\n`);

answer({ pid });
for await (const command of createInterface({ input: stdin })) {
  answer(await commands[command]().catch(({ code, message }) => ({ code, message })));
}
