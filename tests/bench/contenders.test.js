// Every contender stores what it is given, finds exactly the right services, still has them in a new page, and hands
// them over: a benchmark in which one of them does nothing would be worth nothing.
import { afterAll, beforeAll, describe, test } from '@jest/globals';
import { CONTENDERS } from './browser/contenders.js';
import { Session } from './browser/session.js';

const LIMIT = 60;

/** @type {Session} */
let session;
beforeAll(async () => {
  session = await Session.start();
});
afterAll(() => session.close());

describe.each(CONTENDERS)('$label', (contestant) => {
  test('finds what was started, in a new page too, and hands it over', async () => {
    await session.check(contestant, LIMIT);
  });
});
