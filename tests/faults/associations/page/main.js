// A page of the shop, as the tests drive it.
import { openServices } from 'anonymous-services';

/** @type {import('anonymous-services').Services} */
let services;
const tell = (/** @type {string} */ what, /** @type {object} */ body = {}) => /** @type {any} */ (globalThis).hear(what, body);

/** A failure costs a moment, not half a minute; but who waits for a login waits for it and for no clock. */
const RETRY = { first: 0.02, longest: 0.3, tries: 1e6, rest: 600 };

const isFinished = ({ state }) => state !== 'pending' && state !== 'sent';

const logIn = (/** @type {string} */ customer) => void (document.cookie = `customer=${customer}; Max-Age=86400`);
const isLoggedIn = (/** @type {string} */ customer) => document.cookie.includes(`customer=${customer}`);

/** Starts a service with its states. */
async function start({ event, states }) {
  const { service_id } = await services.start(event);
  for (let i = 0; i < states; ++i) await services.startState(service_id, { state_type: `step ${i}`, Note: { i } });
  return service_id;
}

async function perform({ number, customer: customer_id, services: planned, take_ids, leave, wait }) {
  let receipt;
  try {
    const started = planned.map(async (one) => {
      const service_id = await start(one);
      await tell('started', { mark: one.mark, service_id, leave });
      return service_id;
    });
    const service_ids = [...take_ids, ...(await Promise.all(started))];
    if (leave) return;
    // What was left in an earlier visit needs a yes.
    receipt = await services.associate({ customer_id, service_ids }, { confirm: take_ids });
  } catch ({ code, message }) {
    await tell('refused', { number, code, message });
    return;
  }
  await tell('associated', { number, receipt });
  if (!wait) return;
  try {
    await tell('delivered', { number, receipt: await services.delivered(receipt.association_id) });
  } catch (error) {
    // Its customer has signed out: it waits for them, and this page does not.
    if (error.code !== 'not_found') throw error;
  }
}

async function lane() {
  for (let job; (job = await tell('next')); ) await perform(job);
}

// After a kill, Chromium now and then finds that its own database of all databases is damaged, and makes a new, empty one.
const { open } = IDBFactory.prototype;
IDBFactory.prototype.open = function (...values) {
  const request = open.apply(this, values);
  request.addEventListener('upgradeneeded', ({ dataLoss, dataLossMessage }) => {
    if (dataLoss === 'total') void tell('loss', { why: dataLossMessage });
  });
  return request;
};

Object.assign(globalThis, {
  /**
   * @param {{ tab: string, customer?: string, credentials?: string, options?: object }} setup  `customer`: whose session
   *   it is; `credentials`: a header's, instead of the cookie
   */
  async open({ tab, customer, credentials, options }) {
    if (customer !== undefined && !isLoggedIn(customer)) logIn(customer);
    services = await openServices({
      name: 'shop',
      endpoint: '/genesys/1/cs',
      wasm: '/engine.wasm',
      retry: RETRY,
      // The proxy's record says which tab it was.
      fetch: (input, init) => fetch(input, { ...init, headers: { ...init?.headers, 'X-Tab': tab } }),
      ...(credentials && { getCredentials: () => ({ headers: { Authorization: credentials } }) }),
      ...options,
    });
    if (customer !== undefined && ((await services.visit()).customer_id ?? customer) !== customer) await services.signIn(customer);
    for (const type of ['damage', 'durability', 'evicted']) {
      services.addEventListener(type, ({ detail }) => void tell(type, { tab, ...detail, reason: String(detail.reason) }));
    }
  },

  /** Does what there is to do, until there is nothing more. @param {number} lanes */
  async work(lanes) {
    await Promise.all(Array.from({ length: lanes }, lane));
  },

  /** A customer logs in, where another one may have logged out before. @param {{ customer: string, out: boolean }} login */
  async login({ customer, out }) {
    logIn(customer);
    if (out) await services.signOut();
    const visit = await services.signIn(customer);
    services.retryDelivery();
    return visit;
  },

  /** Starts so many services, one association each. @param {{ customer: string, count: number }} request */
  async associate({ customer, count }) {
    const receipts = [];
    for (let i = 0; i < count; ++i) {
      const service_id = await start({ event: { contact_key: 'visitor', Mark: { n: i } }, states: 1 });
      receipts.push(await services.associate({ customer_id: customer, service_ids: [service_id] }));
    }
    return receipts;
  },

  /** @param {number} count @returns {Promise<string[]>} ids */
  start: (count) => Promise.all(Array.from({ length: count }, (_, n) => start({ event: { contact_key: 'visitor', Mark: { n } }, states: 1 }))),

  /** One association each. @param {{ customer: string, ids: string[] }} request  `refused`: ids for which there was no room */
  async handOver({ customer, ids }) {
    const receipts = [];
    const refused = [];
    for (const id of ids) {
      try {
        receipts.push(await services.associate({ customer_id: customer, service_ids: [id] }));
      } catch (error) {
        if (error.code !== 'quota_exceeded') throw error;
        refused.push(id);
      }
    }
    return { receipts, refused };
  },

  /** Starts services until one is refused. @returns {Promise<string>} the code */
  async fill() {
    // What can be compressed takes less of the browser's quota; what is small fills the last gap.
    for (let bytes = 60_000; ; ) {
      const noise = Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) => byte.toString(16)).join('');
      try {
        await services.start({ contact_key: 'visitor', Filler: noise });
      } catch (error) {
        if (bytes < 100) return error.code;
        bytes >>= 1;
      }
    }
  },

  /** Waits until nothing of the customer who is logged in is on its way any more. */
  async settle() {
    for (;;) {
      const changed = new Promise((resolve) => services.addEventListener('change', resolve, { once: true }));
      const receipts = await services.receipts();
      if (receipts.every(isFinished)) return;
      await changed;
    }
  },

  /** Everything there is, as the customer who is logged in sees it. */
  async content() {
    let text = '';
    for await (const part of services.exportServices({ time_from: '2000-01-01T00:00:00Z' })) text += part;
    return { services: JSON.parse(text), receipts: await services.receipts() };
  },

  close: () => services.close(),
});
document.documentElement.dataset.ready = 'true';
