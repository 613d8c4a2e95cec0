// The services that every contender stores: about 400 bytes of JSON each, the same ones in every run.

/**
 * @typedef {{
 *   service_id: string, contact_key: string, customer_id?: string, service_type: string, started: { timestamp: string }
 * } & Record<string, any>} Service
 */

/** Six services have three contact keys: one of one service, one of two, one of three. */
const KEY_OF = [0, 1, 1, 2, 2, 2];
const FIRST_START = Date.UTC(2026, 0, 1);

/** A mix of the bits of `i`, 32 of them. @param {number} i */
function mixed(i) {
  let bits = Math.imul(i ^ (i >>> 16), 0x45d9f3b);
  bits = Math.imul(bits ^ (bits >>> 16), 0x45d9f3b);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** @param {number} value @param {number} digits */
const hex = (value, digits) => value.toString(16).padStart(digits, '0').slice(-digits);

/** A UUID of version 7. @param {number} i @param {number} time  ms */
function identifier(i, time) {
  const start = hex(time, 12);
  const end = `${hex(mixed(i + 2), 4)}${hex(i, 8)}`;
  return `${start.slice(0, 8)}-${start.slice(8)}-7${hex(mixed(i), 3)}-a${hex(mixed(i + 1), 3)}-${end}`;
}

/** The contact key of the service numbered `i`. @param {number} i */
export const contactKey = (i) => `email:${Math.floor(i / 6) * 3 + KEY_OF[i % 6]}@example.org`;

/** @param {number} i @returns {Service} */
export function service(i) {
  const time = FIRST_START + i * 1000;
  return {
    service_id: identifier(i, time),
    contact_key: contactKey(i),
    service_type: 'WebOrder',
    started: { timestamp: new Date(time).toISOString() },
    Cart: [
      { sku: `tea-${mixed(i) % 500}`, count: (i % 5) + 1, price: '12.90' },
      { sku: `pot-${mixed(i + 7) % 90}`, count: 1, price: '34.00' },
    ],
    Delivery: { street: `${(i % 200) + 1} Camellia Road`, city: 'Bristol', postcode: 'BS1 4DJ' },
    Order: { number: i, note: 'Please leave it with the neighbours.' },
  };
}

/** Services `from` to `from + count - 1`. @param {number} from @param {number} count */
export const services = (from, count) => Array.from({ length: count }, (_, i) => service(from + i));

/** Distinct contact keys, spread over a store of so many services. @param {number} count @param {number} size */
export function someKeys(count, size) {
  const step = Math.max(1, Math.floor(size / 6 / count)) * 6;
  return Array.from({ length: count }, (_, i) => contactKey(i * step + (i % 6)));
}

/** Characters of its JSON, which are bytes, for all of it is ASCII. @param {unknown} value */
export const jsonBytes = (value) => JSON.stringify(value).length;
