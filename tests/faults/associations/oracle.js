// Whether every association was applied exactly once, told from sources that know nothing of each other: what was
// acknowledged to the pages (the ledger), what the server wrote into its journal (every commit, see effects.js), what it
// holds (an export), what it answered on the wire (the proxy's record), and what the browser holds.
import { isDeepStrictEqual } from 'node:util';
import { effectsOf } from './effects.js';

/**
 * @typedef {object} Evidence
 * @property {import('./ledger.js').Ledger} ledger
 * @property {import('./journal.js').Change[]} commits
 * @property {any[]} atServer  services
 * @property {Map<string, Set<string>>} answers  of the server, by association
 * @property {{ customer: string, services: any[], receipts: any[] }[]} inBrowser  as each customer sees it
 *
 * @param {Evidence} evidence
 * @returns {string[]} what is wrong
 */
export function judge({ ledger, commits, atServer, answers, inBrowser }) {
  /** @type {string[]} */
  const wrong = [...ledger.problems];
  const effects = effectsOf(commits, wrong);
  const { services: here, receipts } = joined(inBrowser, wrong);
  const there = new Map(atServer.map((one) => [one.service_id, one]));
  const marks = marksOf(here, wrong);
  const isLost = (/** @type {any} */ service) => ledger.lostMarks.has(service?.Mark?.n);

  for (const [id, texts] of answers) if (texts.size !== 1) wrong.push(`association ${id} was answered in ${texts.size} ways: ${brief([...texts])}`);
  for (const receipt of receipts.values()) judgeReceipt(receipt, effects, wrong);
  for (const { root, services } of effects.values()) {
    const known = receipts.has(root) || [...services.keys()].every((id) => isLost(there.get(id)));
    if (!known) wrong.push(`association ${root} is at the server, and unknown in the browser`);
  }
  for (const [id, service] of there) {
    if (isLost(service) || isDeepStrictEqual(service, here.get(id))) continue;
    wrong.push(`service ${id} is not the same: ${brief(service)} at the server, ${brief(here.get(id))} in the browser`);
  }
  for (const service of ledger.services.values()) if (!ledger.lostMarks.has(service.planned.mark)) judgeService(service, marks, there, wrong);
  for (const one of ledger.associations.values()) if (!ledger.lostJobs.has(one.job.number)) judgeJob(one, { marks, receipts, effects }, wrong);
  return wrong;
}

/** What all customers see, and that none sees what is another's. */
function joined(inBrowser, wrong) {
  const services = new Map();
  const receipts = new Map();
  for (const one of inBrowser) {
    for (const service of one.services) {
      const { service_id, customer_id = one.customer } = service;
      if (customer_id !== one.customer) wrong.push(`${one.customer} sees ${customer_id}'s service ${service_id}`);
      const before = services.get(service_id);
      if (before !== undefined && !isDeepStrictEqual(before, service)) wrong.push(`service ${service_id} is ${brief(before)} to one customer, ${brief(service)} to another`);
      services.set(service_id, service);
    }
    for (const receipt of one.receipts) {
      if (receipt.customer_id !== one.customer) wrong.push(`${one.customer} sees ${receipt.customer_id}'s association ${receipt.association_id}`);
      receipts.set(receipt.association_id, receipt);
    }
  }
  return { services, receipts };
}

/** A receipt in the browser says what happened at the server. */
function judgeReceipt({ association_id: id, state, customer_id, services }, effects, wrong) {
  const effect = effects.get(id);
  if (state !== 'acknowledged') wrong.push(`association ${id} is ${state}`);
  if (effect === undefined) {
    wrong.push(`association ${id} is ${state} in the browser, and has had no effect`);
    return;
  }
  if (effect.customer_id !== customer_id) wrong.push(`association ${id} is of ${customer_id} in the browser, of ${effect.customer_id} at the server`);
  const said = services.map(({ service_id }) => service_id).sort();
  if (!isDeepStrictEqual(said, [...effect.services.keys()].sort())) wrong.push(`association ${id} is of ${brief(said)} in the browser, of ${brief([...effect.services.keys()])} at the server`);
  for (const { service_id, result } of services) {
    const results = effect.services.get(service_id) ?? [];
    // The last answer is the one that counts: of a part, where the whole had been applied and its answer was lost.
    if (!results.includes(result)) wrong.push(`association ${id}: ${service_id} is ${result} in the browser, ${results} at the server`);
  }
}

/** A service that was acknowledged is there, whole, and with its customer only. */
function judgeService({ planned, customer, id }, marks, there, wrong) {
  const { mark, event, states } = planned;
  const service = marks.get(mark);
  if (id !== undefined && service?.service_id !== id) wrong.push(`service ${mark}, acknowledged as ${id}, is ${brief(service)} in the browser`);
  if (service === undefined) return;
  const { service_id, customer_id, Cart, active_states = [] } = service;
  if (!isDeepStrictEqual(Cart, event.Cart)) wrong.push(`service ${mark} has another content: ${brief(service)}`);
  if (id !== undefined && active_states.length !== states) wrong.push(`service ${mark} has ${active_states.length} states, not ${states}`);
  if ((customer_id ?? customer) !== customer) wrong.push(`service ${mark} of ${customer} is ${customer_id}'s`);
  if ((customer_id !== undefined) !== there.has(service_id)) wrong.push(`service ${mark}, ${service_id}, is ${customer_id ?? 'nobody'}'s, and ${there.has(service_id) ? '' : 'not '}at the server`);
}

/** What was acknowledged has happened; what was not has happened as a whole, or not at all. */
function judgeJob({ job, marks: all, receipt, delivered, refused }, { marks, receipts, effects }, wrong) {
  const { number, customer } = job;
  const services = all.map((mark) => marks.get(mark));
  if (receipt !== undefined) {
    const { association_id: id } = receipt;
    const { customer_id, services: results } = effects.get(id) ?? {};
    if (customer_id !== customer) wrong.push(`job ${number} for ${customer}, acknowledged as ${id}, is ${customer_id}'s at the server`);
    for (const service of services) {
      const count = results?.get(service?.service_id)?.filter((result) => result === 'associated').length ?? 0;
      if (count !== 1) wrong.push(`job ${number}, acknowledged as ${id}: ${brief(service)} was associated ${count} times`);
    }
    if (delivered !== undefined && !isDeepStrictEqual(delivered, receipts.get(id))) wrong.push(`job ${number}: delivered as ${brief(delivered)}, and is now ${brief(receipts.get(id))}`);
    return;
  }
  const count = services.filter((service) => service?.customer_id !== undefined).length;
  if (count !== 0 && count !== all.length) wrong.push(`job ${number} happened by half: ${count} of ${all.length} services`);
  if (count !== 0 && refused !== undefined) wrong.push(`job ${number} was refused with ${refused}, and happened`);
}

/** @param {Map<string, any>} services @param {string[]} wrong */
function marksOf(services, wrong) {
  const map = new Map();
  for (const service of services.values()) {
    const mark = service.Mark?.n;
    if (map.has(mark)) wrong.push(`service ${mark} is there twice: ${service.service_id}, ${map.get(mark).service_id}`);
    map.set(mark, service);
  }
  return map;
}

/** @param {unknown} value */
const brief = (value) => (JSON.stringify(value) ?? 'nothing').slice(0, 500);
