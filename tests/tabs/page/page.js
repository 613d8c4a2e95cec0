// A page that is a tab itself, or has a worker that is one.
import { Tab } from './tab.js';

const methods = /** @type {any} */ (globalThis);
const tab = new Tab();

/** @type {Worker | undefined} */
let worker;

/** Calls a method of the tab. @param {'page' | 'worker'} kind @param {string} method @param {unknown} argument */
methods.call = (kind, method, argument) => {
  if (kind === 'page') return tab[method](argument);
  worker ??= new Worker('/worker.js', { type: 'module' });
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve, reject) => {
    port1.onmessage = ({ data: { value, error } }) => (error === undefined ? resolve(value) : reject(new Error(error)));
    /** @type {Worker} */ (worker).onerror = ({ message }) => reject(new Error(message));
    /** @type {Worker} */ (worker).postMessage({ method, argument, port: port2 }, [port2]);
  });
};

methods.terminate = () => worker?.terminate();

document.documentElement.dataset.ready = 'true';
