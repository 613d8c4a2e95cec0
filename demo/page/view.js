// Puts what the page knows on the screen. Text goes in as text, never as HTML.
import { TEAS, linesOf, money, totalOf } from './teas.js';

/** @param {string} id @returns {any} */
export const $ = (id) => document.getElementById(id);

/**
 * @param {string} tag
 * @param {object} properties
 * @param {(Node | string)[]} children
 */
function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** @param {string} text @param {boolean} [problem] */
export function say(text, problem = false) {
  $('status').textContent = text;
  $('status').classList.toggle('problem', problem);
}

/** @param {(sku: string) => void} add */
export function showTeas(add) {
  $('teas').replaceChildren(
    ...TEAS.map((tea) => {
      const button = element('button', { type: 'button', onclick: () => add(tea.sku) }, 'Add');
      button.setAttribute('aria-label', `Add ${tea.name} to the basket`);
      button.dataset.add = tea.sku;
      return element('li', {}, element('span', {}, `${tea.name}, ${money(tea.cents)}`), element('span', { className: 'about' }, tea.about), button);
    }),
  );
}

/** @param {Record<string, number> | undefined} cart @param {(sku: string, by: number) => void} change */
export function showBasket(cart, change) {
  const lines = linesOf(cart);
  $('basket').hidden = lines.length === 0;
  $('basket-empty').hidden = lines.length > 0;
  // Rows are replaced, so the focus is put back where it was.
  const focused = /** @type {HTMLElement | null} */ (document.activeElement)?.dataset.step;
  $('basket').tBodies[0].replaceChildren(
    ...lines.map(({ tea, count }) => {
      const step = (/** @type {string} */ sign, /** @type {number} */ by, /** @type {string} */ label) => {
        const button = element('button', { type: 'button', onclick: () => change(tea.sku, by) }, sign);
        button.setAttribute('aria-label', `${label} ${tea.name}`);
        button.dataset.step = tea.sku + by;
        return button;
      };
      const number = element('output', {}, String(count));
      number.dataset.count = tea.sku;
      const row = element(
        'tr',
        {},
        element('td', {}, tea.name),
        element('td', {}, element('span', { className: 'count' }, step('−', -1, 'One less'), number, step('+', 1, 'One more'))),
        element('td', { className: 'money' }, money(tea.cents * count)),
      );
      return row;
    }),
  );
  $('total').textContent = money(totalOf(cart));
  if (focused) document.querySelector(`[data-step="${focused}"]`)?.focus();
}

/** Fills the form, but not the field that is being typed in. @param {Record<string, string> | undefined} address */
export function showAddress(address = {}) {
  for (const field of $('address').elements) {
    if (field.name && field !== document.activeElement) field.value = address[field.name] ?? '';
  }
}

/** @param {string | null} customer */
export function showAccount(customer) {
  $('who').textContent = customer === null ? 'Not logged in' : `Customer ${customer}`;
  $('log-in').hidden = customer !== null;
  $('log-out').hidden = customer === null;
  $('order').textContent = customer === null ? 'Log in and order' : 'Order';
  $('orders-section').hidden = customer === null;
}

const STATES = {
  pending: 'waiting to be sent',
  sent: 'on its way to the server',
  rejected: 'refused by the server',
};

/** What has not arrived yet. @param {import('anonymous-services').Receipt[]} receipts */
export function showDeliveries(receipts) {
  const open = receipts.filter(({ state }) => state in STATES);
  $('deliveries').replaceChildren(
    ...open.map((receipt) => {
      const state = /** @type {keyof typeof STATES} */ (receipt.state);
      const what = receipt.undoes === undefined ? 'An order is ' : 'Word that you took an order back is ';
      const item = element('li', {}, what, element('span', { className: `state ${state}` }, STATES[state]));
      if (receipt.error) item.append(`: ${receipt.error.message}`);
      item.dataset.delivery = receipt.association_id;
      return item;
    }),
  );
}

/**
 * @param {any[]} orders  services with Cart and Address
 * @param {import('anonymous-services').Receipt[]} receipts  of what was handed over in this browser
 * @param {(association_id: string) => void} takeBack
 */
export function showOrders(orders, receipts, takeBack) {
  if (orders.length === 0) {
    $('orders').replaceChildren(element('li', { className: 'note' }, 'None yet.'));
    return;
  }
  $('orders').replaceChildren(
    ...orders.toReversed().map((order) => {
      const what = linesOf(order.Cart).map(({ tea, count }) => `${count} × ${tea.name}`).join(', ');
      const { name = '', street = '', town = '' } = order.Address ?? {};
      const item = element(
        'li',
        {},
        element('div', {}, `${what || 'Nothing'}: ${money(totalOf(order.Cart))}`),
        element('div', {}, [name, street, town].filter(Boolean).join(', ')),
        element('div', { className: 'when' }, `Begun ${new Date(order.started.timestamp).toLocaleString('en')}, customer ${order.customer_id}`),
      );
      item.dataset.order = order.service_id;
      const receipt = receipts.find(
        ({ state, undoes, services }) => state === 'acknowledged' && undoes === undefined && services.some((one) => one.service_id === order.service_id),
      );
      if (receipt !== undefined) {
        const button = element('button', { type: 'button', className: 'quiet', onclick: () => takeBack(receipt.association_id) }, 'Take back');
        button.dataset.undo = receipt.association_id;
        item.append(button);
      }
      return item;
    }),
  );
}
