// One operation through the public methods, and its result in the form that the model (../model.js) speaks.

const SHOW = { extensions: ['*'], active_states: true, completed_states: true };

/** @param {import('anonymous-services').Service} service @returns {import('../model.js').View} */
const view = ({ service_id, completed, disposition, Cell, Bag, active_states, completed_states }) => ({
  service_id,
  // Completed and disposed of as what: one without the other would be news.
  end: completed ? disposition : (disposition ?? null),
  cell: Cell ?? null,
  bag: Bag === undefined ? null : Object.fromEntries(Object.entries(Bag).sort(([a], [b]) => (a < b ? -1 : 1))),
  states: [...active_states, ...completed_states].map(({ state_id }) => state_id).sort((a, b) => a - b),
});

const methods = {
  start: (services, event) => services.start(event),
  read: async (services, { service_id }) => view(await services.queryService(service_id, SHOW)),
  find: async (services, { contact_key }) => (await services.queryAnonymous(contact_key, SHOW)).map(view),
  replace: (services, { service_id, value }) => services.replaceExtension(service_id, 'Cell', value),
  merge: (services, { service_id, value }) => services.mergeExtension(service_id, 'Bag', value),
  complete: async (services, { service_id, disposition }) => (await services.complete(service_id, { disposition })) ?? null,
  delete: (services, { service_id }) => services.deleteService(service_id),
  startState: (services, { service_id }) => services.startState(service_id),
};

/**
 * @param {import('anonymous-services').Services} services
 * @param {import('../workload.js').Call} call
 * @returns {Promise<import('../model.js').Result & { message?: string }>}
 */
export async function perform(services, { kind, arguments: given }) {
  try {
    return { value: await methods[kind](services, given) };
  } catch (error) {
    return { error: error.code ?? 'none', message: String(error) };
  }
}
