// What a conformance case has in its hands: a tenant of its own on the server under test, and short ways to ask.
import assert from 'node:assert/strict';
import { createHash, randomUUID } from 'node:crypto';

/**
 * @typedef {{ status: number, headers: Headers, text: string, json: any }} Answer
 * @typedef {{ section: string, name: string, run: (api: Api) => Promise<void>, needs?: 'attributes' }} Case
 */

/** Every case's fixed point in time; what the server's clock gives is another year. */
export const AT = '2020-05-01T10:00:00.000Z';

export class Api {
  /** What was asked and answered, free of ids and of the server's clock. @type {unknown[]} */
  transcript = [];
  #base;
  #headers;
  /** @type {Map<string, string>} */
  #ids = new Map();
  #started = 0;

  /** @param {string} base @param {Record<string, string>} headers */
  constructor(base, headers) {
    this.#base = base;
    this.#headers = { ...headers, ContactCenterId: randomUUID() };
  }

  /**
   * @param {string} method
   * @param {string} path  after the base path
   * @param {unknown} [body]  a string or bytes go as they are
   * @param {Record<string, string>} [headers]
   * @returns {Promise<Answer>}
   */
  async call(method, path, body, headers = {}) {
    const raw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
    const response = await fetch(`${this.#base}/${path}`, {
      method,
      headers: { ...this.#headers, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }), ...headers },
      body: /** @type {any} */ (raw ? body : JSON.stringify(body)),
    });
    const text = await response.text();
    let json;
    try {
      json = JSON.parse(text);
    } catch {
      json = undefined;
    }
    const kept = Object.fromEntries(['Allow', 'Link', 'Location'].map((name) => [name, response.headers.get(name)]));
    this.transcript.push(this.#plain([method, path, response.status, kept, text]));
    return { status: response.status, headers: response.headers, text, json };
  }

  /** @param {unknown} value */
  #plain(value) {
    return JSON.stringify(value)
      .replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, (id) => {
        if (!this.#ids.has(id)) this.#ids.set(id, `id${this.#ids.size + 1}`);
        return /** @type {string} */ (this.#ids.get(id));
      })
      .replace(/20\d\d-\d\d-\d\dT[\d:.]+Z/g, (time) => (Math.abs(Date.parse(time) - Date.now()) < 3600_000 ? 'now' : time));
  }

  /**
   * Starts a service and answers its id. Without a timestamp of its own it starts a minute after the one before, so
   * that the order of lists does not hang on the ids.
   *
   * @param {object} [event]
   */
  async start(event = { contact_key: 'k' }) {
    const timestamp = new Date(Date.parse(AT) + ++this.#started * 60_000).toISOString();
    const answer = await this.call('POST', 'services/start', { timestamp, ...event });
    assert.equal(answer.status, 201, answer.text);
    return answer.json.service_id;
  }

  /** The answer's JSON; anything but 200 fails the case. @param {string} path */
  async get(path) {
    const answer = await this.call('GET', path);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  }

  /** The ids in a list. @param {string} path */
  async ids(path) {
    return (await this.get(path)).map((/** @type {any} */ one) => one.service_id);
  }

  /** Asks and expects this status. @param {number} status @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, string>} [headers] */
  async expect(status, method, path, body, headers) {
    const answer = await this.call(method, path, body, headers);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
    if (status >= 400) {
      assert.equal(typeof answer.json?.message, 'string', answer.text);
      assert.match(answer.json.exception, /^com\.genesyslab\.gsg\.services\.contextservices\.exceptions\.\w+$/);
      assert.match(answer.json.code, /^[a-z_]+$/);
    }
    return answer;
  }
}

/**
 * The envelope of an association (core/association/association.h).
 *
 * @param {string} association_id
 * @param {object[]} services
 * @param {{ customer_id?: string, undoes?: string, reassign?: boolean, follows?: string[], digest?: string }} [other]
 */
export function envelope(association_id, services, other = {}) {
  const { customer_id = 'C-42', undoes, reassign, follows = [] } = other;
  const list = JSON.stringify(services);
  const lines = [association_id, customer_id, undoes ?? '', reassign ? 'reassign' : '', ...follows];
  const digest = createHash('sha256').update(lines.map((line) => `${line}\n`).join('') + list).digest('hex');
  const head = JSON.stringify({ association_id, customer_id, digest, ...other });
  return `${head.slice(0, -1)},"services":${list}}`;
}

export const unique = () => randomUUID();
