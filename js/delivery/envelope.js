// POST associations: the envelope as it stands in the outbox, byte for byte the same at every try (contract section
// 6, rule 3).
import { path } from '../request.js';
import { judge } from './answer.js';
import { retryAfter } from './backoff.js';

/**
 * @typedef {object} Exchange
 * @property {string} endpoint
 * @property {(url: string, init: RequestInit) => Promise<{ response: Response, text: string }>} ask
 * @property {(method: string, target: string, body?: string) => Promise<import('../engine.js').EngineResponse>} run
 * @property {Record<string, string>} headers  credentials and tenant
 * @property {boolean} keepalive  whether the request may outlive the page
 */

/** What browsers let a page have under way with `keepalive`, in bytes, less something for the page's own. */
const KEEPALIVE = 60_000;
const SLICE = 16 * 1024;

const encoder = new TextEncoder();

/**
 * @param {import('./sender.js').Item} item
 * @param {Exchange} exchange
 * @param {(farewell: () => void) => void} onLeave  takes what is to be done if the page goes away meanwhile
 * @returns {Promise<import('./sender.js').Outcome>}
 */
export async function postEnvelope({ id, body }, exchange, onLeave) {
  const bytes = encoder.encode(body);
  const keepalive = exchange.keepalive && bytes.length <= KEEPALIVE;
  if (!keepalive && typeof document !== 'undefined') {
    const slices = JSON.parse((await exchange.run('GET', path`local/associations/${id}/slices` + `?bytes=${SLICE}`)).body);
    onLeave(() => sendSlices(slices, exchange));
  }
  let answer;
  try {
    answer = await post(id, bytes, keepalive, exchange);
  } catch {
    return { later: undefined };
  }
  try {
    return await settle(id, answer, exchange);
  } catch (error) {
    const { code } = /** @type {{ code?: string }} */ (error);
    // It was undone meanwhile, and with it its parts.
    if (code === 'not_found' || code === 'conflict') return 'done';
    if (code === 'invalid_request') return { later: undefined }; // no receipt for this association: some proxy's page, say
    throw error;
  }
}

/**
 * @param {string} id
 * @param {{ response: Response, text: string }} answer
 * @param {Exchange} exchange
 * @returns {Promise<import('./sender.js').Outcome>}
 */
async function settle(id, { response, text }, exchange) {
  if (response.ok) {
    await exchange.run('POST', path`local/associations/${id}/receipt`, text);
    return 'done';
  }
  if (response.status === 413 && (await split(id, exchange))) return 'done';
  const verdict = judge(response.status, text);
  if (verdict === 'refused') return 'refused';
  if (verdict === 'later' && response.status !== 413) return { later: retryAfter(response) };
  const reason = verdict === 'later' ? { status: 413, code: 'too_large', message: 'the server takes no body as large as one service' } : verdict;
  await exchange.run('POST', path`local/associations/${id}/rejected`, JSON.stringify(reason));
  return 'done';
}

/** @param {string} id @param {Uint8Array} bytes @param {boolean} keepalive @param {Exchange} exchange */
function post(id, bytes, keepalive, { endpoint, ask, headers }) {
  return ask(`${endpoint}/associations`, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': id, ...headers },
    body: /** @type {BufferSource} */ (bytes),
    keepalive,
  });
}

/** Cuts it into two halves that go in its place. @param {string} id @param {Exchange} exchange */
async function split(id, { run }) {
  try {
    await run('POST', path`local/associations/${id}/split`, '{}');
    return true;
  } catch (error) {
    if (/** @type {{ code?: string }} */ (error).code !== 'too_large') throw error;
    return false; // one service alone
  }
}

// The page is going, and takes a large request with it. Whatever of it comes through is a gain; nobody hears the answers,
// and the whole is sent again at the next opening.
/** @param {{ association_id: string, body: string }[]} slices @param {Exchange} exchange */
function sendSlices(slices, exchange) {
  let room = KEEPALIVE;
  for (const { association_id, body } of slices) {
    const bytes = encoder.encode(body);
    if (bytes.length > room) continue;
    room -= bytes.length;
    post(association_id, bytes, true, exchange).catch(() => {});
  }
}
