// Random histories: what may happen, and how a step is asked of the core.
import fc from 'fast-check';

const key = fc.constantFrom('a', 'b', 'c+@/ %é');
const customer = fc.constantFrom('C-1', 'C-2');
const type = fc.constantFrom('T', 7, undefined);
const n = fc.nat(12);
const part = fc.nat(3);
const value = fc.constantFrom({ a: 1 }, { a: { b: [1] }, c: 'é' }, {}, [1], 'x', null, 0);
const kind = fc.constantFrom('state', 'task');
const body = fc.constantFrom({}, { disposition: 'd' }, { disposition: 3, Y: [1] });
const status = fc.constantFrom('', '/active', '/completed');

/** @param {string} op @param {Record<string, fc.Arbitrary<any>>} fields */
const step = (op, fields) => fc.record({ op: fc.constant(op), wait: fc.constantFrom(0, 0, 1, 999, 7000), n, ...fields });

const anyStep = fc.oneof(
  {
    weight: 5,
    arbitrary: step('start', {
      contact_key: fc.oneof({ weight: 8, arbitrary: key }, fc.constantFrom('', undefined)),
      customer_id: fc.option(customer, { nil: undefined, freq: 4 }),
      service_type: type,
      ttl: fc.constantFrom(undefined, undefined, undefined, 0, 5, 60, -1),
      auto_complete_after: fc.constantFrom(undefined, undefined, undefined, 3, 30),
      at: fc.constantFrom(undefined, undefined, Date.UTC(2025, 0, 1), Date.UTC(2027, 0, 1)),
      key: fc.constantFrom(undefined, undefined, undefined, undefined, 'once', 'twice'),
      X: fc.option(value, { nil: undefined }),
    }),
  },
  step('associate', { customer_id: customer, service_type: type }),
  step('complete', { body }),
  { weight: 3, arbitrary: step('startPart', { kind, type, state_id: fc.option(part, { nil: undefined }) }) },
  { weight: 2, arbitrary: step('endPart', { kind, part, body }) },
  step('transition', { part, type }),
  { weight: 2, arbitrary: step('extension', { merge: fc.boolean(), value }) },
  step('expire', { ttl: fc.constantFrom(-1, 0, 10, 100) }),
  step('remove', {}),
  step('composite', { contact_key: key, service_type: type, state_type: type }),
  step('purge', {
    back: fc.constantFrom(0, 1000, 60_000),
    operation: fc.constantFrom('purge.service.started.anonymous', 'purge.service.completed', 'purge.service.completed.anonymous'),
  }),
  { weight: 3, arbitrary: step('byKey', { contact_key: key, status, nested: fc.boolean() }) },
  { weight: 2, arbitrary: step('byCustomer', { customer_id: customer, status, nested: fc.boolean() }) },
  { weight: 2, arbitrary: step('byId', { nested: fc.boolean() }) },
);

/** Histories of `length` steps. @param {number} length */
export const histories = (length) => fc.array(anyStep, { minLength: length, maxLength: length });

const NESTED = 'extensions=*&active_states=true&completed_states=true&active_tasks=true&completed_tasks=true&limit=1000';
const e = encodeURIComponent;

/**
 * A step as a request of the core.
 *
 * @param {any} one
 * @param {string} id
 * @param {number} now  ms
 * @returns {[string, string, unknown?, [string, string][]?]}
 */
export function requestOf(one, id, now) {
  const { op, wait: _wait, n: _n, at, key: idempotency, nested, ...rest } = one;
  const show = nested ? NESTED : 'extensions=*&limit=1000';
  switch (op) {
    case 'start': {
      const event = { ...rest, timestamp: at === undefined ? undefined : new Date(at).toISOString() };
      return ['POST', 'services/start', event, idempotency === undefined ? [] : [['Idempotency-Key', idempotency]]];
    }
    case 'associate':
      return ['POST', `customers/${e(rest.customer_id)}/services/${id}`, { service_type: rest.service_type }];
    case 'complete':
      return ['POST', `services/${id}/end`, rest.body];
    case 'startPart':
      return ['POST', `services/${id}/${rest.kind}s/start`, { [`${rest.kind}_type`]: rest.type, state_id: rest.state_id }];
    case 'endPart':
      return ['POST', `services/${id}/${rest.kind}s/${rest.part}/end`, rest.body];
    case 'transition':
      return ['POST', `services/${id}/states/transition`, { from: { state_id: rest.part }, to: { state_type: rest.type } }];
    case 'extension':
      return ['PUT', `services/${id}/extensions/X${rest.merge ? '/merge' : ''}`, rest.value];
    case 'expire':
      return ['PUT', `services/${id}`, { ttl: rest.ttl }];
    case 'remove':
      return ['DELETE', `services/${id}`];
    case 'composite':
      return ['POST', 'services_composite/start', {
        services: [{ service: { contact_key: rest.contact_key, service_type: rest.service_type }, state: { state_type: rest.state_type } }],
      }];
    case 'purge':
      return ['POST', 'maintenance/purge', { limit: new Date(now - rest.back).toISOString(), operation: rest.operation }];
    case 'byKey':
      return ['GET', `services/anonymous/${e(rest.contact_key)}${rest.status}?${show}`];
    case 'byCustomer':
      return ['GET', `customers/${e(rest.customer_id)}/services${rest.status}?${show}`];
    default:
      return ['GET', `services/${id}?${show.replace('&limit=1000', '')}`];
  }
}
