// A page that opens its store as it is loaded, and says how long after the start of the navigation it had the first
// answer. `?load=all`: after it has read every service into memory. `?found=1`: so many services are the answer.
// @ts-ignore: no such package
import { open } from 'contender';
import { contactKey } from '../records.js';
import { opened } from './opened.js';

const wanted = new URLSearchParams(location.search);

opened(async () => {
  /** @type {import('../contenders/contender.js').Contender} */
  const contender = await open();
  if (wanted.get('load') === 'all') globalThis.loaded = await contender.all();
  const { length } = await contender.query(contactKey(0));
  if (length !== Number(wanted.get('found'))) throw new Error(`the first answer has ${length} services`);
});
