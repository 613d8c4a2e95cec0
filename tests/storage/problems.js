// Gathers what a page must not have, for drivers that have no console: errors, and violations of its policy.
/** @type {string[]} */
export const problems = [];

addEventListener('error', (event) => problems.push(String(event.error ?? event.message)));
addEventListener('unhandledrejection', (event) => problems.push(`unhandled: ${event.reason}`));
addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  problems.push(`${violatedDirective}: ${blockedURI}`),
);

const { error } = console;
console.error = (...values) => {
  problems.push(values.join(' '));
  error(...values);
};
