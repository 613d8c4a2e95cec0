// Random histories of handing over, undoing, signing in and out: over the package, its own server and a network that
// fails. ASSOCIATIONS in the environment makes it longer, SEED another one.
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { memoryStorage } from '../../js/index.js';
import { ENDPOINT, asCustomer, exported, exportedBy, network, openMemory, openServer, trusting } from '../js/support.js';

const RUNS = Number(process.env.ASSOCIATIONS ?? 1);
const runs = (most) => ({ numRuns: most * RUNS, seed: Number(process.env.SEED ?? 1) });

const KEYS = ['a', 'b'];
const [PAT, ROBIN] = ['C-42', 'C-43'];

const key = fc.constantFrom(...KEYS);
const customer = fc.constantFrom(PAT, ROBIN);
const pick = fc.nat(7);

/** What a service may go through before anybody logs in. */
const history = fc.array(
  fc.record({
    contact_key: key,
    customer_id: fc.option(customer, { nil: undefined, freq: 5 }),
    auto_complete_after: fc.constantFrom(undefined, 1e6),
    parts: fc.nat(2),
    ends: fc.boolean(),
    signOut: fc.constantFrom(false, false, false, true), // after it
  }),
  { minLength: 1, maxLength: 5 },
);

async function live(services, list) {
  const ids = [];
  for (const { parts, ends, signOut, ...event } of list) {
    const { service_id } = await services.start({ ...event, Cart: { parts } });
    ids.push(service_id);
    for (let i = 0; i < parts; ++i) await services.startState(service_id, { state_type: `s${i}`, Note: i });
    if (parts > 0) await services.startTask(service_id, { state_id: 0 });
    if (ends) await services.complete(service_id, { disposition: 'd' });
    if (signOut) await services.signOut();
  }
  return ids;
}

const selection = fc.record({
  picks: fc.option(fc.array(pick, { minLength: 1, maxLength: 3 }), { nil: undefined }),
  contact_keys: fc.option(fc.uniqueArray(key, { minLength: 1 }), { nil: undefined }),
  visit: fc.constantFrom(undefined, true),
  verified_keys: fc.option(fc.uniqueArray(key, { minLength: 1 }), { nil: undefined }),
});

const requestOf = ({ picks, ...rest }, ids, customer_id = PAT) =>
  JSON.parse(JSON.stringify({ customer_id, ...rest, service_ids: picks && [...new Set(picks.map((n) => ids[n % ids.length]))] }));

const idsOf = (list) => list.map((one) => one.service_id);
const ALL = { confirm: true, on_conflict: 'keep' };

const check = (arbitraries, most, property) => fc.assert(fc.asyncProperty(...arbitraries, property), runs(most));

test('associating again, from either tab, at once or later, changes nothing and answers the same', () =>
  check([history, selection, fc.array(fc.boolean(), { minLength: 2, maxLength: 5 }), fc.boolean()], 40, async (list, chosen, tabs, together) => {
    const storage = memoryStorage();
    const open = [await openMemory({ storage }), await openMemory({ storage })];
    const request = requestOf(chosen, await live(open[0], list));
    const calls = tabs.map((which) => () => open[Number(which)].associate(request, ALL));
    const receipts = [];
    if (together) receipts.push(...(await Promise.all(calls.map((call) => call()))));
    else for (const call of calls) receipts.push(await call());
    for (const receipt of receipts) expect(receipt?.association_id).toBe(receipts[0]?.association_id);
    const associations = await open[1].receipts();
    expect(associations).toHaveLength(receipts[0] === undefined ? 0 : 1);
    const attached = associations.flatMap((one) => idsOf(one.services));
    expect(new Set(attached).size).toBe(attached.length);
    await open[0].visit();
    expect(open[0].digest()).toBe(open[1].digest());
    await Promise.all(open.map((one) => one.close()));
  }));

/** What a second tab may do in between. */
const meddling = fc.constantFrom('nothing', 'start', 'complete', 'state', 'task', 'extension', 'remove', 'give', 'associate', 'signIn', 'signInOther', 'signOut', 'reset');

async function meddle(tab, what, id) {
  const acts = {
    start: () => tab.start({ contact_key: 'a' }),
    complete: () => tab.complete(id),
    state: () => tab.startState(id, {}),
    task: () => tab.startTask(id, {}),
    extension: () => tab.replaceExtension(id, 'Cart', 1),
    remove: () => tab.deleteService(id),
    give: () => tab.associateService({ customer_id: ROBIN, service_id: id }),
    associate: () => tab.associate({ customer_id: PAT, service_ids: [id] }),
    signIn: () => tab.signIn(PAT),
    signInOther: () => tab.signIn(ROBIN),
    signOut: () => tab.signOut(),
    reset: () => tab.reset(),
  };
  await acts[what]?.().catch((error) => expect(error.code).toMatch(/not_found|conflict|unverified/));
}

test('a plan is carried out exactly if it still holds, and exactly as it was made; else nothing happens', () =>
  check([history, selection, meddling, pick], 70, async (list, chosen, what, n) => {
    const storage = memoryStorage();
    const [services, tab] = [await openMemory({ storage }), await openMemory({ storage })];
    const ids = await live(services, list);
    const request = requestOf(chosen, ids);
    const plan = await services.plan(request);
    await meddle(tab, what, ids[n % ids.length]);
    const { customer_id = PAT } = await tab.visit();
    const holds = customer_id === PAT && (await tab.plan(request)).digest === plan.digest;
    const before = tab.digest();
    const outcome = await services.associate(plan, { on_conflict: 'keep' }).then(
      (receipt) => ({ receipt }),
      ({ code }) => ({ code }),
    );
    await tab.visit();
    if (holds) {
      const { receipt, code } = outcome;
      expect(code).toBeUndefined();
      if (plan.attach.length > 0) expect(idsOf(receipt.services)).toEqual(idsOf(plan.attach));
      else expect(receipt === undefined || plan.already.length > 0).toBe(true);
    } else {
      expect(outcome).toEqual({ code: 'conflict' });
      expect(tab.digest()).toBe(before);
    }
    expect(services.digest()).toBe(tab.digest());
    await Promise.all([services.close(), tab.close()]);
  }));

test('undone, every service is to the last byte what it was, whether it had been delivered or not', () =>
  check([history, selection, fc.boolean(), fc.boolean()], 40, async (list, chosen, delivers, reloads) => {
    const server = openServer(trusting);
    const options = { storage: memoryStorage(), endpoint: delivers ? ENDPOINT : undefined, fetch: network(server).fetch, getCredentials: asCustomer };
    let services = await openMemory(options);
    const ids = await live(services, list);
    await services.signIn(PAT); // what is seen does not change by it
    const before = await exported(services);
    const receipt = await services.associate(requestOf(chosen, ids), ALL);
    if (receipt !== undefined) {
      if (delivers) await services.delivered(receipt.association_id);
      if (reloads) {
        await services.close();
        services = await openMemory(options);
      }
      const { undone_by } = await services.undo(receipt.association_id);
      expect(undone_by !== undefined).toBe(delivers);
      if (delivers) await services.delivered(undone_by);
      // Without a contact key there would be no way back to it; every service here has one.
      for (const { customer_id } of JSON.parse(await exportedBy(server))) expect(customer_id).toBeUndefined();
    }
    expect(await exported(services)).toBe(before);
    await services.close();
  }));

test('of two tabs that hand over at once one is first, and both, a third and the server have the same winner', () =>
  check([history, selection, selection, customer, customer, fc.boolean()], 40, async (list, first, second, one, other, swapped) => {
    const server = openServer(trusting);
    const options = { storage: memoryStorage(), endpoint: ENDPOINT, fetch: network(server).fetch, getCredentials: asCustomer };
    const tabs = [await openMemory(options), await openMemory(options)];
    const ids = await live(tabs[0], list);
    if (swapped) tabs.reverse();
    const outcomes = await Promise.allSettled([tabs[0].associate(requestOf(first, ids, one), ALL), tabs[1].associate(requestOf(second, ids, other), ALL)]);
    const won = outcomes.filter(({ status }) => status === 'fulfilled').map(({ value }) => value);
    if (one === other) expect(won).toHaveLength(2);
    else expect(outcomes.map(({ reason }) => reason?.code).sort()).toEqual(['conflict', undefined]);
    const { customer_id } = await tabs[0].visit();
    const receipts = await tabs[1].receipts();
    for (const { association_id } of receipts) await tabs[0].delivered(association_id);
    const taken = receipts.flatMap((receipt) => idsOf(receipt.services));
    expect(new Set(taken).size).toBe(taken.length); // each service in one association only
    const third = await openMemory(options);
    for (const tab of [...tabs, third]) {
      const theirs = idsOf(await tab.queryServices(customer_id));
      for (const id of taken) expect(theirs).toContain(id);
    }
    const there = JSON.parse(await exportedBy(server)).map((service) => [service.service_id, service.customer_id]);
    expect(there.sort()).toEqual(taken.map((id) => [id, customer_id]).sort());
    expect(new Set([...tabs, third].map((tab) => tab.digest())).size).toBe(1);
    await Promise.all([...tabs, third].map((tab) => tab.close()));
  }));

test('an envelope with any one byte changed is refused whole', async () => {
  const net = network(openServer(trusting));
  const services = await openMemory({ endpoint: ENDPOINT, fetch: net.fetch, getCredentials: asCustomer });
  await live(services, [{ contact_key: 'é', parts: 1, ends: true }, { contact_key: 'b', parts: 0 }]);
  const first = await services.associate({ customer_id: PAT });
  await services.delivered(first.association_id);
  await services.delivered((await services.undo(first.association_id)).undone_by);
  // One that names what it follows, beside a plain one and an undo.
  await services.delivered((await services.associate({ customer_id: PAT })).association_id);
  await services.close();
  const server = openServer(trusting);
  const post = (body) => server.call('POST', '/associations', { body, headers: { Authorization: PAT } });
  for (const { body } of net.requests) {
    const bytes = new TextEncoder().encode(body);
    const before = await exportedBy(server);
    await check([fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 })], 150, async (at, change) => {
      const bent = bytes.slice();
      bent[at] ^= change;
      const response = await post(bent);
      expect(`${response.status} ${(await response.json()).code}`).toMatch(/^(400 invalid_request|403 customer_mismatch)$/);
      expect(await exportedBy(server)).toBe(before);
    });
    expect((await post(bytes)).status).toBe(200);
  }
});

/** What happens to the next request: it gets through, its answer is lost, or it never arrives; then the page is offline. */
const fate = fc.constantFrom(undefined, undefined, undefined, 'lose', 'drop');

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ op: fc.constant('start'), contact_key: key, customer_id: fc.option(customer, { nil: undefined, freq: 6 }) }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('signIn'), who: customer }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('signOut') }) },
  { weight: 5, arbitrary: fc.record({ op: fc.constant('associate'), who: customer, chosen: selection, on_conflict: fc.constantFrom('reject', 'keep', 'reassign'), confirm: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ op: fc.constant('undo'), n: pick }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('reset') }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('reload') }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('online') }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant('remove'), n: pick }) },
);

/** Whose a service is, as the contract has it: told by what the page was asked to do, and by nothing that the core keeps. */
class Oracle {
  visit = 0;
  /** Whose visit, by number. @type {Map<number, string>} */
  visits = new Map();
  /** @type {Map<string, { visit: number, key: string, customer?: string, by?: string, before?: any }>} */
  services = new Map();
  used = false;

  get who() {
    return this.visits.get(this.visit);
  }

  bind(customer) {
    if (this.who !== undefined && this.who !== customer) ++this.visit;
    this.visits.set(this.visit, customer);
  }

  leave() {
    const used = this.who !== undefined || [...this.services.values()].some((one) => one.visit === this.visit);
    if (used) ++this.visit;
  }

  whose(id) {
    const { customer, visit } = this.services.get(id);
    return customer ?? this.visits.get(visit);
  }

  shown() {
    return [...this.services.keys()].filter((id) => {
      const whose = this.whose(id);
      return this.services.get(id).visit === this.visit || whose === undefined || whose === this.who;
    });
  }

  take(id, customer, by) {
    const one = this.services.get(id);
    Object.assign(one, { customer, by, before: { customer: one.customer, by: one.by, before: one.before } });
  }

  giveBack(id, by) {
    const one = this.services.get(id);
    if (one?.by === by) Object.assign(one, { ...one.before });
  }
}

test('two customers at one browser: no service is ever shown, handed over, sent or kept for the wrong one', () =>
  check([fc.array(step, { minLength: 5, maxLength: 25 }), fc.array(fate, { minLength: 20, maxLength: 20 })], 50, async (steps, fates) => {
    const server = openServer(trusting);
    const net = network(server);
    const oracle = new Oracle();
    const ever = new Map(); // by service: every customer whom it was handed over to
    const made = new Set();
    let offline = false;
    let cookie;
    const fetch = async (target, init) => {
      const { customer_id, services: list } = JSON.parse(new TextDecoder().decode(init.body));
      expect([init.headers.Authorization, customer_id]).toEqual([oracle.who, oracle.who]);
      for (const { service_id } of list) expect(ever.get(service_id)).toContain(customer_id);
      const what = fates.shift();
      if (what) net.next.push(what);
      offline = what !== undefined;
      return net.fetch(target, init);
    };
    const getCredentials = () => (offline ? null : { headers: { Authorization: cookie } });
    const options = { storage: memoryStorage(), endpoint: ENDPOINT, fetch, getCredentials, retry: { first: 0 } };
    let services = await openMemory(options);

    /** Until nothing moves any more: all is delivered, or the page is offline. */
    const settle = async () => {
      for (;;) {
        const receipts = await services.receipts();
        for (const { association_id, services: list } of receipts) {
          for (const { service_id, result } of list) if (result === 'conflict') oracle.giveBack(service_id, association_id);
        }
        if (offline || receipts.every(({ state }) => state !== 'pending' && state !== 'sent')) return;
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    const owners = async () => new Map(JSON.parse(await exportedBy(server)).map((one) => [one.service_id, one.customer_id]));
    const verify = async () => {
      const here = JSON.parse(await exported(services));
      expect(idsOf(here).sort()).toEqual(oracle.shown().sort());
      for (const one of here) expect(one.customer_id).toBe(oracle.services.get(one.service_id).customer);
      for (const { customer_id } of await services.receipts()) expect(customer_id).toBe(oracle.who);
      for (const name of [PAT, ROBIN]) {
        for (const id of idsOf(await services.queryServices(name))) expect(oracle.services.get(id).customer).toBe(name);
      }
      for (const [id, name] of await owners()) if (name !== undefined) expect(ever.get(id)).toContain(name);
    };
    const acts = {
      async start({ op: _op, ...event }) {
        const { service_id } = await services.start(event);
        oracle.services.set(service_id, { visit: oracle.visit, key: event.contact_key, customer: event.customer_id });
      },
      async signIn({ who }) {
        // The site's cookie and the page's visit change together.
        oracle.bind(who);
        cookie = who;
        expect(await services.signIn(who)).toEqual({ visit: oracle.visit, customer_id: who });
      },
      async signOut() {
        oracle.leave();
        cookie = undefined;
        expect((await services.signOut()).visit).toBe(oracle.visit);
      },
      async associate({ op: _op, who, chosen, ...how }) {
        if (oracle.services.size === 0) return;
        const free = oracle.who === undefined || oracle.who === who;
        const request = requestOf(chosen, [...oracle.services.keys()], who);
        const shown = new Set(oracle.shown());
        const was = oracle.who;
        const visit = oracle.visit;
        if (free) {
          oracle.bind(who);
          cookie = who;
        }
        // Whom it may be handed over to is known before it is sent.
        const may = [...oracle.services.keys()].filter((id) => oracle.whose(id) === who || oracle.whose(id) === undefined || shown.has(id));
        for (const id of free ? may : []) ever.set(id, [...(ever.get(id) ?? []), who]);
        const outcome = await services.associate(request, how).then((receipt) => ({ receipt }), ({ code }) => ({ code }));
        if (outcome.code) {
          expect(outcome.code).toMatch(/^(conflict|unverified|not_found)$/);
          if (free && was === undefined) {
            oracle.visits.delete(visit); // nothing at all was done
            cookie = undefined;
          }
          return;
        }
        expect(free).toBe(true);
        const { association_id, services: taken } = outcome.receipt ?? {};
        // An earlier receipt is of the earlier association.
        if (association_id === undefined || made.has(association_id)) return;
        made.add(association_id);
        for (const id of idsOf(taken)) {
          expect(may).toContain(id);
          // A key that was typed in another visit is no proof.
          const { visit: started, customer: owner, key: typed } = oracle.services.get(id);
          expect(started === oracle.visit || owner === who || how.confirm || request.verified_keys?.includes(typed)).toBe(true);
          oracle.take(id, who, association_id);
        }
      },
      async undo({ n }) {
        const receipts = await services.receipts();
        const one = receipts[n % receipts.length];
        if (one === undefined || one.undoes) return;
        if (one.state !== 'undone') for (const id of idsOf(one.services)) oracle.giveBack(id, one.association_id);
        await services.undo(one.association_id);
      },
      async reset() {
        await services.reset();
        oracle.services.clear();
        ++oracle.visit;
        cookie = undefined;
      },
      async reload() {
        await services.close();
        services = await openMemory(options);
      },
      async online() {
        offline = false;
        services.retryDelivery();
      },
      async remove({ n }) {
        const ids = oracle.shown();
        if (ids.length === 0) return;
        await services.deleteService(ids[n % ids.length]);
        oracle.services.delete(ids[n % ids.length]);
      },
    };
    for (const one of steps) {
      await acts[one.op](one);
      await settle();
      await verify();
    }
    // In the end each customer comes back with a network that works; then both ends agree.
    fates.length = 0;
    for (const who of [PAT, ROBIN]) {
      offline = false;
      await acts.signIn({ who });
      services.retryDelivery();
      await settle();
      await verify();
    }
    for (const [id, name] of await owners()) {
      const here = oracle.services.get(id);
      // What was theirs before it was handed over the server need not know.
      if (here && (name !== undefined || here.by !== undefined)) expect([id, name]).toEqual([id, here.customer]);
    }
    await services.close();
  }));
