// The conformance suite against workerd and against the native core: both pass, and answer alike to the byte, ids and
// the clock's times aside.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { startDemo } from '../../demo/serve.mjs';
import { newFolder } from '../browser/chromium.js';
import { runSuite } from '../conformance/suite.js';

const OPTIONS = {
  business_attributes: { attributes: { Media: { email: 'E-mail', chat: 'Chat' } }, mapping: { 'Service.media_type': 'Media' } },
};

async function startFront() {
  const program = fileURLToPath(new URL('../../build/native/front', import.meta.url));
  const child = spawn(program, [JSON.stringify(OPTIONS)], { stdio: ['pipe', 'pipe', 'inherit'] });
  // A program that cannot be started, or ends before it has a port, fails the test.
  const early = once(child, 'exit').then(() => Promise.reject(new Error(`${program} ended before it listened`)));
  early.catch(() => {});
  const [port] = await Promise.race([once(child.stdout, 'data'), early]);
  return {
    base: `http://127.0.0.1:${Number(port)}/genesys/1/cs`,
    async stop() {
      const exited = once(child, 'exit');
      child.stdin.end();
      await exited;
    },
  };
}

const problems = (outcomes) =>
  outcomes.filter((one) => one.error || one.skipped).map(({ section, name, error }) => `${section} ${name}: ${error ?? 'skipped'}`);

test('workerd and the native core pass every case and answer alike', async () => {
  const servers = [];
  try {
    const edge = await startDemo({ port: 0, dataDir: newFolder(), worker: 'tests/edge/conformance-worker.js' });
    servers.push(edge);
    const native = await startFront();
    servers.push(native);
    const [atEdge, natively] = [await runSuite(`${edge.url}/genesys/1/cs`), await runSuite(native.base)];
    expect(problems(atEdge)).toEqual([]);
    expect(problems(natively)).toEqual([]);
    expect(atEdge.length).toBeGreaterThanOrEqual(250);
    expect(atEdge).toEqual(natively);
  } finally {
    for (const server of servers) await server.stop();
  }
});
