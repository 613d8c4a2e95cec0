// A page of the shop, as the tests drive it.
import { openServices } from 'anonymous-services';

/** @type {import('anonymous-services').Services} */
let services;
/** Ends waits for associations of a customer who has logged out. */
let visit = new AbortController();
const tell = (/** @type {string} */ what, /** @type {object} */ body = {}) => /** @type {any} */ (globalThis).hear(what, body);

const isFinished = ({ state }) => state !== 'pending' && state !== 'sent';

/** Starts a service with its states. */
async function start({ event, states }) {
  const { service_id } = await services.start(event);
  for (let i = 0; i < states; ++i) await services.startState(service_id, { state_type: `step ${i}`, Note: { i } });
  return service_id;
}

async function perform({ number, customer, services: planned, take_ids, leave, wait }) {
  const started = planned.map(async (one) => {
    const service_id = await start(one);
    await tell('started', { mark: one.mark, service_id, leave });
    return service_id;
  });
  const service_ids = [...take_ids, ...(await Promise.all(started))];
  if (leave) return;
  const { signal } = visit;
  const receipt = await services.associate({ customer_id: customer, service_ids });
  await tell('associated', { number, receipt });
  if (!wait) return;
  try {
    await tell('delivered', { number, receipt: await services.delivered(receipt.association_id, { signal }) });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

async function lane() {
  for (let job; (job = await tell('next')); ) await perform(job);
}

Object.assign(globalThis, {
  /** @param {{ tab: string, customer: string, options?: object }} setup */
  async open({ tab, customer, options }) {
    document.cookie = `customer=${customer}`;
    services = await openServices({
      name: 'shop',
      endpoint: '/genesys/1/cs',
      wasm: '/engine.wasm',
      // So that the proxy's record says which tab it was.
      fetch: (input, init) => fetch(input, { ...init, headers: { ...init?.headers, 'X-Tab': tab } }),
      ...options,
    });
    for (const type of ['damage', 'durability', 'evicted']) {
      services.addEventListener(type, ({ detail }) => void tell(type, { tab, ...detail, reason: String(detail.reason) }));
    }
  },

  /** Does what there is to do, until there is nothing more. @param {number} lanes */
  async work(lanes) {
    await Promise.all(Array.from({ length: lanes }, lane));
  },

  /** Somebody else logs in. @param {string} customer */
  async become(customer) {
    visit.abort();
    visit = new AbortController();
    document.cookie = `customer=${customer}`;
    services.retryDelivery();
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

  /** Waits until nothing of this customer is on its way any more. @param {string} customer */
  async settle(customer) {
    for (;;) {
      const changed = new Promise((resolve) => services.addEventListener('change', resolve, { once: true }));
      const receipts = await services.receipts();
      if (receipts.every((one) => one.customer_id !== customer || isFinished(one))) return;
      await changed;
    }
  },

  /** Everything there is, as this customer sees it. */
  async content() {
    let text = '';
    for await (const part of services.exportServices({ time_from: '2000-01-01T00:00:00Z' })) text += part;
    return { services: JSON.parse(text), receipts: await services.receipts(), digest: services.digest() };
  },

  close: () => services.close(),
});
document.documentElement.dataset.ready = 'true';
