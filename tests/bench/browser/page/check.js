// The same small work for every contender, so that a benchmark in which one of them does nothing fails.
import { contactKey, services } from '../records.js';

/** @typedef {import('../contenders/contender.js').Contender} Contender */

const COUNT = 10;
const CUSTOMER = 'C-1';

/** JSON with the keys of objects in order: some stores do not keep theirs. @param {unknown} value */
const text = (value) =>
  JSON.stringify(value, (_key, part) =>
    part === null || typeof part !== 'object' || Array.isArray(part)
      ? part
      : Object.fromEntries(Object.entries(part).sort()),
  );

/** @param {unknown} value @param {unknown} expected @param {string} what */
function same(value, expected, what) {
  const [got, wanted] = [text(value), text(expected)];
  if (got !== wanted) throw new Error(`${what}: ${got} where ${wanted} was expected`);
}

/** What of a service every contender stores as it was given. @param {import('../records.js').Service} service */
const given = ({ contact_key, service_type, Cart, Delivery, Order }) => ({
  contact_key,
  service_type,
  Cart,
  Delivery,
  Order,
});

/** @param {import('../records.js').Service[]} list */
const sorted = (list) => list.map(given).sort((a, b) => a.Order.number - b.Order.number);

/** Whether exactly the right services are found under each contact key. @param {Contender} contender */
async function find(contender) {
  const stored = services(0, COUNT);
  for (const key of new Set(stored.map(({ contact_key }) => contact_key))) {
    const right = stored.filter(({ contact_key }) => contact_key === key);
    const found = await contender.query(key);
    same(sorted(found), sorted(right), `services of ${key}`);
    for (const { service_id, started } of found) {
      same([typeof service_id, typeof started.timestamp], ['string', 'string'], 'id and instant of start');
    }
  }
  same(await contender.query(contactKey(6 * COUNT)), [], 'services of an unknown contact key');
}

/** Starts 10 services, half of them together. @param {Contender} contender */
export async function startAndFind(contender) {
  const [single, together] = [services(0, COUNT / 2), services(COUNT / 2, COUNT / 2)];
  for (const service of single) await contender.start([service]);
  await contender.start(together);
  await find(contender);
}

/** In a new page: they are still there, and all of them can be handed over. @param {Contender} contender */
export async function findAndHandOver(contender) {
  await find(contender);
  await contender.associate(services(0, COUNT), CUSTOMER);
  const all = await contender.all();
  same(sorted(all), sorted(services(0, COUNT)), 'all services');
  for (const { customer_id } of all) same(customer_id, CUSTOMER, 'the customer');
}
