// An engine whose memory cannot grow: the real module, whose WebAssembly.Memory refuses one growth after the other.
import { afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { memoryStorage } from '../../js/index.js';
import { openMemory } from './support.js';

const KEY = 'pat@example.org';
/** So many large services nearly fill the memory that a module begins with; so many more need a growth. */
const EARLIER = 48;
const LATER = 16;
const LARGE = 250_000;
const { instantiate } = WebAssembly;
const { warn } = console;

/** Refused a growth, the module asks for less, and for less again. */
const ASKED = 3;

/** Number of the growth that fails, from 0; -Infinity: none; 'all'. */
let failing;
let growths;
/** The files of the earlier services. */
let files;

beforeAll(async () => {
  const storage = memoryStorage();
  const services = await openMemory({ storage });
  await Promise.all(Array.from({ length: EARLIER }, (_, i) => start(services, `earlier-${i}`, LARGE)));
  await services.close();
  files = storage.files;
});

beforeEach(() => {
  failing = -Infinity;
  growths = 0;
  console.warn = () => {}; // where the module says that it was aborted
  WebAssembly.instantiate = async (...values) => {
    const instance = await instantiate(...values);
    const memory = Object.values(instance.exports).find((one) => one instanceof WebAssembly.Memory);
    const { grow } = memory;
    memory.grow = (pages) => {
      const fails = failing === 'all' || (growths >= failing && growths < failing + ASKED);
      ++growths;
      if (fails) throw new RangeError('WebAssembly.Memory.grow(): Maximum memory size exceeded');
      return grow.call(memory, pages);
    };
    return instance;
  };
});

afterEach(() => {
  WebAssembly.instantiate = instantiate;
  console.warn = warn;
});

const start = (services, name, bytes = 0) => services.start({ contact_key: KEY, service_type: name, Filler: 'x'.repeat(bytes) });

const namesIn = async (services) => (await services.queryAnonymous(KEY, { limit: 1000 })).map((one) => one.service_type);

/** A storage with these files. */
function filled(with_) {
  const storage = memoryStorage();
  for (const [sequence, bytes] of with_) storage.files.set(sequence, bytes);
  return storage;
}

/** Starts large services, one after the other; answers what was refused. */
async function visit(services) {
  const refused = [];
  for (let i = 0; i < LATER; ++i) {
    await start(services, `later-${i}`, LARGE).catch(({ name, code }) => refused.push([`later-${i}`, name, code]));
  }
  return refused;
}

/** Memory has all but what was refused, and is as a fresh opening of the files. */
async function expectAllBut(refused, services, storage, more = []) {
  for (const [, name, code] of refused) expect([name, code]).toEqual(['ServicesError', 'engine_failed']);
  const gone = new Set(refused.map(([name]) => name));
  const all = [
    ...Array.from({ length: EARLIER }, (_, i) => `earlier-${i}`),
    ...Array.from({ length: LATER }, (_, i) => `later-${i}`),
    ...more,
  ];
  expect((await namesIn(services)).sort()).toEqual(all.filter((name) => !gone.has(name)).sort());
  const fresh = await openMemory({ storage: filled(storage.files) });
  expect(services.digest()).toBe(fresh.digest());
  await fresh.close();
}

test('a start that does not fit is refused with engine_failed, nothing of it is there, and the next small one works', async () => {
  const storage = filled(files);
  const services = await openMemory({ storage });
  failing = 'all';
  const refused = await visit(services);
  expect(refused.length).toBeGreaterThan(0);
  failing = -Infinity;
  await start(services, 'small');
  await expectAllBut(refused, services, storage, ['small']);
  await services.close();
});

test('whichever growth fails, one start at most is refused, and everything else is there', async () => {
  const whole = await openMemory({ storage: filled(files) });
  growths = 0;
  await visit(whole);
  await whole.close();
  const points = growths;
  let refusals = 0;
  for (let point = 0; point < points; ++point) {
    const storage = filled(files);
    failing = -Infinity;
    const services = await openMemory({ storage });
    growths = 0;
    failing = point;
    const refused = await visit(services);
    expect(growths).toBeGreaterThan(point);
    failing = -Infinity;
    expect(refused.length).toBeLessThanOrEqual(1);
    refusals += refused.length;
    await expectAllBut(refused, services, storage);
    await services.close();
  }
  // What fails in compaction refuses nobody.
  expect(refusals).toBeGreaterThan(0);
});

test('a store that does not fit is refused at opening with engine_failed, and opens where there is room', async () => {
  const storage = filled(files);
  const first = await openMemory({ storage });
  await visit(first);
  await first.close();
  failing = 'all';
  await expect(openMemory({ storage })).rejects.toMatchObject({ name: 'ServicesError', code: 'engine_failed' });
  failing = -Infinity;
  const again = await openMemory({ storage });
  await expectAllBut([], again, storage);
  await again.close();
});
