// The demo's server: the page's files, a login, and the contract's operations in one Durable Object.
import { DurableObject } from 'cloudflare:workers';
import { createHandler, durableObjectStorage } from 'anonymous-services/edge';
import { NO_SESSION, customerFrom, customerOf, sessionCookie } from './session.js';

const BASE = '/genesys/1/cs';

const TYPES = { html: 'text/html; charset=utf-8', css: 'text/css', js: 'text/javascript', wasm: 'application/wasm' };

const PAGE_HEADERS = {
  'Content-Security-Policy':
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; " +
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
};

/** Everything that needs storage: sessions and services. */
export class Shop extends DurableObject {
  constructor(ctx, env) {
    super(ctx, env);
    this.handle = createHandler({
      base_path: BASE,
      storage: durableObjectStorage(ctx.storage),
      authorize: async (request) => {
        const customer_id = await customerFrom(await this.secret(), request, Date.now());
        return customer_id === null ? null : { roles: ['visitor'], customer_id };
      },
    });
  }

  /** The key of the session cookies, made at the first run. */
  async secret() {
    let secret = await this.ctx.storage.get('session-secret');
    if (secret === undefined) {
      secret = crypto.getRandomValues(new Uint8Array(32));
      await this.ctx.storage.put('session-secret', secret);
    }
    return secret;
  }

  async fetch(request) {
    const { pathname } = new URL(request.url);
    if (pathname === '/session' && request.method === 'GET') {
      return Response.json({ customer_id: await customerFrom(await this.secret(), request, Date.now()) });
    }
    if (pathname === '/login' && request.method === 'POST') return this.login(request);
    if (pathname === '/logout' && request.method === 'POST') {
      // As for the login: another site must not log a visitor out.
      if (request.headers.get('Content-Type') !== 'application/json') return new Response(null, { status: 415 });
      return Response.json({ customer_id: null }, { headers: { 'Set-Cookie': NO_SESSION } });
    }
    return this.handle(request);
  }

  async login(request) {
    // Another site cannot send this type without asking first, so it cannot log a visitor in behind their back.
    if (request.headers.get('Content-Type') !== 'application/json') return new Response(null, { status: 415 });
    const { user, password } = await request.json().catch(() => ({}));
    const customer_id = customerOf(user, password);
    if (customer_id === null) return Response.json({ message: 'This name or password is not right.' }, { status: 401 });
    return Response.json(
      { customer_id },
      { headers: { 'Set-Cookie': await sessionCookie(await this.secret(), customer_id, Date.now()) } },
    );
  }
}

/** One of the page's files. */
async function file(pathname, env) {
  const name = pathname === '/' ? '/index.html' : pathname;
  const found = await env.SITE.fetch(`http://site${name}`);
  if (!found.ok) return new Response('Not found', { status: 404, headers: PAGE_HEADERS });
  const type = TYPES[name.slice(name.lastIndexOf('.') + 1)] ?? 'application/octet-stream';
  return new Response(found.body, { headers: { ...PAGE_HEADERS, 'Content-Type': type, 'Cache-Control': 'no-cache' } });
}

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (pathname.startsWith(`${BASE}/`) || ['/session', '/login', '/logout'].includes(pathname)) {
      return env.SHOP.get(env.SHOP.idFromName('shop')).fetch(request);
    }
    return file(pathname, env);
  },
};
