// The contract's operations (section 5) as methods, one for each row of core/rest/table.cc and of the same name.
// Field names are the contract's everywhere.
import { invalidArgument } from './errors.js';
import { json, object, path, query } from './request.js';

/**
 * @typedef {Record<string, unknown>} Fields  the contract's fields, and extensions
 *
 * @typedef {object} Service  contract section 4; extensions beside the fields
 * @property {string} service_id
 * @property {string | number} [service_type]
 * @property {string} [customer_id]  absent while the service is anonymous
 * @property {string} [contact_key]
 * @property {number} [est_duration]  seconds
 * @property {{ timestamp: string } & Fields} started
 * @property {{ timestamp: string } & Fields} [completed]  absent while the service is active
 * @property {string | number} [disposition]
 * @property {Fields[]} [active_states]
 * @property {Fields[]} [completed_states]
 * @property {Fields[]} [active_tasks]
 * @property {Fields[]} [completed_tasks]
 *
 * @typedef {object} Filter  what a query selects and shows
 * @property {'active' | 'completed'} [status]  both if absent
 * @property {string | Date} [started_from]  inclusive
 * @property {string | Date} [started_to]  exclusive
 * @property {(string | number)[]} [service_types]
 * @property {string[]} [extensions]  names, `*`, `State.x`, `State.*`, `Task.x`, `Task.*`; none if absent
 * @property {boolean} [active_states]
 * @property {boolean} [completed_states]
 * @property {boolean} [active_tasks]
 * @property {boolean} [completed_tasks]
 * @property {number} [limit]  1 to 1000, 100 if absent
 * @property {string} [after]  the last service_id of the page before
 *
 * @typedef {{ state_id?: number, task_id?: number }} Part  whose extension: the service's if neither is given
 */

/** What follows the last segment: /active, /completed or nothing, and the query. @param {unknown} filter */
function selected(filter) {
  const { status, ...rest } = object(filter, 'filter');
  return (status === undefined ? '' : path`/${status}`) + query(rest, 'filter');
}

/** @param {string} service_id @param {string} name @param {Part} part */
function extensionPath(service_id, name, part) {
  const { state_id, task_id } = object(part, 'part');
  if (state_id !== undefined) return path`services/${service_id}/states/${state_id}/extensions/${name}`;
  if (task_id !== undefined) return path`services/${service_id}/tasks/${task_id}/extensions/${name}`;
  return path`services/${service_id}/extensions/${name}`;
}

/**
 * Every method resolves once its effect is durable, and rejects with a ServicesError of the contract's code.
 */
export class Operations extends EventTarget {
  /**
   * Runs one request against the core.
   *
   * @protected
   * @param {string} method
   * @param {string} target
   * @param {{ body?: string, headers?: [string, string][], strict?: boolean }} [more]  `strict`: durable against a
   *   power cut too
   * @returns {Promise<any>}
   */
  request(method, target, more) {
    void method, target, more;
    throw new TypeError('request: a subclass runs it');
  }

  /**
   * Starts a service: anonymous with `contact_key`, identified with `customer_id`. `idempotency_key` makes a
   * repeated start answer with the first one's id.
   *
   * @param {Fields & { contact_key?: string, customer_id?: string, service_type?: string | number, idempotency_key?: string }} event
   * @returns {Promise<{ service_id: string }>}
   */
  async start(event) {
    const { idempotency_key, ...fields } = object(event, 'event');
    const headers = idempotency_key === undefined ? [] : [['Idempotency-Key', header(idempotency_key)]];
    return this.request('POST', 'services/start', {
      body: json(fields, 'event'),
      headers: /** @type {[string, string][]} */ (headers),
    });
  }

  /**
   * The contract's Associate: sets the customer of one service, whoever had it. For a login use `associate`,
   * which never takes a service from another customer and tells the server.
   *
   * @param {Fields & { customer_id: string, service_id: string }} event  with start-event fields as updates
   * @returns {Promise<void>}
   */
  async associateService(event) {
    const { customer_id, service_id, ...fields } = object(event, 'event');
    return this.request('POST', path`customers/${customer_id}/services/${service_id}`, { body: json(fields, 'event') });
  }

  /**
   * Ends a service. Its active states and tasks stay as they are.
   *
   * @param {string} service_id
   * @param {Fields} [event]  disposition, disposition_desc, ttl, expiration_time, common fields, extensions
   * @returns {Promise<void>}
   */
  async complete(service_id, event = {}) {
    return this.request('POST', path`services/${service_id}/end`, { body: json(event, 'event') });
  }

  /**
   * The anonymous services of a contact key, in ascending start time.
   *
   * @param {string} contact_key
   * @param {Filter} [filter]
   * @returns {Promise<Service[]>}
   */
  async queryAnonymous(contact_key, filter = {}) {
    return this.request('GET', path`services/anonymous/${contact_key}` + selected(filter));
  }

  /**
   * The services of a customer, in ascending start time.
   *
   * @param {string} customer_id
   * @param {Filter} [filter]
   * @returns {Promise<Service[]>}
   */
  async queryServices(customer_id, filter = {}) {
    return this.request('GET', path`customers/${customer_id}/services` + selected(filter));
  }

  /**
   * @param {string} service_id
   * @param {Pick<Filter, 'extensions' | 'active_states' | 'completed_states' | 'active_tasks' | 'completed_tasks'>} [show]
   * @returns {Promise<Service>}
   */
  async queryService(service_id, show = {}) {
    return this.request('GET', path`services/${service_id}` + query(show, 'show'));
  }

  /**
   * When a service is deleted with its states and tasks: `ttl` seconds from now, or at `expiration_time`.
   *
   * @param {string} service_id
   * @param {{ ttl?: number, expiration_time?: string }} expiration
   * @returns {Promise<{}>}
   */
  async updateExpiration(service_id, expiration) {
    return this.request('PUT', path`services/${service_id}`, { body: json(expiration, 'expiration') });
  }

  /** @param {string} service_id @returns {Promise<{}>} */
  async deleteService(service_id) {
    return this.request('DELETE', path`services/${service_id}`);
  }

  /**
   * @param {string} service_id
   * @param {Fields} [event]  state_type, previous_state_id, est_duration, common fields, extensions
   * @returns {Promise<{ state_id: number }>}
   */
  async startState(service_id, event = {}) {
    return this.request('POST', path`services/${service_id}/states/start`, { body: json(event, 'event') });
  }

  /**
   * Ends one state and starts the next, both or neither.
   *
   * @param {string} service_id
   * @param {Fields & { from: Fields & { state_id: number }, to: Fields }} event
   * @returns {Promise<{ state_id: number }>}  the new state's
   */
  async transitionState(service_id, event) {
    return this.request('POST', path`services/${service_id}/states/transition`, { body: json(event, 'event') });
  }

  /** @param {string} service_id @param {number} state_id @param {Fields} [event] @returns {Promise<void>} */
  async completeState(service_id, state_id, event = {}) {
    return this.request('POST', path`services/${service_id}/states/${state_id}/end`, { body: json(event, 'event') });
  }

  /**
   * @param {string} service_id
   * @param {{ status?: 'active' | 'completed', state_types?: (string | number)[], extensions?: string[] }} [filter]
   * @returns {Promise<Fields[]>}
   */
  async queryStates(service_id, filter = {}) {
    return this.request('GET', path`services/${service_id}/states` + selected(filter));
  }

  /** @param {string} service_id @param {number} state_id @param {{ extensions?: string[] }} [show] @returns {Promise<Fields>} */
  async queryState(service_id, state_id, show = {}) {
    return this.request('GET', path`services/${service_id}/states/${state_id}` + query(show, 'show'));
  }

  /**
   * @param {string} service_id
   * @param {Fields} [event]  task_type, state_id, est_duration, common fields, extensions
   * @returns {Promise<{ task_id: number }>}
   */
  async startTask(service_id, event = {}) {
    return this.request('POST', path`services/${service_id}/tasks/start`, { body: json(event, 'event') });
  }

  /** @param {string} service_id @param {number} task_id @param {Fields} [event] @returns {Promise<void>} */
  async completeTask(service_id, task_id, event = {}) {
    return this.request('POST', path`services/${service_id}/tasks/${task_id}/end`, { body: json(event, 'event') });
  }

  /**
   * @param {string} service_id
   * @param {{ status?: 'active' | 'completed', task_types?: (string | number)[], state_id?: number, extensions?: string[] }} [filter]
   * @returns {Promise<Fields[]>}
   */
  async queryTasks(service_id, filter = {}) {
    return this.request('GET', path`services/${service_id}/tasks` + selected(filter));
  }

  /** @param {string} service_id @param {number} task_id @param {{ extensions?: string[] }} [show] @returns {Promise<Fields>} */
  async queryTask(service_id, task_id, show = {}) {
    return this.request('GET', path`services/${service_id}/tasks/${task_id}` + query(show, 'show'));
  }

  /**
   * Sets one extension of a service, state or task.
   *
   * @param {string} service_id
   * @param {string} name
   * @param {unknown} value  anything that JSON can hold
   * @param {Part} [part]
   * @returns {Promise<{}>}
   */
  async replaceExtension(service_id, name, value, part = {}) {
    return this.request('PUT', extensionPath(service_id, name, part), { body: json(value, 'value') });
  }

  /**
   * Merges an object into one extension, key by key, the new value winning; creates it if it is not there.
   *
   * @param {string} service_id
   * @param {string} name
   * @param {Fields} value
   * @param {Part} [part]
   * @returns {Promise<{}>}
   */
  async mergeExtension(service_id, name, value, part = {}) {
    return this.request('PUT', extensionPath(service_id, name, part) + '/merge', { body: json(value, 'value') });
  }

  /**
   * Finds or starts services with a state and a task each, all or nothing.
   *
   * @param {{ services: { service: Fields, state?: Fields, task?: Fields, associate_state_task?: boolean }[], create_new_services?: boolean }} request
   * @returns {Promise<{ service_id: string, service_created: boolean, state_id?: number, state_created?: boolean, task_id?: number, task_created?: boolean }[]>}
   */
  async startComposite(request) {
    return this.request('POST', 'services_composite/start', { body: json(request, 'request') });
  }

  /**
   * Deletes services started before `limit`.
   *
   * @param {{ limit: string, operation: string }} request  operation: purge.service.all, purge.service.started,
   *   purge.service.started.anonymous, purge.service.completed or purge.service.completed.anonymous
   * @returns {Promise<{ purged: number }>}
   */
  async purge(request) {
    return this.request('POST', 'maintenance/purge', { body: json(request, 'request') });
  }

  /**
   * Every service as the pieces of one JSON array, so that a large store never stands in one string.
   *
   * @param {{ time_from: string, time_to?: string, filter_events?: 'started' | 'completed', filter_state?: 'all' | 'active' | 'completed', export_content?: string[] }} selection
   * @returns {AsyncGenerator<string, void, void>}
   */
  async *exportServices(selection) {
    /** @type {string | undefined} */
    let target = 'maintenance/services/stream' + query(selection, 'selection');
    while (target !== undefined) {
      const { text, next } = /** @type {{ text: string, next?: string }} */ (await this.request('GET', target));
      yield text;
      target = next;
    }
  }

  /** @param {{ 'cv-attribute'?: string }} [filter]  a field, such as Service.media_type @returns {Promise<Fields[]>} */
  async queryBusinessAttributes(filter = {}) {
    return this.request('GET', 'metadata/business-attributes' + query(filter, 'filter'));
  }

  /** @param {string} name @returns {Promise<Fields>} */
  async queryBusinessAttribute(name) {
    return this.request('GET', path`metadata/business-attributes/${name}`);
  }
}

/** @param {unknown} value */
function header(value) {
  if (typeof value !== 'string' || value === '' || /[\r\n]/.test(value)) {
    throw invalidArgument('idempotency_key', 'a string in one line');
  }
  return value;
}
