// Who is compared, and what each one's page needs beside its script.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/**
 * @typedef {object} Contestant
 * @property {string} name  of its file in contenders/, and of its origins
 * @property {string} label
 * @property {string} [from]  the npm package that it is
 * @property {Record<string, string>} [files]  paths that its page fetches, each with its source from the root
 * @property {boolean} [holdsAll]  once it is open, every service is in memory
 */

const PGLITE = 'node_modules/@electric-sql/pglite/dist';

/** @type {Contestant[]} */
export const CONTENDERS = [
  { name: 'ours', label: 'anonymous-services', files: { '/engine.wasm': 'dist/engine.wasm' }, holdsAll: true },
  { name: 'raw', label: 'raw IndexedDB' },
  { name: 'dexie', label: 'Dexie', from: 'dexie' },
  { name: 'idb', label: 'idb', from: 'idb' },
  { name: 'localforage', label: 'localForage', from: 'localforage' },
  { name: 'pouchdb', label: 'PouchDB', from: 'pouchdb-browser' },
  { name: 'rxdb', label: 'RxDB (Dexie)', from: 'rxdb' },
  {
    name: 'sqljs',
    label: 'sql.js, exported',
    from: 'sql.js',
    files: { '/sql-wasm-browser.wasm': 'node_modules/sql.js/dist/sql-wasm-browser.wasm' },
    holdsAll: true,
  },
  {
    name: 'pglite',
    label: 'PGlite',
    from: '@electric-sql/pglite',
    files: {
      '/pglite.wasm': `${PGLITE}/pglite.wasm`,
      '/pglite.data': `${PGLITE}/pglite.data`,
      '/initdb.wasm': `${PGLITE}/initdb.wasm`,
    },
  },
  { name: 'localstorage', label: 'localStorage list', holdsAll: true },
];

/** The version that is installed. @param {Contestant} contestant */
export function versionOf({ name, from }) {
  if (name === 'ours') return JSON.parse(readFileSync(`${root}package.json`, 'utf8')).version;
  if (from === undefined) return undefined;
  return JSON.parse(readFileSync(`${root}node_modules/${from}/package.json`, 'utf8')).version;
}
