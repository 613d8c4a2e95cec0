// A worker that is a tab.
import { Tab } from './tab.js';

const tab = new Tab();

addEventListener('message', async ({ data: { method, argument, port } }) => {
  try {
    port.postMessage({ value: await tab[method](argument) });
  } catch (error) {
    port.postMessage({ error: String(error) });
  }
});
