// One operation through the public methods.

const methods = {
  start: (services, event) => services.start(event),
  replace: (services, { service_id, value }) => services.replaceExtension(service_id, 'Cell', value),
  complete: (services, { service_id, disposition }) => services.complete(service_id, { disposition }),
  delete: (services, { service_id }) => services.deleteService(service_id),
  associate: (services, request) => services.associate(request),
};

/** @param {import('anonymous-services').Services} services @param {import('../operations.js').Operation} operation @returns {Promise<any>} */
export const perform = (services, { kind, arguments: given }) => methods[kind](services, given);
