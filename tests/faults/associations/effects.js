// The effects that associations have had at the server, told from its commits alone: in each of them, which association
// was recorded with which results, and which service got which customer. Nothing is ever put twice.

/**
 * @typedef {object} Effect  of an association and, where it was split on its way, of all its parts
 * @property {string} root  the id of the whole
 * @property {string} customer_id
 * @property {Map<string, string[]>} services  the results that each was given
 *
 * @param {import('./journal.js').Change[]} commits
 * @param {string[]} wrong  to be added to
 * @returns {Map<string, Effect>} by the id of the whole
 */
export function effectsOf(commits, wrong) {
  /** @type {Map<string, Effect>} */
  const effects = new Map();
  const put = new Set();
  /** @type {Map<string, Record<string, string>>} */
  const owned = new Map();
  for (const { operation, id, index, fields } of commits) {
    const what = `${operation} ${id} ${index}`;
    if (put.has(what)) wrong.push(`the server did this more than once: ${what}`);
    put.add(what);
    if (operation === 'putAssociation') record(effects, id, fields, wrong);
    else if (operation === 'putService') owned.set(id, fields);
    else if (operation !== 'putState') wrong.push(`the server did what nobody asked for: ${what}`);
  }
  for (const [id, { association_id, customer_id }] of owned) {
    const effect = effects.get(rootOf(association_id));
    if (effect?.customer_id !== customer_id || !effect.services.get(id)?.includes('associated')) {
      wrong.push(`service ${id} got its customer ${customer_id}, and no association of theirs says so`);
    }
  }
  for (const { root, services } of effects.values()) {
    for (const id of services.keys()) if (!owned.has(id)) wrong.push(`association ${root} is recorded, and ${id} has not got a customer`);
  }
  return effects;
}

/** @param {Map<string, Effect>} effects @param {string} id @param {Record<string, string>} fields @param {string[]} wrong */
function record(effects, id, { customer_id, results }, wrong) {
  const root = rootOf(id);
  const effect = effects.get(root) ?? { root, customer_id, services: new Map() };
  effects.set(root, effect);
  if (effect.customer_id !== customer_id) wrong.push(`association ${root} was applied for ${effect.customer_id} and for ${customer_id}`);
  for (const { service_id, result } of JSON.parse(results)) effect.services.set(service_id, [...(effect.services.get(service_id) ?? []), result]);
}

/** A part's id is that of the whole, a dot, and a number (core/association/outbox.cc). @param {string} id */
const rootOf = (id) => id.split('.')[0];
