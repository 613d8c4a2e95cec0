// A page that has one contender open and does to it what it is told. `contender` is resolved when it is bundled.
// @ts-ignore: no such package
import { open } from 'contender';
import { contactKey } from '../records.js';
import * as check from './check.js';
import { memoryBytes, watchMemories } from './memory.js';
import * as works from './works.js';

/** @type {import('../contenders/contender.js').Contender} */
let contender;

globalThis.bench = {
  /** Opens the store; it has answered once when this resolves. */
  async open() {
    watchMemories();
    contender = await open();
    await contender.query(contactKey(0));
    return memoryBytes();
  },
  /** @param {string} name @param {object} [options] */
  run: (name, options) => /** @type {any} */ ({ ...works, ...check })[name](contender, options),
  close: () => contender.close(),
};
document.body.dataset.ready = 'true';
