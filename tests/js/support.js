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
 * each: 'drop' before the server sees it, 'lose' the answer after it did, 'hang' until it is aborted, a Response in
 * place of the server's, or what a function of the request answers (undefined: the server's answer after all).
 */
export function network(server) {
  const requests = [];
  const next = [];
  let underWay = 0;
  const answer = async (fate, request, signal) => {
    if (fate === 'drop') throw new TypeError('network');
    if (fate === 'hang') {
      signal.throwIfAborted();
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    }
    const given = typeof fate === 'function' ? await fate(request, signal) : fate;
    if (given instanceof Response) return given;
    const response = await server.handle(request);
    if (fate === 'lose') throw new TypeError('network');
    return response;
  };
  const fetch = async (target, { signal, ...init }) => {
    const request = new Request(ORIGIN + target, init);
    const { method, keepalive } = request;
    const fate = next.shift();
    ++underWay;
    requests.push({
      method, target, keepalive, underWay,
      key: request.headers.get('Idempotency-Key'),
      who: request.headers.get('Authorization'),
      body: await request.clone().text(),
    });
    try {
      return await answer(fate, request, signal);
    } finally {
      --underWay;
    }
  };
  return { fetch, requests, next };
}

/** An `authorize` that believes the header Authorization: a customer's id, or `desk`, who may do everything. */
export function trusting(request) {
  const who = request.headers.get('Authorization');
  if (who === null) return null;
  return who === 'desk' ? { roles: ['reader', 'writer'] } : { roles: ['visitor'], customer_id: who };
}

/** The headers of whoever an association is for. */
export const asCustomer = ({ customer_id }) => ({ headers: { Authorization: customer_id } });

/** Several openings of it are tabs that tell each other what they committed. */
export const shared = (storage = memoryStorage()) => ({ ...storage, kind: 'persistent' });

/** All that a store shows, as text. */
export async function exported(services) {
  let text = '';
  for await (const piece of services.exportServices({ time_from: '2000-01-01T00:00:00Z' })) text += piece;
  return text;
}

/** All that a server whose `authorize` is `trusting` holds, as text. */
export async function exportedBy(server) {
  const headers = { Authorization: 'desk' };
  return (await server.call('GET', '/maintenance/services/stream?time_from=2000-01-01T00:00:00Z', { headers })).text();
}

/** A service with all that one can have. @returns {Promise<string>} its id */
export async function startWhole(services, event = {}) {
  const { service_id } = await services.start({ contact_key: 'pat@example.org', service_type: 'Order', Cart: [{ a: null }], ...event });
  await services.startState(service_id, { state_type: 'basket', session_id: 's-1', Note: 'é ☕' });
  await services.transitionState(service_id, { from: { state_id: 0, disposition: 'full' }, to: { state_type: 'paying', est_duration: 60 } });
  await services.startTask(service_id, { task_type: 7, state_id: 1, Form: { fields: 3 } });
  await services.completeTask(service_id, 0, { disposition: 'filled', disposition_desc: 'by hand' });
  await services.startTask(service_id, { task_type: 'call' });
  return service_id;
}

/** Resolves with the detail of the next event of that type that fits. */
export function told(services, type, fits = () => true) {
  return new Promise((resolve) => {
    const look = ({ detail }) => {
      if (!fits(detail)) return;
      services.removeEventListener(type, look);
      resolve(detail);
    };
    services.addEventListener(type, look);
  });
}

/** Lets everything happen that is under way already. */
export async function quiet(services) {
  for (let i = 0; i < 10; ++i) {
    await services.visit();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Timers that only a test lets go off, told apart by how long they take; those of 0 ms are left alone. */
export function heldTimers() {
  const { setTimeout: set, clearTimeout: clear } = globalThis;
  const timers = new Map();
  let look = () => {};
  globalThis.setTimeout = (work, ms = 0) => {
    if (ms === 0) return set(work);
    const timer = {};
    timers.set(timer, { work, ms });
    look();
    return timer;
  };
  globalThis.clearTimeout = (timer) => timers.delete(timer) || clear(timer);
  const find = (ms) => [...timers].find(([, one]) => one.ms === ms);
  const until = async (ms) => {
    while (!find(ms)) await new Promise((resolve) => (look = resolve));
    return find(ms);
  };
  return {
    /** Whether there is one. */
    has: (ms) => find(ms) !== undefined,
    /** Resolves once there is one. */
    until,
    /** Waits for one and lets it go off. */
    async fire(ms) {
      const [timer, { work }] = await until(ms);
      timers.delete(timer);
      work();
    },
    restore: () => Object.assign(globalThis, { setTimeout: set, clearTimeout: clear }),
  };
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
