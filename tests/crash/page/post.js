// To the test's server, and its answer.
const [, launch, writer] = /^#(\d+)\/(.*)$/.exec(location.hash) ?? [];

/** Which launch of the browser this is, and who this is in it. */
export const self = { launch: Number(launch), writer };

/** @param {string} path @param {object} body @returns {Promise<any>} */
export async function post(path, body = {}) {
  const response = await fetch(`/${path}`, { method: 'POST', body: JSON.stringify({ ...self, ...body }) });
  return response.status === 200 ? response.json() : undefined;
}
