// A proxy between the browser and the server. Associations on their way to the server meet with a fate each; everything
// else passes. It can be down: nobody listens, or every association is reset. It keeps a record of all it did.
import { once } from 'node:events';
import { Agent, createServer, request as send } from 'node:http';
import { buffer } from 'node:stream/consumers';

const DELIVERIES = '/genesys/1/cs/associations';
/** A network must not be faster or slower because of connections that are left from before. */
const agent = new Agent({ keepAlive: false });

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {Buffer} body
 *
 * @typedef {object} Passage  an association on its way
 * @property {number} at  ms, when it came
 * @property {string} id  of the association
 * @property {string} tab  that sent it
 * @property {string} fate
 * @property {string} body
 * @property {(number | undefined)[]} statuses  what the server answered, for each copy that was sent on whole;
 *   undefined if it was not there to answer
 */

/** Events: `passage`, with the passage as it comes in `detail`; `answer`, when the server has answered one. */
export class Proxy extends EventTarget {
  /** In the order of their coming. @type {Passage[]} */
  passages = [];
  /** What the server answered with status 200, for each association. @type {Map<string, Set<string>>} */
  answers = new Map();
  #site;
  #upstream;
  /** Of the next association; without it all is well. @type {(() => Partial<import('./fates.js').Fate>) | undefined} */
  fate;
  #port = 0;
  #isDown = false;
  /** @type {import('node:http').Server} */
  #server;
  /** Connections that an association came on, and no answer went yet. @type {Set<import('node:net').Socket>} */
  #underWay = new Set();
  /** Copies that are held back, and at how many passages they go on. @type {{ until: number, go: () => Promise<void> }[]} */
  #held = [];
  /** What is under way without anybody who waits for an answer. @type {Set<Promise<unknown>>} */
  #strays = new Set();

  /**
   * @param {object} setup
   * @param {() => number} setup.upstream  the server's port
   * @param {number} setup.site  port of the pages' files
   * @param {() => Partial<import('./fates.js').Fate>} [setup.fate]
   */
  constructor({ upstream, site, fate }) {
    super();
    this.#upstream = upstream;
    this.#site = site;
    this.fate = fate;
    this.#server = createServer((request, response) => {
      this.#take(request, response).catch(() => request.socket.resetAndDestroy());
    });
  }

  async listen() {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening'); // rejects on an error
    this.#port = /** @type {import('node:net').AddressInfo} */ (this.#server.address()).port;
    return this;
  }

  get url() {
    return `http://localhost:${this.#port}/`;
  }

  /** @param {'refuse' | 'reset'} how  nobody listens, or associations are reset: those under way, and others as they come */
  async down(how) {
    this.#isDown = true;
    if (how === 'refuse') await this.close();
    else for (const socket of this.#underWay) socket.resetAndDestroy();
  }

  async up() {
    this.#isDown = false;
    if (!this.#server.listening) await this.listen();
  }

  /** From now on all is well; copies that are held back stay so. */
  calm() {
    this.fate = undefined;
  }

  /** Lets everything go on that was held back, and waits for what is under way. */
  async release() {
    for (const { go } of this.#held.splice(0)) this.#astray(go());
    await Promise.all(this.#strays);
  }

  close() {
    return new Promise((resolve) => {
      this.#server.close(() => resolve(undefined));
      this.#server.closeAllConnections();
    });
  }

  /** @param {import('node:http').IncomingMessage} request @param {import('node:http').ServerResponse} response */
  async #take(request, response) {
    const body = await buffer(request);
    if (request.url !== DELIVERIES) {
      const { status, headers, body: content } = await this.#pass(this.#site, request, body);
      response.writeHead(status, headers).end(content);
      return;
    }
    this.#underWay.add(request.socket);
    response.once('close', () => this.#underWay.delete(request.socket));
    const fate = this.#isDown ? { what: 'dropRequest' } : (this.fate?.() ?? { what: 'pass' });
    const passage = {
      at: performance.now(),
      id: String(request.headers['idempotency-key']),
      tab: String(request.headers['x-tab']),
      fate: this.#isDown ? 'down' : fate.what,
      body: body.toString(),
      statuses: [],
    };
    this.passages.push(passage);
    this.dispatchEvent(new CustomEvent('passage', { detail: passage }));
    const count = this.passages.length;
    for (const one of this.#held.filter(({ until }) => until <= count)) {
      this.#held.splice(this.#held.indexOf(one), 1);
      this.#astray(one.go());
    }
    const deliver = () => this.#deliver(request, body, passage);
    const hold = () => this.#held.push({ until: count + (fate.others ?? 1), go: async () => void (await deliver()) });
    await this.#meet(/** @type {import('./fates.js').Fate} */ (fate), { request, response, body, deliver, hold });
  }

  /**
   * @param {import('./fates.js').Fate} fate
   * @param {{ request: import('node:http').IncomingMessage, response: import('node:http').ServerResponse, body: Buffer, deliver: () => Promise<Answer>, hold: () => void }} passing
   */
  async #meet(fate, { request, response, body, deliver, hold }) {
    const reset = () => void request.socket.resetAndDestroy();
    /** @param {Answer} answer @param {number} [part]  of its bytes */
    const give = ({ status, headers, body: content }, part = content.length) => {
      response.writeHead(status, { ...headers, 'content-length': content.length });
      if (part === content.length) response.end(content);
      else response.write(content.subarray(0, part), reset);
    };
    /** @param {number} status @param {object} [headers] */
    const refuse = (status, headers = {}) => give({ status, ...(fate.json ? contractError(status) : PAGE), headers: { ...(fate.json ? JSON_TYPE : HTML_TYPE), ...headers } });
    switch (fate.what) {
      case 'pass':
        return give(await deliver());
      case 'delay':
        await lapse(fate.delay);
        return give(await deliver());
      case 'delayAnswer': {
        const answer = await deliver();
        await lapse(fate.delay);
        return give(answer);
      }
      case 'wait':
        await fate.until;
        return give(await deliver());
      case 'dropRequest':
        return reset();
      case 'dropAnswer':
        await deliver();
        return reset();
      case 'cutRequest':
        await this.#cut(request, body);
        return reset();
      case 'late':
        hold();
        return reset();
      case 'cutAnswer': {
        const answer = await deliver();
        return give(answer, answer.body.length >> 1);
      }
      case 'shortAnswer': {
        const answer = await deliver();
        return give({ ...answer, body: answer.body.subarray(0, answer.body.length >> 1) });
      }
      case 'gateway':
        await deliver();
        return refuse(504);
      case 'portal':
        return give({ status: 200, headers: HTML_TYPE, ...PAGE });
      case 'blocked':
        return give({ status: 403, headers: HTML_TYPE, ...PAGE });
      case 'tooLarge':
        return JSON.parse(body.toString()).services.length > 1 ? refuse(413) : give(await deliver());
      case 'tooMany':
        return refuse(429, { 'retry-after': fate.retryAfter });
      case 'broken':
        return refuse(500);
      case 'unavailable':
        return refuse(503);
      case 'twice': {
        const [answer] = await Promise.all([deliver(), deliver()]);
        return give(answer);
      }
      case 'again':
        hold();
        return give(await deliver());
      default:
        throw new Error(`no such fate: ${fate.what}`);
    }
  }

  /** Sends a whole copy to the server. @param {import('node:http').IncomingMessage} request @param {Buffer} body @param {Passage} passage */
  async #deliver(request, body, passage) {
    const at = passage.statuses.push(undefined) - 1;
    const answer = await this.#pass(this.#upstream(), request, body);
    passage.statuses[at] = answer.status;
    if (answer.status === 200) {
      const { id } = passage;
      this.answers.set(id, (this.answers.get(id) ?? new Set()).add(answer.body.toString()));
    }
    this.dispatchEvent(new CustomEvent('answer', { detail: passage }));
    return answer;
  }

  /** @param {number} port @param {import('node:http').IncomingMessage} request @param {Buffer} body @returns {Promise<Answer>} */
  #pass(port, { method, url, headers }, body) {
    return new Promise((resolve, reject) => {
      const passed = { ...headers, connection: 'close', ...(method === 'GET' ? {} : { 'content-length': body.length }) };
      const sent = send({ host: '127.0.0.1', port, method, path: url, agent, headers: passed });
      sent.once('error', reject).once('response', (response) => {
        const { 'transfer-encoding': _coding, connection: _connection, ...kept } = response.headers;
        buffer(response).then((content) => resolve({ status: Number(response.statusCode), headers: kept, body: content }), reject);
      });
      sent.end(body);
    });
  }

  /** Sends the first half of it, and breaks off. @param {import('node:http').IncomingMessage} request @param {Buffer} body */
  #cut({ method, url, headers }, body) {
    return new Promise((resolve) => {
      const sent = send({ host: '127.0.0.1', port: this.#upstream(), method, path: url, agent, headers: { ...headers, connection: 'close' } });
      // It answers nothing, for it never has the whole.
      sent.once('error', resolve).once('response', resolve);
      sent.write(body.subarray(0, body.length >> 1), () => resolve(sent.destroy()));
    });
  }

  /** @param {Promise<unknown>} work */
  #astray(work) {
    // A copy that finds no server is lost, as copies are.
    const done = work.catch(() => {}).finally(() => this.#strays.delete(done));
    this.#strays.add(done);
  }
}

const HTML_TYPE = { 'content-type': 'text/html' };
const JSON_TYPE = { 'content-type': 'application/json' };
const PAGE = { body: Buffer.from('<!doctype html><title>Sorry</title><h1>This is not the page you are looking for</h1>') };

/** @param {number} status */
const contractError = (status) => ({
  body: Buffer.from(JSON.stringify({ message: `a proxy answers ${status}`, exception: 'ProxyException', code: 'unavailable' })),
});

/** The delay is the fault; nothing waits for it but the one who is delayed. @param {number} ms */
const lapse = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
