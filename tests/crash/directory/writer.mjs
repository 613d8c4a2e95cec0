// The process that is killed: opens a store in a directory, tells what is in it, and does what it is given to do until
// it dies. What it tells is in the pipe before it goes on, so that it outlives it.
//
//   node writer.mjs {"folder", "durability", "look", "call", "moment"}
//
// `look`: it tells what is in the store, closes it and ends. `call`: it kills itself at this call to the file system,
// `moment`: before the call or just after it was sent off; 0: it waits to be killed.
import * as real from 'node:fs/promises';
import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { directoryStorage, openServices } from '../../../js/node.js';
import { perform } from '../page/perform.js';

/** Kinds of files that only compaction writes (core/journal/format.h). */
const KINDS = { 3: 'merge', 4: 'piece' };
const LANES = 3;

const { folder, durability, look, call: fatal, moment } = JSON.parse(process.argv[2]);

/** @param {object} message */
function tell(message) {
  const line = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < line.length; ) {
    try {
      at += writeSync(1, line, at);
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error; // the pipe is full until the parent has read
    }
  }
}

let calls = 0;
/** @template {(...args: any[]) => Promise<any>} T @param {T} run @returns {T} */
const mortal = (run) =>
  /** @type {T} */ (
    (...args) => {
      const last = ++calls === fatal;
      if (last && moment === 'before') process.kill(process.pid, 'SIGKILL');
      const answer = run(...args);
      if (last) process.kill(process.pid, 'SIGKILL');
      return answer;
    }
  );

/** The file system, each of whose calls may be the last. */
function mortalFs() {
  const fs = Object.fromEntries(Object.entries(real).map(([name, run]) => [name, typeof run === 'function' ? mortal(run) : run]));
  const { open } = fs;
  fs.open = async (...args) => {
    const handle = await open(...args);
    return {
      write: mortal((...more) => handle.write(...more)),
      sync: mortal(() => handle.sync()),
      close: mortal(() => handle.close()),
    };
  };
  return /** @type {typeof real} */ (/** @type {unknown} */ (fs));
}

/** The storage, telling of each step of compaction when it begins and ends. */
function storage() {
  const inner = directoryStorage(folder, { fs: mortalFs() });
  /** @param {(began: (bytes: Uint8Array | null) => void) => Promise<void>} run */
  const reporting = async (run) => {
    let kind;
    const began = (bytes) => {
      kind = KINDS[bytes?.[5]];
      if (kind) tell({ began: kind });
    };
    try {
      await run(began);
    } finally {
      if (kind) tell({ ended: kind });
    }
  };
  return {
    ...inner,
    transact: (lastSeen, work, how) =>
      reporting((began) =>
        inner.transact(
          lastSeen,
          (newer) => {
            const file = work(newer);
            began(file?.bytes ?? null);
            return file;
          },
          how,
        ),
      ),
    replace: (first, last, merge) =>
      reporting((began) =>
        inner.replace(first, last, (files) => {
          const bytes = merge(files);
          began(bytes);
          return bytes;
        }),
      ),
  };
}

/** @param {import('../../../js/node.js').Services} services */
async function contentOf(services) {
  let text = '';
  for await (const part of services.exportServices({ time_from: '2000-01-01T00:00:00Z' })) text += part;
  return { services: JSON.parse(text), receipts: await services.receipts() };
}

try {
  const services = await openServices({ name: 'crash', storage: storage(), durability });
  for (const type of ['damage', 'durability', 'evicted']) {
    services.addEventListener(type, ({ detail }) => tell({ trouble: `${type}: ${JSON.stringify(detail)}` }));
  }
  tell({ opened: await contentOf(services) });
  if (look) {
    await services.close();
  } else {
    for (let lane = 0; lane < LANES; ++lane) tell({ next: lane, marks: [] });
    createInterface({ input: process.stdin }).on('line', async (line) => {
      const { lane, operations } = JSON.parse(line);
      try {
        await Promise.all(
          operations.map(async (operation) => {
            const { service_id } = (await perform(services, operation)) ?? {};
            tell({ acknowledged: operation.number, value: { service_id } });
          }),
        );
        tell({ next: lane, marks: operations.flatMap(({ marks }) => marks) });
      } catch (error) {
        tell({ trouble: `${error?.stack}, cause: ${error?.cause?.stack}` });
      }
    });
  }
} catch (error) {
  tell({ trouble: `${error?.stack}, cause: ${error?.cause?.stack}` });
}
