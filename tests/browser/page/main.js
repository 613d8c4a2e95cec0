// A page that gives the tests the package as users import it.
import { openServices } from 'anonymous-services';
import createStockModule from '../../../build/stock/stock.js';
import { createEngine } from '../../../js/engine.js';
import { indexedDBStorage } from '../../../js/storage/indexeddb.js';

globalThis.openServices = (options) => openServices({ wasm: '/engine.wasm', ...options });

/** @param {string} name */
globalThis.makeStorage = async (name) => indexedDBStorage((await createEngine({ wasm: '/engine.wasm' })).module, name);

/** A file of one byte. @param {number} sequence @param {object} [more] */
globalThis.makeFile = (sequence, more) => ({ sequence, bytes: Uint8Array.of(sequence), ...more });

/** The files that a stock `FS.syncfs(true)` finds in a store. */
globalThis.stockFiles = async (name) => {
  const module = await createStockModule();
  const folder = `/anonymous-services/${name}`;
  module.FS.mkdirTree(folder);
  module.FS.mount(module.IDBFS, {}, folder);
  await new Promise((resolve, reject) => module.FS.syncfs(true, (error) => (error ? reject(error) : resolve())));
  return module.FS.readdir(folder)
    .filter((file) => !file.startsWith('.'))
    .map((file) => [file, [...module.FS.readFile(`${folder}/${file}`)]]);
};

/** Every file of a store as IndexedDB has it. */
globalThis.rawFiles = (name) =>
  new Promise((resolve, reject) => {
    const open = indexedDB.open(`/anonymous-services/${name}`);
    open.onerror = () => reject(open.error);
    open.onsuccess = () => {
      const store = open.result.transaction('FILE_DATA').objectStore('FILE_DATA');
      const keys = store.getAllKeys();
      const values = store.getAll();
      values.onsuccess = () => {
        open.result.close();
        resolve(keys.result.map((key, i) => [key, [...values.result[i].contents], values.result[i].contents.buffer.byteLength]));
      };
    };
  });

document.body.dataset.ready = 'true';
