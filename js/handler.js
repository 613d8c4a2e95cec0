// createHandler: the core's operations as a WHATWG fetch handler, for Workers, Durable Objects, Deno, Bun, Node and
// Service Workers. The one who asks is whom `authorize` says, never whom the body says.
import { claimTokens } from './claims.js';
import { createEngine } from './engine.js';
import { ServicesError, errorBody, invalidArgument } from './errors.js';
import { checkDurability, checkFunctions } from './options.js';
import { object } from './request.js';
import { Store } from './store.js';

/**
 * @typedef {object} Principal
 * @property {('reader' | 'writer' | 'visitor')[]} [roles]  reader: may read all of the tenant; writer: may change
 *   all of it; visitor: may start services and act on those whose claim tokens it holds
 * @property {string} [customer_id]  from the credentials; may act on this customer's services and deliver
 *   associations to this customer
 * @property {string} [tenant]  the only ContactCenterId that these credentials are good for, '' for none; absent: any that
 *   the request names, so one who serves several must say
 *
 * @typedef {object} HandlerOptions
 * @property {import('./storage/storage.js').Storage} storage
 * @property {(request: Request) => Principal | null | Promise<Principal | null>} authorize  null: no credentials, 401
 * @property {string} [base_path]  `/genesys/1/cs`; empty, or a path without a slash at its end
 * @property {400 | 404} [not_found_status]  400, as CS answers
 * @property {number} [auto_complete_after]  seconds, for services that do not say
 * @property {object} [business_attributes]
 * @property {boolean} [associations]  false: no `POST associations`, as a plain Context Services server has none
 * @property {string | Uint8Array} [claim_secret]  key of claim tokens, 16 characters or bytes at least; without it
 *   visitors get none
 * @property {'relaxed' | 'strict'} [durability]  strict
 * @property {(damage: { sequence: number, lost_bytes: number }) => void} [onDamage]  a damaged file was set aside; what
 *   came before the damage was kept
 * @property {() => number} [now]  ms since 1970
 * @property {(bytes: Uint8Array) => void} [random]
 * @property {import('./wasm/compile.js').WasmSource} [wasm]
 */

/** Largest body, in bytes (contract section 2). */
const MOST = 256 * 1024;

const FORWARDED = ['ContactCenterId', 'GroupId', 'Idempotency-Key', 'Content-Type'];
const ROLES = new Set(['reader', 'writer', 'visitor']);
/** A key of claim tokens that is shorter is a mistake. */
const SECRET = 16;
const KNOWN = new Set([
  'storage', 'authorize', 'base_path', 'not_found_status', 'auto_complete_after', 'business_attributes', 'associations',
  'claim_secret', 'durability', 'onDamage', 'now', 'random', 'wasm',
]);
const STORAGE = /** @type {const} */ (['open', 'transact', 'replace', 'refresh', 'repair', 'close']);
const JSON_HEADERS = { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' };

/** @param {HandlerOptions} options */
function check(options) {
  for (const name of Object.keys(object(options, 'options'))) {
    if (!KNOWN.has(name)) throw invalidArgument(name, `one of ${[...KNOWN].join(', ')} as an option`);
  }
  const { storage, base_path, not_found_status, auto_complete_after, associations, claim_secret, durability } = options;
  if (typeof options.authorize !== 'function') throw invalidArgument('authorize', 'a function that says who asks');
  if (STORAGE.some((name) => typeof storage?.[name] !== 'function')) {
    throw invalidArgument('storage', `a storage object, with the functions ${STORAGE.join(', ')},`);
  }
  if (base_path !== undefined && (typeof base_path !== 'string' || !/^(\/.*[^/])?$/.test(base_path))) {
    throw invalidArgument('base_path', 'a path such as /genesys/1/cs');
  }
  if (not_found_status !== undefined && not_found_status !== 400 && not_found_status !== 404) {
    throw invalidArgument('not_found_status', '400 or 404');
  }
  if (auto_complete_after !== undefined && !(Number.isSafeInteger(auto_complete_after) && auto_complete_after > 0)) {
    throw invalidArgument('auto_complete_after', 'a whole number of seconds, 1 or more,');
  }
  if (associations !== undefined && typeof associations !== 'boolean') throw invalidArgument('associations', 'true or false');
  if (options.business_attributes !== undefined) object(options.business_attributes, 'business_attributes');
  const isKey = typeof claim_secret === 'string' || claim_secret instanceof Uint8Array;
  if (claim_secret !== undefined && !(isKey && claim_secret.length >= SECRET)) {
    throw invalidArgument('claim_secret', `a string or a Uint8Array of ${SECRET} characters or bytes at least`);
  }
  checkDurability(durability);
  checkFunctions(options, ['onDamage', 'now', 'random']);
}

/**
 * @param {HandlerOptions} options
 * @returns {((request: Request) => Promise<Response>) & { close(): Promise<void> }}
 */
export function createHandler(options) {
  check(options);
  const base = options.base_path ?? '/genesys/1/cs';
  const claims = options.claim_secret === undefined ? undefined : claimTokens(options.claim_secret);
  const now = options.now ?? Date.now;

  const make = () => {
    /** @type {Record<string, unknown>} */
    const configuration = { base_path: base };
    for (const name of /** @type {const} */ (['not_found_status', 'auto_complete_after', 'business_attributes', 'associations'])) {
      if (options[name] !== undefined) configuration[name] = options[name];
    }
    return createEngine({ wasm: options.wasm, random: options.random, options: configuration });
  };
  /** @type {Promise<Store> | undefined} */
  let opened;
  const store = () =>
    (opened ??= open().catch((error) => {
      opened = undefined; // the next request tries again
      throw error;
    }));
  const open = async () => {
    const made = new Store({ engine: make(), storage: options.storage, now, restart: make, onDamage: options.onDamage });
    await made.open();
    return made;
  };

  /** @param {Request} request @returns {Promise<Response>} */
  const handle = async (request) => {
    const principal = await options.authorize(request);
    if (principal === null) return refused(401, 'unauthorized', 'credentials are needed', 'UnauthorizedException');
    const { tenant } = principal;
    if (tenant !== undefined && (typeof tenant !== 'string' || /[\r\n]/.test(tenant))) {
      throw invalidArgument('tenant', 'a string in one line');
    }
    if (tenant !== undefined && (request.headers.get('ContactCenterId') ?? tenant) !== tenant) {
      return refused(403, 'forbidden', 'ContactCenterId: not that of the credentials', 'ForbiddenException');
    }
    const body = await readBody(request);
    if (body === null) {
      return refused(413, 'too_large', `body: at most ${MOST} bytes are accepted`, 'TooLargeException');
    }
    const url = new URL(request.url);
    if (url.pathname !== base && !url.pathname.startsWith(`${base}/`)) {
      return refused(404, 'no_such_path', 'no operation has this path', 'NoSuchPathException');
    }
    const target = url.pathname.slice(base.length) + url.search;
    const headers = await head(request, principal);
    const run = (/** @type {string} */ one) =>
      store().then((it) => it.run({ method: request.method, target: one, headers, body }, options.durability ?? 'strict'));
    const response = await run(target);
    const out = new Headers(response.body === '' ? {} : JSON_HEADERS);
    for (const [name, value] of response.headers) if (name !== 'Next') out.append(name, value);
    if (response.status === 201 && claims && url.pathname === `${base}/services/start`) {
      out.set('Claim-Token', await claims.issue(JSON.parse(response.body).service_id));
    }
    const next = response.headers.find(([name]) => name === 'Next')?.[1];
    const content = next === undefined ? response.body || null : streamed(response.body, next, run);
    return new Response(content, { status: response.status, headers: out });
  };

  /** @param {Request} request @param {Principal} principal */
  const head = async (request, principal) => {
    /** @type {[string, string][]} */
    const headers = [];
    for (const name of FORWARDED) {
      const value = request.headers.get(name);
      // The runtime has already refused line breaks in header values.
      if (value !== null) headers.push([name, value]);
    }
    if (principal.tenant && !request.headers.has('ContactCenterId')) headers.push(['ContactCenterId', principal.tenant]);
    headers.push(['Role', (principal.roles ?? []).filter((role) => ROLES.has(role)).join(' ')]);
    if (principal.customer_id) headers.push(['Customer', encodeURIComponent(principal.customer_id)]);
    const claimed = (await claims?.verify(request.headers.get('Claim-Token'))) ?? [];
    if (claimed.length > 0) headers.push(['Claims', claimed.map(encodeURIComponent).join(' ')]);
    return headers;
  };

  /** @param {Request} request */
  const handler = async (request) => {
    try {
      return await handle(request);
    } catch (error) {
      const code = error instanceof ServicesError ? error.code : 'storage_failed';
      return refused(503, code, 'the service is not available now; try again', 'UnavailableException', { 'Retry-After': '1' });
    }
  };
  /** Settles what is under way and closes the storage. */
  const close = async () => {
    await (await opened)?.close();
  };
  return Object.assign(handler, { close });
}

/** @param {number} status @param {string} code @param {string} message @param {string} exception @param {object} [more] */
function refused(status, code, message, exception, more = {}) {
  return new Response(errorBody(code, message, exception), { status, headers: { ...JSON_HEADERS, ...more } });
}

/**
 * The body, or null as soon as it is over the limit, whatever length it claims.
 *
 * @param {Request} request
 */
async function readBody(request) {
  if (request.body === null) return new Uint8Array();
  if (Number(request.headers.get('Content-Length') ?? 0) > MOST) return null;
  const reader = request.body.getReader();
  /** @type {Uint8Array[]} */
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MOST) {
      await reader.cancel();
      return null;
    }
    parts.push(value);
  }
  const body = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    body.set(part, at);
    at += part.length;
  }
  return body;
}

/**
 * An export in pieces: the next one is asked for when the reader wants it.
 *
 * @param {string} first
 * @param {string} next
 * @param {(target: string) => Promise<import('./engine.js').EngineResponse>} run
 */
function streamed(first, next, run) {
  const encoder = new TextEncoder();
  /** @type {string | undefined} */
  let target = next;
  return new ReadableStream({
    start(controller) {
      controller.enqueue(encoder.encode(first));
    },
    async pull(controller) {
      if (target === undefined) {
        controller.close();
        return;
      }
      const response = await run(target);
      if (response.status !== 200) throw new ServicesError('storage_failed', 'the export was broken off');
      controller.enqueue(encoder.encode(response.body));
      target = response.headers.find(([name]) => name === 'Next')?.[1];
    },
  });
}
