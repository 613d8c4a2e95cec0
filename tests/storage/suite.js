// What every storage must do, as js/storage/storage.js states it. It runs in pages, in workerd, in Node, Deno and Bun,
// so it needs nothing but the storage.
import { StorageBehind, fileName } from '../../js/storage/storage.js';

/**
 * @typedef {import('../../js/storage/storage.js').Storage} Storage
 * @typedef {import('../../js/storage/storage.js').JournalFile} JournalFile
 *
 * @typedef {object} Traits  what a storage is like where the interface leaves it open
 * @property {boolean | 'refused'} shared  whether two openings of one store may write at the same time; refused: with
 *   code `storage_in_use`
 * @property {boolean} [closes]  false: `close` leaves it open, because it may be another opening's too
 * @property {boolean} [reopens]  false: `open` rejects as well once it is closed
 * @property {(name: string, sequence: number) => Promise<Uint8Array | undefined>} [damaged]
 *   the bytes that `repair` set aside; where they can be read
 *
 * @typedef {Traits & { make: (name: string) => Promise<Storage> }} Tools  `make`: a storage that is not yet open
 */

/** @param {boolean} condition @param {string} otherwise */
function check(condition, otherwise) {
  if (!condition) throw new Error(otherwise);
}

/** @param {JournalFile[]} files */
const describe = (files) => files.map(({ sequence, bytes }) => `${sequence} (${bytes.length} bytes)`).join(', ') || 'none';

/** @param {Uint8Array} a @param {Uint8Array} b */
const equal = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** @param {JournalFile[]} files @param {[number, Uint8Array][]} expected */
function checkFiles(files, expected) {
  const wanted = expected.map(([sequence, bytes]) => ({ sequence, bytes }));
  const same =
    files.length === wanted.length &&
    files.every(({ sequence, bytes }, i) => sequence === wanted[i].sequence && equal(bytes, wanted[i].bytes));
  check(same, `files ${describe(wanted)} are expected, not ${describe(files)}, or their bytes differ`);
}

/** @param {Promise<unknown>} promise @returns {Promise<any>} what it rejects with */
const rejected = (promise) =>
  promise.then(
    () => {
      throw new Error('it did not reject');
    },
    (error) => error,
  );

/** Random numbers from a seed, the same everywhere. @param {number} seed @returns {(below: number) => number} */
export function numbersFrom(seed) {
  let state = seed;
  return (below) => {
    // Marsaglia's xorshift with 32 bits.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Bytes that do not compress. @param {number} size @param {number} [seed] */
function noise(size, seed = size + 1) {
  const next = numbersFrom(seed);
  return Uint8Array.from({ length: size }, () => next(256));
}

/** @param {Storage} storage @param {number} sequence @param {Uint8Array} bytes @param {number} [drop] */
const write = (storage, sequence, bytes, drop) =>
  storage.transact(sequence - 1, () => ({ sequence, bytes, ...(drop === undefined ? {} : { drop }) }), 'strict');

/** Opens a store with the files 1 to `count`. @param {Tools} tools @param {number} count */
async function filled({ make }, count) {
  const storage = await make('store');
  await storage.open();
  /** @type {[number, Uint8Array][]} */
  const files = [];
  for (let sequence = 1; sequence <= count; ++sequence) {
    const bytes = noise(10 + sequence);
    await storage.transact(sequence - 1, () => ({ sequence, bytes }), 'relaxed');
    files.push([sequence, bytes]);
  }
  return { storage, files };
}

/** Closes the storage and reads what a new opening finds. @param {Tools} tools @param {Storage} storage @param {string} [name] */
async function reopened({ make }, storage, name = 'store') {
  await storage.close();
  const again = await make(name);
  const files = await again.open();
  await again.close();
  return files;
}

/** Two openings of one store. @param {Tools} tools */
async function two({ make }) {
  const left = await make('store');
  const right = await make('store');
  await left.open();
  await right.open();
  return { left, right, close: () => Promise.all([left.close(), right.close()]) };
}

/** Work that appends one file and remembers what it was shown. @param {number} lastSeen @param {Uint8Array} bytes */
function appending(lastSeen, bytes) {
  /** @type {JournalFile[][]} */
  const calls = [];
  /** @param {JournalFile[]} newer */
  const work = (newer) => {
    calls.push(newer);
    return { sequence: (newer.at(-1)?.sequence ?? lastSeen) + 1, bytes };
  };
  return { calls, work };
}

/** @type {{ name: string, run: (tools: Tools) => Promise<void> }[]} */
export const cases = [
  {
    name: 'a new storage is empty',
    async run({ make }) {
      const storage = await make('store');
      checkFiles(await storage.open(), []);
      checkFiles(await storage.refresh(0), []);
      await storage.close();
    },
  },
  {
    name: 'what was written is there to the byte after the storage was opened again',
    async run(tools) {
      const storage = await tools.make('store');
      await storage.open();
      /** @type {[number, Uint8Array][]} */
      const files = [
        [1, Uint8Array.from({ length: 256 }, (_, i) => i)],
        [2, Uint8Array.of(0)],
        [3, new Uint8Array(5000)],
        [4, noise(4096)],
      ];
      for (const [sequence, bytes] of files) await write(storage, sequence, bytes);
      checkFiles(await reopened(tools, storage), files);
    },
  },
  {
    name: 'relaxed and strict files stand side by side',
    async run(tools) {
      const storage = await tools.make('store');
      await storage.open();
      for (let sequence = 1; sequence <= 6; ++sequence) {
        const file = { sequence, bytes: noise(100, sequence) };
        await storage.transact(sequence - 1, () => file, sequence % 2 === 0 ? 'strict' : 'relaxed');
      }
      const expected = [1, 2, 3, 4, 5, 6].map((i) => /** @type {[number, Uint8Array]} */ ([i, noise(100, i)]));
      checkFiles(await reopened(tools, storage), expected);
    },
  },
  {
    name: 'a file of a megabyte and a half that does not compress is one file',
    async run(tools) {
      const storage = await tools.make('store');
      await storage.open();
      const big = noise(1_500_000);
      await write(storage, 1, big);
      await write(storage, 2, noise(3));
      checkFiles(await reopened(tools, storage), [[1, big], [2, noise(3)]]);
    },
  },
  {
    name: 'many files come in ascending order',
    async run(tools) {
      const { storage, files } = await filled(tools, 150);
      checkFiles(await reopened(tools, storage), files);
    },
  },
  {
    name: 'numbers far beyond 32 bits keep their order',
    async run(tools) {
      const storage = await tools.make('store');
      await storage.open();
      const numbers = [9, 10, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 32 + 1, 2 ** 53 - 1];
      let lastSeen = 0;
      for (const sequence of numbers) {
        await storage.transact(lastSeen, () => ({ sequence, bytes: noise(20, sequence % 1000) }), 'relaxed');
        lastSeen = sequence;
      }
      const expected = numbers.map((i) => /** @type {[number, Uint8Array]} */ ([i, noise(20, i % 1000)]));
      checkFiles(await reopened(tools, storage), expected);
    },
  },
  {
    name: 'of a view into a larger buffer the view alone is stored',
    async run(tools) {
      const storage = await tools.make('store');
      await storage.open();
      const whole = noise(100_000);
      await write(storage, 1, whole.subarray(500, 600));
      const files = await reopened(tools, storage);
      checkFiles(files, [[1, whole.slice(500, 600)]]);
      check(files[0].bytes.buffer.byteLength === 100, 'what is read back has exactly its own buffer');
    },
  },
  {
    name: 'once a write is done the caller may use the buffer again',
    async run(tools) {
      const storage = await tools.make('store');
      await storage.open();
      const buffer = noise(1000);
      await write(storage, 1, buffer);
      buffer.fill(7);
      await write(storage, 2, buffer);
      buffer.fill(8);
      await storage.replace(2, 2, () => buffer.subarray(0, 10));
      buffer.fill(9);
      await storage.repair(1, buffer, noise(1000));
      buffer.fill(10);
      checkFiles(await reopened(tools, storage), [[1, new Uint8Array(1000).fill(9)], [2, new Uint8Array(10).fill(8)]]);
    },
  },
  {
    name: 'refresh answers none where nothing is new',
    async run(tools) {
      const { storage } = await filled(tools, 3);
      checkFiles(await storage.refresh(3), []);
      await storage.close();
    },
  },
  {
    name: 'work that answers null writes nothing',
    async run(tools) {
      const { storage, files } = await filled(tools, 2);
      let shown = -1;
      for (const durability of /** @type {const} */ (['relaxed', 'strict'])) {
        await storage.transact(2, (newer) => ((shown = newer.length), null), durability);
      }
      check(shown === 0, 'the work is called, and shown no file where none is new');
      checkFiles(await reopened(tools, storage), files);
    },
  },
  {
    name: 'work that throws ends the transaction with that very error',
    async run(tools) {
      const { storage, files } = await filled(tools, 2);
      const reason = new Error('not this one');
      const work = () => {
        throw reason;
      };
      check((await rejected(storage.transact(2, work, 'strict'))) === reason, 'what the work threw is what is rejected with');
      await write(storage, 3, noise(5));
      checkFiles(await reopened(tools, storage), [...files, [3, noise(5)]]);
    },
  },
  {
    name: 'drop removes all files below the number and no other',
    async run(tools) {
      const { storage, files } = await filled(tools, 9);
      await write(storage, 10, noise(1000), 6);
      checkFiles(await reopened(tools, storage), [...files.slice(5), [10, noise(1000)]]);
      const again = await tools.make('store');
      await again.open();
      await again.transact(10, () => ({ sequence: 11, bytes: noise(4), drop: 11 }), 'relaxed');
      checkFiles(await reopened(tools, again), [[11, noise(4)]]);
    },
  },
  {
    name: 'a drop that finds nothing below is a write like any other',
    async run(tools) {
      const { storage, files } = await filled(tools, 2);
      await write(storage, 3, noise(3), 1);
      checkFiles(await reopened(tools, storage), [...files, [3, noise(3)]]);
    },
  },
  {
    name: 'replace puts one file in place of a range, under its last number',
    async run(tools) {
      const { storage, files } = await filled(tools, 8);
      const merged = noise(300_000);
      /** @type {JournalFile[]} */
      let given = [];
      await storage.replace(3, 6, (some) => {
        given = some;
        return merged;
      });
      checkFiles(given, files.slice(2, 6));
      const expected = [...files.slice(0, 2), /** @type {[number, Uint8Array]} */ ([6, merged]), ...files.slice(6)];
      checkFiles(await reopened(tools, storage), expected);
    },
  },
  {
    name: 'a file that was replaced can be replaced again, up to the newest',
    async run(tools) {
      const { storage } = await filled(tools, 6);
      await storage.replace(1, 3, () => noise(1000));
      await storage.replace(5, 6, () => noise(2000));
      let given = '';
      await storage.replace(2, 6, (some) => {
        given = some.map(({ sequence }) => sequence).join();
        return noise(30);
      });
      check(given === '3,4,6', `the files 3, 4 and 6 are there to be merged, not ${given}`);
      await write(storage, 7, noise(7));
      checkFiles(await reopened(tools, storage), [[6, noise(30)], [7, noise(7)]]);
    },
  },
  {
    name: 'a merge that answers null leaves the files',
    async run(tools) {
      const { storage, files } = await filled(tools, 4);
      await storage.replace(1, 4, () => null);
      checkFiles(await reopened(tools, storage), files);
    },
  },
  {
    name: 'a merge that throws leaves the files and rejects with that very error',
    async run(tools) {
      const { storage, files } = await filled(tools, 4);
      const reason = new Error('not these');
      const merge = () => {
        throw reason;
      };
      check((await rejected(storage.replace(1, 4, merge))) === reason, 'what the merge threw is what is rejected with');
      checkFiles(await reopened(tools, storage), files);
    },
  },
  {
    name: 'a merge of a range without files is given none',
    async run(tools) {
      const { storage, files } = await filled(tools, 2);
      let given = -1;
      await storage.replace(5, 9, (some) => ((given = some.length), null));
      check(given === 0, 'the merge is called, with no files');
      checkFiles(await reopened(tools, storage), files);
    },
  },
  {
    name: 'repair sets the damaged bytes aside, where no listing shows them',
    async run(tools) {
      const { storage, files } = await filled(tools, 3);
      const damaged = noise(200_000);
      await storage.replace(2, 2, () => damaged);
      await storage.repair(2, noise(24), damaged);
      checkFiles(await storage.refresh(3), []);
      await write(storage, 4, noise(4));
      checkFiles(await reopened(tools, storage), [files[0], [2, noise(24)], files[2], [4, noise(4)]]);
      if (!tools.damaged) return;
      const aside = await tools.damaged('store', 2);
      check(aside !== undefined && equal(aside, damaged), 'the damaged bytes are kept as they were');
    },
  },
  {
    name: 'two names are two stores',
    async run(tools) {
      const left = await tools.make('left');
      const right = await tools.make('right');
      await left.open();
      await right.open();
      await write(left, 1, noise(1));
      await write(left, 2, noise(2), 2);
      await write(right, 1, noise(11));
      checkFiles(await reopened(tools, left, 'left'), [[2, noise(2)]]);
      checkFiles(await reopened(tools, right, 'right'), [[1, noise(11)]]);
    },
  },
  {
    name: 'a closed storage rejects with code closed',
    async run(tools) {
      if (tools.closes === false) return;
      const { storage, files } = await filled(tools, 2);
      await storage.close();
      for (const call of [
        () => storage.transact(2, () => ({ sequence: 3, bytes: noise(3) }), 'strict'),
        () => storage.replace(1, 2, () => noise(3)),
        () => storage.refresh(2),
        () => storage.repair(1, noise(3), noise(4)),
      ]) {
        const { code } = await rejected(call());
        check(code === 'closed', `${call} rejects with code closed, not ${code}`);
      }
      await storage.close();
      const again = await tools.make('store');
      checkFiles(await again.open(), files);
      await again.close();
    },
  },
  {
    name: 'a storage that was closed can be opened again',
    async run(tools) {
      if (tools.reopens === false) return;
      const { storage, files } = await filled(tools, 2);
      await storage.close();
      checkFiles(await storage.open(), files);
      await write(storage, 3, noise(3));
      checkFiles(await reopened(tools, storage), [...files, [3, noise(3)]]);
    },
  },
  {
    name: 'a transaction under way when the storage is closed is settled, and as it says',
    async run(tools) {
      const { storage, files } = await filled(tools, 2);
      const pending = write(storage, 3, noise(100_000)).then(
        () => true,
        () => false,
      );
      const closing = storage.close();
      const stands = await pending;
      await closing;
      const again = await tools.make('store');
      checkFiles(await again.open(), stands ? [...files, [3, noise(100_000)]] : files);
      await again.close();
    },
  },
  {
    name: 'a second opening is refused while there is one, and changes nothing',
    async run(tools) {
      if (tools.shared !== 'refused') return;
      const { storage, files } = await filled(tools, 2);
      for (let i = 0; i < 2; ++i) {
        const second = await tools.make('store');
        const { code } = await rejected(second.open());
        check(code === 'storage_in_use', `the code is storage_in_use, not ${code}`);
        await second.close();
      }
      await write(storage, 3, noise(3));
      checkFiles(await reopened(tools, storage), [...files, [3, noise(3)]]);
    },
  },
  {
    name: 'the second writer is shown what the first has written, and writes after it',
    async run(tools) {
      if (tools.shared !== true) return;
      const { left, right, close } = await two(tools);
      await write(left, 1, noise(1));
      await write(left, 2, noise(2));
      const { calls, work } = appending(0, noise(3));
      await right.transact(0, work, 'strict');
      checkFiles(/** @type {JournalFile[]} */ (calls.at(-1)), [[1, noise(1)], [2, noise(2)]]);
      checkFiles(await left.refresh(2), [[3, noise(3)]]);
      await close();
    },
  },
  {
    name: 'null and an error of the second call end the transaction as those of the first do',
    async run(tools) {
      if (tools.shared !== true) return;
      const { left, right, close } = await two(tools);
      await write(left, 1, noise(1));
      const reason = new Error('not after this one');
      /** @param {() => null} then @returns {import('../../js/storage/storage.js').Work} */
      const first = (then) => (newer) => (newer.length === 0 ? { sequence: 1, bytes: noise(9) } : then());
      await right.transact(0, first(() => null), 'strict');
      const error = await rejected(
        right.transact(
          0,
          first(() => {
            throw reason;
          }),
          'strict',
        ),
      );
      check(error === reason, 'what the work threw is what is rejected with');
      checkFiles(await left.refresh(0), [[1, noise(1)]]);
      await close();
    },
  },
  {
    name: 'writers at the same time each get a number of their own',
    async run(tools) {
      if (tools.shared !== true) return;
      const { left, right, close } = await two(tools);
      for (let round = 0; round < 10; ++round) {
        const works = [appending(2 * round, noise(10, 1)), appending(2 * round, noise(10, 2))];
        await Promise.all([left, right].map((storage, i) => storage.transact(2 * round, works[i].work, 'relaxed')));
      }
      const files = await left.refresh(0);
      check(files.length === 20 && files.at(-1)?.sequence === 20, `the files 1 to 20 are expected, not ${describe(files)}`);
      const lefts = files.filter(({ bytes }) => equal(bytes, noise(10, 1)));
      check(lefts.length === 10, `each writer has 10 files, the first one ${lefts.length}`);
      await close();
    },
  },
  {
    name: 'a merge and a drop are seen by the other opening',
    async run(tools) {
      if (tools.shared !== true) return;
      const { left, right, close } = await two(tools);
      for (let sequence = 1; sequence <= 5; ++sequence) await write(left, sequence, noise(sequence));
      await left.replace(2, 4, () => noise(40));
      checkFiles(await right.refresh(1), [[4, noise(40)], [5, noise(5)]]);
      await left.transact(5, () => ({ sequence: 6, bytes: noise(6), drop: 6 }), 'strict');
      checkFiles(await right.refresh(1), [[6, noise(6)]]);
      await close();
    },
  },
  {
    name: 'a writer that is far behind reads what is new first',
    async run(tools) {
      if (tools.shared !== true) return;
      const { left, right, close } = await two(tools);
      for (let sequence = 1; sequence <= 70; ++sequence) await write(left, sequence, noise(sequence));
      const { calls, work } = appending(0, noise(71));
      const error = await right.transact(0, work, 'strict').then(
        () => null,
        (reason) => reason,
      );
      if (error === null) {
        check(calls.at(-1)?.length === 70, 'a storage that takes in everything shows everything');
      } else {
        check(error instanceof StorageBehind, `StorageBehind is expected, not ${error}`);
        check(calls.flat().length === 0, 'no work is run on a part of what is new');
        const newer = await right.refresh(0);
        checkFiles(newer, newer.map((_, i) => [i + 1, noise(i + 1)]));
        check(newer.length === 70, 'everything is read, and nothing more was written');
        await right.transact(70, appending(70, noise(71)).work, 'strict');
      }
      checkFiles(await left.refresh(70), [[71, noise(71)]]);
      await close();
    },
  },
  {
    name: 'a few hundred random steps leave what a plain map holds',
    async run(tools) {
      for (const seed of [1, 2, 3]) await randomSteps(tools, seed);
    },
  },
];

/** @param {Tools} tools @param {number} seed */
async function randomSteps(tools, seed) {
  const next = numbersFrom(seed * 7919);
  const name = `random-${seed}`;
  /** @type {Map<number, Uint8Array>} */
  const model = new Map();
  let highest = 0;
  const expected = (above = 0) => [...model].filter(([sequence]) => sequence > above).sort(([a], [b]) => a - b);
  const writers = await Promise.all(
    Array.from({ length: tools.shared === true ? 2 : 1 }, async () => ({ storage: await tools.make(name), seen: 0 })),
  );
  for (const { storage } of writers) await storage.open();

  /** @param {{ storage: Storage, seen: number }} writer */
  const append = async (writer) => {
    const bytes = noise(1 + next(3000), 1 + next(1_000_000));
    // Mostly logs; now and then what replaces all before some number.
    const drop = next(12) === 0 ? 1 + next(highest + 1) : undefined;
    const { calls, work } = appending(writer.seen, bytes);
    const file = (/** @type {JournalFile[]} */ newer) => ({ ...work(newer), ...(drop === undefined ? {} : { drop }) });
    await writer.storage.transact(writer.seen, file, next(3) === 0 ? 'strict' : 'relaxed');
    checkFiles(/** @type {JournalFile[]} */ (calls.at(-1)), expected(writer.seen));
    writer.seen = ++highest;
    model.set(highest, bytes);
    for (const sequence of model.keys()) if (drop !== undefined && sequence < drop) model.delete(sequence);
  };

  /** @param {{ storage: Storage }} writer */
  const merge = async ({ storage }) => {
    const numbers = expected().map(([sequence]) => sequence);
    const last = numbers[next(numbers.length)];
    const first = Math.max(1, last - next(8));
    const bytes = next(4) === 0 ? null : noise(1 + next(3000), 1 + next(1_000_000));
    await storage.replace(first, last, (files) => {
      checkFiles(files, expected(first - 1).filter(([sequence]) => sequence <= last));
      return bytes;
    });
    if (bytes === null) return;
    for (const sequence of numbers) if (sequence >= first && sequence <= last) model.delete(sequence);
    model.set(last, bytes);
  };

  for (let step = 0; step < 120; ++step) {
    const writer = writers[next(writers.length)];
    const kind = highest === 0 ? 0 : next(16);
    if (kind < 10) {
      await append(writer);
    } else if (kind < 12) {
      await merge(writer);
    } else if (kind === 12) {
      const numbers = expected().map(([sequence]) => sequence);
      const sequence = numbers[next(numbers.length)];
      const bytes = noise(24 + next(100), step + 1);
      await writer.storage.repair(sequence, bytes, model.get(sequence));
      model.set(sequence, bytes);
    } else if (kind === 13) {
      await writer.storage.transact(writer.seen, () => null, 'strict');
    } else if (kind === 14 || step % 8 > 0) {
      checkFiles(await writer.storage.refresh(writer.seen), expected(writer.seen));
      writer.seen = highest;
    } else {
      await writer.storage.close();
      writer.storage = await tools.make(name);
      checkFiles(await writer.storage.open(), expected());
      writer.seen = highest;
    }
  }
  for (const { storage } of writers) await storage.close();
  const again = await tools.make(name);
  checkFiles(await again.open(), expected());
  await again.close();
}

/**
 * Runs every case, each with stores of its own.
 *
 * @param {(name: string) => Promise<Storage>} make
 * @param {Traits} traits
 * @returns {Promise<{ name: string, error: string | null }[]>}
 */
export async function runCases(make, traits) {
  const outcomes = [];
  for (const [i, { name, run }] of cases.entries()) {
    /** @param {string} store */
    const own = (store) => `${i}-${store}`;
    const { damaged } = traits;
    const tools = {
      ...traits,
      make: (/** @type {string} */ store) => make(own(store)),
      damaged: damaged && ((/** @type {string} */ store, /** @type {number} */ sequence) => damaged(own(store), sequence)),
    };
    outcomes.push({
      name,
      error: await run(tools).then(
        () => null,
        (error) => `${error}\n${error?.stack}`,
      ),
    });
  }
  return outcomes;
}

/** The name under which storages that have names keep damaged bytes. @param {number} sequence */
export const damagedName = (sequence) => `damaged-${fileName(sequence)}`;
