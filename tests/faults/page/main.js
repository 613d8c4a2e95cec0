// The page of the fault tests: the patched IndexedDB, and in a frame the other page, where nothing is patched.
import { openServices } from 'anonymous-services';
import { problems as background } from '../../storage/problems.js';
import { elapse, installClock } from './clock.js';
import { faultsAt, installShim } from './shim.js';
import { attempt } from './verdict.js';
import { installWitness } from './witness.js';

if (location.hash === '#witness') {
  installWitness();
} else {
  installClock();
  installShim();
  const frame = document.createElement('iframe');
  frame.src = `${location.pathname}#witness`;
  await new Promise((resolve) => {
    frame.onload = resolve;
    document.body.append(frame);
  });
  const { witness } = /** @type {any} */ (frame.contentWindow);

  Object.assign(globalThis, {
    witness,
    elapse,
    background,

    /** Opens a store, with the events that it sends in `told`: type, and code of the reason. @param {object} options */
    async openStore(options) {
      const services = await openServices({ wasm: '/engine.wasm', ...options });
      /** @type {string[]} */
      const told = [];
      for (const type of ['durability', 'evicted', 'damage']) {
        services.addEventListener(type, ({ detail }) => told.push([type, detail.reason?.code].filter(Boolean).join(' ')));
      }
      return Object.assign(services, { told });
    },

    /** A visit without a fault: what the points are, and every fault at each. */
    async plan() {
      const { points, problems } = await attempt(witness, background);
      return { points, problems, faults: points.flatMap((kind, at) => faultsAt(kind).map((fault) => [at, kind, fault])) };
    },

    /** @param {[number, string, string][]} faults */
    async attempts(faults) {
      const results = [];
      for (const [at, kind, fault] of faults) {
        const { hit, problems } = await attempt(witness, background, at, fault);
        results.push({ fault: `${fault} at point ${at}, ${kind}`, hit, problems });
        if (problems.some((problem) => problem.startsWith('hangs'))) break; // one tells enough, and takes long
      }
      return results;
    },
  });
}
document.body.dataset.ready = 'true';
