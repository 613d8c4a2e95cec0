// Whether every association was applied exactly once, told from five sources that know nothing of each other: what was
// acknowledged to the pages (the ledger), what the server wrote into its journal (every commit, read by journal.js),
// what it holds (an export), what it answered on the wire (the proxy's record), and what the browser holds.
import { isDeepStrictEqual } from 'node:util';

/**
 * @typedef {object} Evidence
 * @property {import('./ledger.js').Ledger} ledger
 * @property {import('./journal.js').Change[]} commits
 * @property {any[]} atServer  services
 * @property {Map<string, Set<string>>} answers
 * @property {{ services: any[], receipts: any[] }} inBrowser
 *
 * @param {Evidence} evidence
 * @returns {string[]} what is wrong
 */
export function judge({ ledger, commits, atServer, answers, inBrowser }) {
  /** @type {string[]} */
  const wrong = [...ledger.problems];
  const effects = effectsOf(commits, wrong);
  const receipts = byId(inBrowser.receipts, 'association_id', wrong);
  const here = byId(inBrowser.services, 'service_id', wrong);
  const there = byId(atServer, 'service_id', wrong);
  const marks = marksOf(inBrowser.services, wrong);

  judgeReceipts(receipts, effects, answers, wrong);
  for (const [id, service] of there) {
    if (!isDeepStrictEqual(service, here.get(id))) wrong.push(`service ${id} is not the same: ${brief(service)} at the server, ${brief(here.get(id))} in the browser`);
  }
  for (const [mark, { planned, customer, id }] of ledger.services) {
    const service = marks.get(mark);
    if (id !== undefined && service?.service_id !== id) wrong.push(`service ${mark}, acknowledged as ${id}, is ${brief(service)} in the browser`);
    if (service === undefined) continue;
    if (!isDeepStrictEqual(service.Cart, planned.event.Cart)) wrong.push(`service ${mark} has another content: ${brief(service)}`);
    if (id !== undefined && (service.active_states ?? []).length !== planned.states) wrong.push(`service ${mark} has lost a state: ${brief(service)}`);
    if ((service.customer_id ?? customer) !== customer) wrong.push(`service ${mark} of ${customer} is ${service.customer_id}'s`);
    if (service.customer_id !== undefined && !there.has(service.service_id)) wrong.push(`service ${mark}, ${service.service_id}, has not come to the server`);
    if (service.customer_id === undefined && there.has(service.service_id)) wrong.push(`service ${mark}, ${service.service_id}, is at the server, and anonymous here`);
  }
  for (const association of ledger.associations.values()) judgeAssociation(association, { marks, receipts, effects }, wrong);
  return wrong;
}

/**
 * The effects of associations: one commit's assignment each, of the association and of every service in it.
 *
 * @param {import('./journal.js').Change[]} commits
 * @param {string[]} wrong
 */
function effectsOf(commits, wrong) {
  /** @type {Map<string, Record<string, string>>} */
  const associations = new Map();
  /** @type {Map<string, Record<string, string>>} */
  const services = new Map();
  const states = new Set();
  for (const { operation, id, index, fields } of commits) {
    if (operation === 'putAssociation') {
      if (associations.has(id)) wrong.push(`association ${id} was applied more than once`);
      associations.set(id, fields);
    } else if (operation === 'putService') {
      if (services.has(id)) wrong.push(`service ${id} got a customer more than once`);
      services.set(id, fields);
    } else if (operation === 'putState') {
      if (states.has(`${id} ${index}`)) wrong.push(`state ${index} of service ${id} was put more than once`);
      states.add(`${id} ${index}`);
    } else {
      wrong.push(`the server did what nobody asked for: ${operation} ${id}`);
    }
  }
  for (const [id, { association_id, customer_id }] of services) {
    if (associations.get(association_id)?.customer_id !== customer_id) wrong.push(`service ${id} got its customer ${customer_id} from no association of theirs`);
  }
  return associations;
}

/** Receipts in the browser, effects at the server and answers on the wire say the same. */
function judgeReceipts(receipts, effects, answers, wrong) {
  for (const [id, receipt] of receipts) {
    const { state, customer_id, services } = receipt;
    const effect = effects.get(id);
    if (state !== 'acknowledged') wrong.push(`association ${id} is ${state}: ${brief(receipt)}`);
    if (effect === undefined) {
      wrong.push(`association ${id} has had no effect`);
      continue;
    }
    const said = [...(answers.get(id) ?? [])];
    if (said.length !== 1) wrong.push(`association ${id} was answered with ${said.length} different receipts`);
    const results = JSON.parse(effect.results);
    const onTheWire = said.map((text) => JSON.parse(text).services);
    for (const other of [results, ...onTheWire]) {
      if (!isDeepStrictEqual(services, other)) wrong.push(`association ${id}: the receipt is ${brief(services)} in the browser, and ${brief(other)} at the server`);
    }
    if (customer_id !== effect.customer_id) wrong.push(`association ${id} is of ${customer_id} in the browser, of ${effect.customer_id} at the server`);
  }
  for (const id of effects.keys()) if (!receipts.has(id)) wrong.push(`association ${id} is at the server, and unknown in the browser`);
}

/** What was acknowledged is there; what was not is there as a whole, or not at all. */
function judgeAssociation({ job, marks: all, receipt, delivered, refused }, { marks, receipts, effects }, wrong) {
  const { number, customer } = job;
  if (receipt !== undefined) {
    const { association_id } = receipt;
    const services = all.map((mark) => marks.get(mark)?.service_id);
    const expected = { customer_id: customer, results: services.map((service_id) => ({ service_id, result: 'associated' })) };
    const { customer_id, results } = effects.get(association_id) ?? {};
    const actual = { customer_id, results: JSON.parse(results ?? 'null') };
    if (!isDeepStrictEqual(actual, expected)) wrong.push(`job ${number} is acknowledged as ${association_id}; expected ${brief(expected)}, the server has ${brief(actual)}`);
    if (delivered !== undefined && !isDeepStrictEqual(delivered, receipts.get(association_id))) wrong.push(`job ${number}: delivered as ${brief(delivered)}, and is now ${brief(receipts.get(association_id))}`);
    return;
  }
  const count = all.filter((mark) => marks.get(mark)?.customer_id !== undefined).length;
  if (count !== 0 && count !== all.length) wrong.push(`job ${number} happened by half: ${count} of ${all.length} services`);
  if (count !== 0 && refused !== undefined) wrong.push(`job ${number} was refused with ${refused}, and happened`);
}

/** @param {any[]} list @param {string} key @param {string[]} wrong */
function byId(list, key, wrong) {
  const map = new Map(list.map((one) => [one[key], one]));
  if (map.size !== list.length) wrong.push(`the same ${key} is there twice`);
  return map;
}

/** @param {any[]} services @param {string[]} wrong */
function marksOf(services, wrong) {
  const map = new Map();
  for (const service of services) {
    const mark = service.Mark?.n;
    if (map.has(mark)) wrong.push(`service ${mark} is there twice: ${service.service_id}, ${map.get(mark).service_id}`);
    map.set(mark, service);
  }
  return map;
}

/** @param {unknown} value */
const brief = (value) => (JSON.stringify(value) ?? 'nothing').slice(0, 300);
