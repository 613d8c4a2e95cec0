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

const saved = () =>
  say(services.durability === 'memory' ? 'This browser keeps nothing: the basket is lost when you leave.' : 'Saved in this browser.');

async function show() {
  const now = await order.read();
  showBasket(now?.Cart, (sku, count) => attempt(() => order.setCount(sku, count).then(saved)));
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

/** Hands the open order to the customer; the rest happens in the background, now or after the next start. */
async function handOver() {
  const now = await order.read();
  if (customer === null || now === undefined || totalOf(now.Cart) === 0) {
    say('Nothing is in the basket yet.');
    return;
  }
  const receipt = await services.associate({ customer_id: customer, service_ids: [now.service_id] });
  say('Your order is yours; it is on its way to the server.');
  services.delivered(receipt.association_id).then(
    () => showServer().then(() => say('Your order has arrived.')),
    (error) => error.code !== 'closed' && say(error.message, true),
  );
}

showTeas((sku) =>
  attempt(async () => {
    const now = await order.read();
    await order.setCount(sku, (now?.Cart?.[sku] ?? 0) + 1);
    saved();
  }),
);

$('address').addEventListener('change', (/** @type {any} */ event) =>
  attempt(() => order.setAddress({ [event.target.name]: event.target.value }).then(saved)),
);
$('address').addEventListener('submit', (/** @type {Event} */ event) => {
  event.preventDefault();
  if (customer === null) $('login').showModal();
  else attempt(handOver);
});

$('log-in').addEventListener('click', () => $('login').showModal());
$('login-cancel').addEventListener('click', () => $('login').close());
$('login').addEventListener('submit', (/** @type {any} */ event) => {
  event.preventDefault();
  const { user, password } = event.target.elements;
  $('login-error').textContent = '';
  logIn(user.value, password.value).then(
    async (id) => {
      customer = id;
      event.target.reset();
      $('login').close();
      showAccount(customer);
      $('orders-title').focus();
      say('');
      services.retryDelivery();
      await attempt(handOver);
      await Promise.all([show(), showServer()]);
    },
    (error) => ($('login-error').textContent = error.message),
  );
});
$('log-out').addEventListener('click', () =>
  attempt(async () => {
    await logOut();
    customer = null;
    showAccount(null);
    showOrders([]);
    say('Logged out.');
    $('log-in').focus();
    await show();
  }),
);

services.addEventListener('change', (/** @type {any} */ event) => {
  attempt(show);
  if (event.detail.association_ids.length > 0) void showServer();
});

customer = await session().catch(() => null);
showAccount(customer);
await attempt(show);
await showServer();
if ($('status').textContent.startsWith('Opening')) say('');
document.body.dataset.ready = 'true';
