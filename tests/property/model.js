// The contract in the plainest way there is: lists that are searched from end to end, objects that are copied. The
// core must answer as this does. It knows only the operations and fields that the histories use.

/** @typedef {{ status: number, code?: string, body?: any }} Answer */

const ok = (status, body) => ({ status, body });
const refused = (status, code) => ({ status, code });
const notFound = refused(400, 'not_found');
const invalid = refused(400, 'invalid_request');
const conflict = refused(409, 'conflict');

const time = (ms) => new Date(ms).toISOString();
const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

export class Model {
  now = Date.UTC(2026, 0, 1);
  services = [];

  /** Everything that time has done until now. */
  settle() {
    this.services = this.services.filter((service) => !(service.expires <= this.now));
    for (const service of this.services) {
      const due = service.updated + service.auto * 1000;
      if (service.completed || !(due <= this.now)) continue;
      for (const one of [service, ...service.states, ...service.tasks]) one.completed ??= { timestamp: time(due) };
    }
  }

  /** @param {{ op: string } & Record<string, any>} step @param {(n: number) => string} idOf @returns {Answer} */
  answer(step, idOf) {
    this.settle();
    return this[step.op](step, idOf(step.n));
  }

  find(id) {
    return this.services.find((service) => service.id === id);
  }

  sorted(services) {
    return [...services].sort((a, b) => Date.parse(a.started.timestamp) - Date.parse(b.started.timestamp) || (a.id < b.id ? -1 : 1));
  }

  touch(service) {
    if (service.auto !== undefined) service.updated = this.now;
  }

  make({ contact_key, customer_id, service_type, ttl, auto_complete_after, at, X }) {
    const service = { contact_key, customer_id, service_type, auto: auto_complete_after, extensions: {}, states: [], tasks: [] };
    service.started = { timestamp: time(at ?? this.now) };
    if (ttl !== undefined) service.expires = this.now + ttl * 1000;
    if (X !== undefined) service.extensions.X = X;
    this.touch(service);
    this.services.push(service);
    return service;
  }

  start(step) {
    const { contact_key, customer_id, ttl, key } = step;
    if (contact_key === '' || ttl < 0 || (contact_key === undefined && customer_id === undefined)) return invalid;
    const before = key !== undefined && this.services.find((service) => service.key === key);
    if (before) {
      const other = before.contact_key !== contact_key || (customer_id !== undefined && customer_id !== before.customer_id);
      return other ? conflict : ok(201, { service_id: before.id });
    }
    const service = this.make(step);
    service.key = key;
    return { ...ok(201, {}), starts: service };
  }

  associate({ customer_id, service_type }, id) {
    const service = this.find(id);
    if (!service) return notFound;
    service.customer_id = customer_id;
    if (service_type !== undefined) service.service_type = service_type;
    this.touch(service);
    return ok(204);
  }

  end(one, body) {
    if (one.completed) return one.end !== undefined && same(one.end, body) ? ok(204) : conflict;
    one.end = body;
    one.completed = { timestamp: time(this.now) };
    if (body.disposition !== undefined) one.completed.disposition = body.disposition;
    if (body.Y !== undefined) one.extensions.Y = body.Y;
    return ok(204);
  }

  complete({ body }, id) {
    const service = this.find(id);
    return service ? this.end(service, body) : notFound;
  }

  startPart({ kind, type, state_id }, id) {
    const service = this.find(id);
    if (!service) return notFound;
    if (kind === 'task' && state_id !== undefined && state_id >= service.states.length) return invalid;
    const parts = service[`${kind}s`];
    parts.push({ type, state_id: kind === 'task' ? state_id : undefined, started: { timestamp: time(this.now) }, extensions: {} });
    if (!service.completed) this.touch(service);
    return ok(201, { [`${kind}_id`]: parts.length - 1 });
  }

  endPart({ kind, part, body }, id) {
    const service = this.find(id);
    const one = service?.[`${kind}s`][part];
    if (!one) return notFound;
    const answer = this.end(one, body);
    if (answer.status === 204 && !service.completed) this.touchIfChanged(service, one);
    return answer;
  }

  // A repeated end changes nothing, so it is no update either.
  touchIfChanged(service, one) {
    if (one.touched) return;
    one.touched = true;
    this.touch(service);
  }

  transition({ part, type }, id) {
    const service = this.find(id);
    if (!service) return notFound;
    const left = service.states[part];
    if (!left) return notFound;
    if (left.completed) return conflict;
    left.completed = { timestamp: time(this.now) };
    left.end = {}; // what `from` said beside the id
    left.touched = true;
    service.states.push({ type, previous_state_id: part, started: { timestamp: time(this.now) }, extensions: {} });
    if (!service.completed) this.touch(service);
    return ok(201, { state_id: service.states.length - 1 });
  }

  extension({ merge, value }, id) {
    const service = this.find(id);
    if (!service) return notFound;
    if (merge && !isObject(value)) return invalid;
    const old = service.extensions.X;
    if (merge && old !== undefined && !isObject(old)) return conflict;
    service.extensions.X = merge ? { ...old, ...value } : value;
    this.touch(service);
    return ok(200, {});
  }

  expire({ ttl }, id) {
    if (ttl < 0) return invalid;
    const service = this.find(id);
    if (!service) return notFound;
    service.expires = this.now + ttl * 1000;
    this.touch(service);
    return ok(200, {});
  }

  remove(_step, id) {
    if (!this.find(id)) return notFound;
    this.services = this.services.filter((service) => service.id !== id);
    return ok(200, {});
  }

  composite({ contact_key, service_type, state_type }) {
    const found = this.sorted(this.services).find(
      (one) => !one.completed && one.customer_id === undefined && one.contact_key === contact_key && one.service_type === service_type,
    );
    const service = found ?? this.make({ contact_key, service_type });
    let state_id = service.states.findIndex((state) => !state.completed && state.type === state_type);
    const state_created = state_id < 0;
    if (state_created) state_id = this.startPartOf(service, state_type);
    const body = [{ service_id: service.id, service_created: !found, state_id, state_created }];
    return found ? ok(200, body) : { ...ok(200, body), starts: service };
  }

  startPartOf(service, type) {
    service.states.push({ type, started: { timestamp: time(this.now) }, extensions: {} });
    this.touch(service);
    return service.states.length - 1;
  }

  purge({ back, operation }) {
    const limit = this.now - back;
    const kept = this.services.filter((service) => {
      if (Date.parse(service.started.timestamp) >= limit) return true;
      if (operation.includes('started') && service.completed) return true;
      if (operation.includes('completed') && !service.completed) return true;
      return operation.endsWith('anonymous') && service.customer_id !== undefined;
    });
    const purged = this.services.length - kept.length;
    this.services = kept;
    return ok(200, { purged });
  }

  byKey({ contact_key, status, nested }) {
    return this.list(this.services.filter((one) => one.customer_id === undefined && one.contact_key === contact_key), status, nested);
  }

  byCustomer({ customer_id, status, nested }) {
    return this.list(this.services.filter((one) => one.customer_id === customer_id), status, nested);
  }

  list(services, status, nested) {
    const fits = services.filter((one) => status === '' || (status === '/active') === !one.completed);
    return ok(200, this.sorted(fits).map((one) => this.show(one, nested)));
  }

  byId({ nested }, id) {
    const service = this.find(id);
    return service ? ok(200, this.show(service, nested)) : notFound;
  }

  show(service, nested) {
    const { id: service_id, service_type, customer_id, contact_key } = service;
    const shown = { service_id, service_type, customer_id, contact_key, ...this.points(service), ...service.extensions };
    if (nested) {
      for (const kind of ['state', 'task']) {
        const parts = service[`${kind}s`].map((one, n) => ({
          [`${kind}_id`]: n, [`${kind}_type`]: one.type, previous_state_id: one.previous_state_id, state_id: kind === 'state' ? n : one.state_id, ...this.points(one),
        }));
        shown[`active_${kind}s`] = parts.filter((one) => !one.completed);
        shown[`completed_${kind}s`] = parts.filter((one) => one.completed);
      }
    }
    return JSON.parse(JSON.stringify(shown));
  }

  points({ started, completed }) {
    return { started, completed, disposition: completed?.disposition };
  }
}
