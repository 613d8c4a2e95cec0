// An association as the calls of a plain Context Services server, for sites that already run one: start, states, tasks,
// end, associate, service by service. How far it has come is kept in the journal before and after each start, so that a
// break never starts a service twice: one whose start was not answered is looked for first, by the extension
// AnonymousService, and what it has of states and tasks is asked for.
import { path } from '../request.js';
import { judge } from './answer.js';
import { retryAfter } from './backoff.js';

/**
 * @typedef {{ start: string, end?: string }} PartCalls  bodies
 * @typedef {{ service_id: string, start: string, states: PartCalls[], tasks: PartCalls[], end?: string }} Calls
 *   core/association/replay.cc
 * @typedef {{ started?: boolean, server_service_id?: string, done?: boolean }} Progress  of one service
 * @typedef {import('./envelope.js').Exchange} Exchange
 */

/** The answer that ends this try. */
class Broken extends Error {
  /** @param {import('./sender.js').Outcome | { status: number, code: string, message: string }} outcome */
  constructor(outcome) {
    super('the replay was broken off');
    this.outcome = outcome;
  }
}

/**
 * @param {import('./sender.js').Item} item
 * @param {Exchange} exchange
 * @returns {Promise<import('./sender.js').Outcome>}
 */
export async function replay(item, exchange) {
  const here = path`local/associations/${item.id}`;
  try {
    const progress = /** @type {Record<string, Progress>} */ (item.progress);
    const services = [];
    for (const calls of /** @type {Calls[]} */ (JSON.parse((await exchange.run('GET', `${here}/calls`)).body))) {
      const one = (progress[calls.service_id] ??= {});
      const save = () => exchange.run('POST', `${here}/progress`, JSON.stringify(progress));
      if (!one.done) await replayService(calls, one, item, exchange, save);
      services.push({ service_id: calls.service_id, result: 'associated', server_service_id: one.server_service_id });
    }
    await exchange.run('POST', `${here}/receipt`, JSON.stringify({ association_id: item.id, services }));
    return 'done';
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    if (error.outcome === 'refused' || error.outcome === 'done' || 'later' in error.outcome) return error.outcome;
    await exchange.run('POST', `${here}/rejected`, JSON.stringify(error.outcome));
    return 'done';
  }
}

/**
 * @param {Calls} calls
 * @param {Progress} progress
 * @param {import('./sender.js').Item} item
 * @param {Exchange} exchange
 * @param {() => Promise<unknown>} save
 */
async function replayService(calls, progress, item, exchange, save) {
  const customer = path`customers/${item.customer_id}/services`;
  if (progress.started && progress.server_service_id === undefined) {
    progress.server_service_id = await find(calls.service_id, customer, exchange);
  }
  const resumed = progress.server_service_id !== undefined;
  if (!resumed) {
    progress.started = true;
    await save();
    // Servers that know the key (this package's do) start it once even if this request comes to them twice.
    const { body } = await call(exchange, 'POST', 'services/start', calls.start, { 'Idempotency-Key': calls.service_id });
    progress.server_service_id = String(body.service_id);
    await save();
  }
  const service = path`services/${progress.server_service_id ?? ''}`;
  const known = resumed ? await present(service, exchange) : { states: [], tasks: [], completed: false };
  await replayParts(calls.states, 'state', known.states, service, exchange);
  await replayParts(calls.tasks, 'task', known.tasks, service, exchange);
  if (calls.end !== undefined && !known.completed) await call(exchange, 'POST', `${service}/end`, calls.end);
  await call(exchange, 'POST', `${customer}/${encodeURIComponent(progress.server_service_id ?? '')}`, '{}');
  progress.done = true;
  await save();
}

/**
 * The service of the customer that carries our id, page by page.
 *
 * @param {string} service_id
 * @param {string} customer
 * @param {Exchange} exchange
 * @returns {Promise<string | undefined>}
 */
async function find(service_id, customer, exchange) {
  for (let after = ''; ; ) {
    const { body } = await call(exchange, 'GET', `${customer}?extensions=AnonymousService&limit=1000${after}`);
    const found = body.find((/** @type {any} */ one) => one.AnonymousService === service_id);
    if (found) return String(found.service_id);
    if (body.length < 1000) return undefined;
    after = `&after=${encodeURIComponent(body[body.length - 1].service_id)}`;
  }
}

/**
 * What the server has of a service: by id, whether the state or task is completed.
 *
 * @param {string} service
 * @param {Exchange} exchange
 */
async function present(service, exchange) {
  const show = 'active_states=true&completed_states=true&active_tasks=true&completed_tasks=true';
  const { body } = await call(exchange, 'GET', `${service}?${show}`);
  /** @param {'state' | 'task'} kind @returns {boolean[]} */
  const parts = (kind) => {
    /** @type {boolean[]} */
    const completed = [];
    for (const status of ['active', 'completed']) {
      for (const one of body[`${status}_${kind}s`] ?? []) completed[one[`${kind}_id`]] = status === 'completed';
    }
    return completed;
  };
  return { states: parts('state'), tasks: parts('task'), completed: body.completed !== undefined };
}

/**
 * @param {PartCalls[]} parts
 * @param {'state' | 'task'} kind
 * @param {boolean[]} known
 * @param {string} service
 * @param {Exchange} exchange
 */
async function replayParts(parts, kind, known, service, exchange) {
  for (const [id, { start, end }] of parts.entries()) {
    if (known[id] === undefined) {
      const { body } = await call(exchange, 'POST', `${service}/${kind}s/start`, start);
      // Bodies refer to states by their ids; another number would attach them to the wrong one.
      if (body[`${kind}_id`] !== id) {
        throw new Broken({ status: 200, code: 'numbers_differ', message: `the server numbers ${kind}s otherwise than from 0 on` });
      }
    }
    if (end !== undefined && known[id] !== true) await call(exchange, 'POST', `${service}/${kind}s/${id}/end`, end);
  }
}

/**
 * @param {Exchange} exchange
 * @param {string} method
 * @param {string} target
 * @param {string} [body]
 * @param {Record<string, string>} [more]
 * @returns {Promise<{ body: any }>}
 */
async function call({ endpoint, ask, headers }, method, target, body, more = {}) {
  let response;
  let text;
  try {
    ({ response, text } = await ask(`${endpoint}/${target}`, {
      method,
      credentials: 'same-origin',
      headers: { ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...more, ...headers },
      body,
    }));
    if (response.ok) return { body: text === '' ? undefined : JSON.parse(text) };
  } catch {
    throw new Broken({ later: undefined });
  }
  const verdict = judge(response.status, text);
  throw new Broken(verdict === 'later' ? { later: retryAfter(response) } : verdict);
}
