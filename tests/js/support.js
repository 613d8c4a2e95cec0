// What the tests of the package in Node share: a store over memory, a server in the same process, and a network
// between the two that a test can cut.
import { createHandler } from '../../js/edge.js';
import { memoryStorage, openServices } from '../../js/index.js';

export const ENDPOINT = '/genesys/1/cs';
const ORIGIN = 'http://shop.test';

/** A store in memory; `storage` makes a second opening share the first one's files. */
export function openMemory(options = {}) {
  return openServices({ name: 'shop', storage: memoryStorage(), ...options });
}

/** A server in this process. `who` is what authorize answers for every request, or a function of the request. */
export function openServer(who, options = {}) {
  const storage = options.storage ?? memoryStorage();
  const authorize = typeof who === 'function' ? who : () => who;
  const handle = createHandler({ storage, authorize, ...options });
  /** @returns {Promise<Response>} */
  const call = (method, path, { body, headers = {}, type = 'application/json' } = {}) =>
    handle(
      new Request(`${ORIGIN}${ENDPOINT}${path}`, {
        method,
        headers: { ...(body === undefined || type === null ? {} : { 'Content-Type': type }), ...headers },
        body: body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body),
      }),
    );
  return { handle, call, storage };
}

/**
 * A `fetch` that reaches the server in this process. Whatever `next` holds happens to the requests to come, one
 * each: 'drop' before the server sees it, 'lose' the answer after it did, or a Response in place of the server's.
 */
export function network(server) {
  const requests = [];
  const next = [];
  const fetch = async (target, { signal: _signal, ...init }) => {
    const request = new Request(ORIGIN + target, init);
    requests.push({ target, key: request.headers.get('Idempotency-Key'), body: await request.clone().text() });
    const fate = next.shift();
    if (fate === 'drop') throw new TypeError('network');
    if (fate instanceof Response) return fate;
    const response = await server.handle(request);
    if (fate === 'lose') throw new TypeError('network');
    return response;
  };
  return { fetch, requests, next };
}

/** Resolves with the receipt once it is in one of the states. */
export async function receiptIn(services, id, ...states) {
  for (;;) {
    const changed = new Promise((resolve) => services.addEventListener('change', resolve, { once: true }));
    const receipt = await services.receipt(id);
    if (states.includes(receipt.state)) return receipt;
    await changed;
  }
}
