// The shop's page: everything is kept as the visitor goes, and handed over when they log in.
import { openServices } from 'anonymous-services';
import { logIn, logOut, serverOrders, session } from './account.js';
import { currentOrder } from './order.js';
import { totalOf } from './teas.js';
import { $, say, showAccount, showAddress, showBasket, showDeliveries, showOrders, showTeas } from './view.js';

/** @type {string | null} */
let customer = null;

const services = await openServices({ name: 'bluebell', endpoint: '/genesys/1/cs', wasm: '/engine.wasm' });
const order = currentOrder(services);

/** Runs a click or a keystroke's work; what goes wrong is told. @param {() => Promise<unknown>} work */
const attempt = (work) =>
  work().catch((error) => say(`That did not work: ${error.message}`, true));

const NOT_KEPT = 'This browser keeps nothing: the basket is lost when you leave.';
const saved = () => say(services.durability === 'memory' ? NOT_KEPT : 'Saved in this browser.');

async function show() {
  const now = await order.read();
  showBasket(now?.Cart, (sku, by) => attempt(() => order.addCount(sku, by).then(saved)));
  showAddress(now?.Address);
  showDeliveries(await services.receipts());
}

async function showServer() {
  if (customer === null) return;
  try {
    const [orders, receipts] = await Promise.all([serverOrders(customer), services.receipts()]);
    showOrders(orders, receipts, (association_id) => attempt(() => takeBack(association_id)));
  } catch {
    say('The server does not answer; your orders will show when it does.', true);
  }
}

/** Hands orders to the customer; the rest happens in the background, now or after the next start. @param {string[]} service_ids */
async function handOver(service_ids) {
  if (customer === null || service_ids.length === 0) {
    say('Nothing is in the basket yet.');
    return;
  }
  // Whoever presses the button says yes, also to a basket that they left here on an earlier visit.
  await services.associate({ customer_id: customer, service_ids }, { confirm: true });
  say('Your order is yours; it is on its way to the server.');
}

/** Before and after it has arrived: the order is a basket again. @param {string} association_id */
async function takeBack(association_id) {
  await services.undo(association_id);
  say('Your order is taken back; it is in your basket.');
  await show();
}

/** What was put together before the login is the customer's, and ordered if there is something in the basket. */
async function claim() {
  const { attach } = await services.plan({ customer_id: /** @type {string} */ (customer) });
  const full = attach.filter(({ service }) => totalOf(/** @type {any} */ (service).Cart) > 0);
  if (full.length > 0) await handOver(full.map(({ service_id }) => service_id));
}

/** The page is this customer's from now on, or nobody's (null). @param {string | null} id */
async function become(id) {
  customer = id;
  showAccount(customer);
  showOrders([], [], () => {});
  await attempt(async () => {
    const visit = await services.visit();
    if (visit.customer_id !== undefined && visit.customer_id !== id) await services.signOut();
    if (id === null) return;
    await services.signIn(id);
    if (visit.customer_id === undefined) await claim();
  });
  await Promise.all([attempt(show), showServer()]);
}

showTeas((sku) => attempt(() => order.addCount(sku, 1).then(saved)));

$('address').addEventListener('change', (/** @type {any} */ event) =>
  attempt(() => order.setAddress({ [event.target.name]: event.target.value }).then(saved)),
);
$('address').addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  if (customer === null) $('login').showModal();
  else
    attempt(async () => {
      const one = await order.read();
      await handOver(totalOf(one?.Cart) === 0 ? [] : [one.service_id]);
      await show();
    });
});

$('log-in').addEventListener('click', () => $('login').showModal());
$('login-cancel').addEventListener('click', () => $('login').close());
$('login').addEventListener('close', () => {
  $('login').querySelector('form').reset();
  $('login-error').textContent = '';
});
$('login').addEventListener('submit', (/** @type {any} */ event) => {
  event.preventDefault();
  const { user, password } = event.target.elements;
  $('login-error').textContent = '';
  logIn(user.value, password.value).then(
    async (id) => {
      $('login').close();
      say('');
      const done = become(id);
      $('orders-title').focus();
      await done;
    },
    (error) => ($('login-error').textContent = error.message),
  );
});
$('log-out').addEventListener('click', () =>
  attempt(async () => {
    await logOut();
    say('Logged out.');
    const done = become(null);
    $('log-in').focus();
    await done;
  }),
);

// Somebody logged in or out in another tab, which shares the cookie.
services.addEventListener('visit', (/** @type {any} */ event) => {
  if (event.detail.origin === 'remote') attempt(async () => become(await session()));
});

services.addEventListener('change', () => attempt(show));

services.addEventListener('receipt', (/** @type {any} */ event) => {
  const { state, undoes, origin } = event.detail;
  if (state !== 'acknowledged') return;
  if (origin === 'local') say(undoes === undefined ? 'Your order has arrived.' : 'The server has given your order back.');
  void showServer();
});

services.addEventListener('durability', () => say(NOT_KEPT, true));
services.addEventListener('evicted', () => {
  say('Your browser has deleted what was kept here. What had reached the server is still there.', true);
  attempt(show);
});

// While the server does not answer, whoever was here last is still here: nothing is sent under the wrong session anyway.
await become(await session().catch(async () => (await services.visit()).customer_id ?? null));
if ($('status').textContent.startsWith('Opening')) say('');
document.body.dataset.ready = 'true';
