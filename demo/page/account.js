// The demo's login, as the page sees it.

/** @param {string} path @param {object} [body] */
async function call(path, body) {
  const response = await fetch(path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.message);
  return answer;
}

/** The customer who is logged in, or null. */
export const session = async () => (await call('/session')).customer_id;

/** @param {string} user @param {string} password */
export const logIn = async (user, password) => (await call('/login', { user, password })).customer_id;

export const logOut = () => call('/logout', {});

/** The customer's orders, from the server. @param {string} customer_id */
export const serverOrders = (customer_id) =>
  call(`/genesys/1/cs/customers/${encodeURIComponent(customer_id)}/services?extensions=*&limit=1000`);
