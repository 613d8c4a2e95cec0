// The shop's page: everything is kept as the visitor goes, and handed over when they log in.
import { openServices } from 'anonymous-services';
import { logIn, logOut, serverOrders, session } from './account.js';
import { currentOrder } from './order.js';
import { totalOf } from './teas.js';
import { $, say, showAccount, showAddress, showBasket, showDeliveries, showOrders, showTeas } from './view.js';

/** Where a tab leaves word for the others that somebody logged in or out. */
const LOGIN = 'bluebell-login';

/** @type {string | null} */
let customer = null;

const services = await openServices({ name: 'bluebell', endpoint: '/genesys/1/cs', wasm: '/engine.wasm' });
const order = currentOrder(services, () => customer);

/** Runs a click or a keystroke's work; what goes wrong is told. @param {() => Promise<unknown>} work */
const attempt = (work) =>
  work().catch((error) => say(`That did not work: ${error.message}`, true));

const NOT_KEPT = 'This browser keeps nothing: the basket is lost when you leave.';
const saved = () => say(services.durability === 'memory' ? NOT_KEPT : 'Saved in this browser.');

async function show() {
  const now = await order.read();
  showBasket(now?.Cart, (sku, by) => attempt(() => order.addCount(sku, by).then(saved)));
  showAddress(now?.Address);
  showDeliveries(await services.receipts(), customer);
}

async function showServer() {
  if (customer === null) return;
  try {
    showOrders(await serverOrders(customer));
  } catch {
    say('The server does not answer; your orders will show when it does.', true);
  }
}

/** Hands an order to the customer; the rest happens in the background, now or after the next start. @param {any} one */
async function handOver(one) {
  if (customer === null || totalOf(one?.Cart) === 0) {
    say('Nothing is in the basket yet.');
    return;
  }
  const receipt = await services.associate({ customer_id: customer, service_ids: [one.service_id] });
  say('Your order is yours; it is on its way to the server.');
  services.delivered(receipt.association_id).then(
    () => showServer().then(() => say('Your order has arrived.')),
    (error) => error.code !== 'closed' && say(error.message, true),
  );
}

/** The page is this customer's from now on, or nobody's. @param {string | null} id */
async function become(id) {
  customer = id;
  showAccount(customer);
  showOrders([]);
  if (customer !== null) {
    services.retryDelivery();
    await attempt(() => order.claim(/** @type {string} */ (id), handOver));
  }
  await Promise.all([attempt(show), showServer()]);
}

showTeas((sku) => attempt(() => order.addCount(sku, 1).then(saved)));

$('address').addEventListener('change', (/** @type {any} */ event) =>
  attempt(() => order.setAddress({ [event.target.name]: event.target.value }).then(saved)),
);
$('address').addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  if (customer === null) $('login').showModal();
  else attempt(async () => handOver(await order.read()).then(show));
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
      localStorage.setItem(LOGIN, id);
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
    localStorage.removeItem(LOGIN);
    say('Logged out.');
    const done = become(null);
    $('log-in').focus();
    await done;
  }),
);

// Somebody logged in or out in another tab, which shares the cookie.
addEventListener('storage', (event) => {
  if (event.key === LOGIN) attempt(async () => become(await session()));
});

services.addEventListener('change', (/** @type {any} */ event) => {
  attempt(show);
  if (event.detail.association_ids.length > 0) void showServer();
});

services.addEventListener('durability', () => say(NOT_KEPT, true));
services.addEventListener('evicted', () => {
  say('Your browser has deleted what was kept here. What had reached the server is still there.', true);
  attempt(show);
});

await become(await session().catch(() => null));
if ($('status').textContent.startsWith('Opening')) say('');
document.body.dataset.ready = 'true';
