// The conformance suite against the handler in this process, behind a real HTTP server.
import { createServer } from 'node:http';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { runSuite } from '../conformance/suite.js';
import { openServer } from './support.js';

let server;
let base;

beforeAll(async () => {
  const { handle } = openServer(
    { roles: ['reader', 'writer'], customer_id: 'C-42' },
    { business_attributes: { attributes: { Media: { email: 'E-mail', chat: 'Chat' } }, mapping: { 'Service.media_type': 'Media' } } },
  );
  server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    const hasBody = parts.length > 0 && request.method !== 'GET';
    const answer = await handle(
      new Request(`http://localhost${request.url}`, { method: request.method, headers: request.headers, body: hasBody ? Buffer.concat(parts) : undefined }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${server.address().port}/genesys/1/cs`;
});

afterAll(() => server.close());

test('at least 250 cases, each with a name of its own, all pass', async () => {
  const outcomes = await runSuite(base);
  expect(outcomes.filter((one) => one.error).map(({ section, name, error }) => `${section} ${name}: ${error}`)).toEqual([]);
  expect(outcomes.filter((one) => one.skipped)).toEqual([]);
  expect(new Set(outcomes.map((one) => one.section + one.name)).size).toBe(outcomes.length);
  expect(outcomes.length).toBeGreaterThanOrEqual(250);
});
