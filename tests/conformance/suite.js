// All cases, and the way to run them against a server.
import { Api } from './case.js';
import { association } from './cases/association.js';
import { corners } from './cases/corners.js';
import { events } from './cases/events.js';
import { operations } from './cases/operations.js';
import { rules } from './cases/rules.js';
import { wire } from './cases/wire.js';

export const cases = [...rules, ...wire, ...events, ...operations, ...association, ...corners];

/**
 * Runs every case. Credentials in `headers` must hold the roles reader and writer and be those of customer C-42.
 *
 * @param {string} base  such as http://localhost:8080/genesys/1/cs
 * @param {Record<string, string>} [headers]
 */
export async function runSuite(base, headers = {}) {
  const attributes = await fetch(`${base}/metadata/business-attributes`, { headers });
  const configured = attributes.ok && (await attributes.text()).includes('"Media"');
  const outcomes = [];
  for (const { section, name, run, needs } of cases) {
    const api = new Api(base, headers);
    if (needs === 'attributes' && !configured) {
      outcomes.push({ section, name, skipped: true, transcript: [] });
      continue;
    }
    try {
      await run(api);
      outcomes.push({ section, name, transcript: api.transcript });
    } catch (error) {
      outcomes.push({ section, name, error: /** @type {Error} */ (error).message, transcript: api.transcript });
    }
  }
  return outcomes;
}
