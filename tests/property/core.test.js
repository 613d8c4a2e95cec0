// Random histories, the core beside the model: the same answers, the same errors; afterwards the journal reads back to
// the same state, in wasm and natively. HISTORIES and STEPS in the environment make it longer or shorter.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createEngine } from '../../js/engine.js';
import { histories, requestOf } from './histories.js';
import { Model } from './model.js';

const HISTORIES = Number(process.env.HISTORIES ?? 2000);
const STEPS = Number(process.env.STEPS ?? 200);
/** Long enough for all of them on a machine that does much else. */
const MOST_MS = 1_800_000;
const replay = fileURLToPath(new URL('../../build/native/replay', import.meta.url));

/** Files as tests/core/replay.cc reads them. @param {Map<number, Uint8Array>} journal */
function framed(journal) {
  const parts = [];
  const number = (value) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    parts.push(bytes);
  };
  number(journal.size);
  for (const [sequence, bytes] of journal) {
    number(sequence);
    number(bytes.length);
    parts.push(bytes);
  }
  return Buffer.concat(parts);
}

test(`${HISTORIES} histories of ${STEPS} operations answer as the model does and read back the same`, async () => {
  const journals = [];
  const digests = [];
  let seed = 0;
  const random = (bytes) => {
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(0, ++seed, true);
  };

  const run = async (history) => {
    const engine = await createEngine({ random });
    const model = new Model();
    const journal = new Map();
    const ids = [];
    const idOf = (n) => (ids.length === 0 ? 'nobody' : ids[n % ids.length]);
    for (const one of history) {
      model.now += one.wait;
      const id = idOf(one.n);
      const [method, target, body, headers = []] = requestOf(one, id, model.now);
      const request = { method, target, headers: [['Role', 'local'], ...headers], body: body === undefined ? '' : JSON.stringify(body) };
      const response = engine.execute(request, model.now);
      const sequence = engine.sequence + 1;
      const file = engine.seal(sequence);
      if (file.length > 0) {
        journal.set(sequence, file);
        engine.commit(sequence);
      }
      const given = response.body === '' ? undefined : JSON.parse(response.body);
      const { starts, ...expected } = model.answer(one, idOf);
      if (starts) {
        // The model cannot know a new id: it takes the core's.
        starts.id = (Array.isArray(given) ? given[0] : given).service_id;
        ids.push(starts.id);
        (Array.isArray(expected.body) ? expected.body[0] : expected.body).service_id = starts.id;
      }
      const answer = given?.code !== undefined ? { status: response.status, code: given.code } : { status: response.status, body: given };
      try {
        expect(answer).toEqual({ ...expected });
      } catch (error) {
        error.message = `${JSON.stringify(one)}\n${error.message}`;
        throw error;
      }
    }
    const digest = engine.digest();
    const reopened = await createEngine({ random });
    for (const [sequence, file] of journal) reopened.ingest(sequence, file);
    expect(reopened.digest()).toBe(digest);
    journals.push(framed(journal));
    digests.push(digest);
  };

  await fc.assert(fc.asyncProperty(histories(STEPS), run), {
    numRuns: HISTORIES,
    seed: Number(process.env.SEED ?? 1),
    endOnFailure: true, // every history has its full length, so there is little to shrink
  });
  const natively = execFileSync(replay, { input: Buffer.concat(journals), encoding: 'utf8', maxBuffer: 1 << 30 });
  expect(natively.trim().split('\n')).toEqual(digests);
}, MOST_MS);
