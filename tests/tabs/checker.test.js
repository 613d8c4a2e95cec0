// The checker itself: histories that no order explains are caught, each kind of them; those that some order explains
// pass, however the operations overlap.
import { describe, expect, test } from '@jest/globals';
import { check } from './checker.js';
import { INITIAL, apply } from './model.js';
import { randomFrom } from './random.js';

const ID = 'id-1';

/**
 * An operation on one service.
 *
 * @param {string} ticks  of call and answer, as `3-5`; `3-` if it was never answered
 * @param {import('./model.js').Operation['kind']} kind
 * @param {object} given
 * @param {import('./model.js').Result} [result]
 * @returns {import('./model.js').Operation}
 */
function op(ticks, kind, given, result) {
  const [invoked, returned] = ticks.split('-').map(Number);
  const named = kind === 'start' || kind === 'find' ? { contact_key: 'one' } : { service_id: ID };
  return { client: 'tab', service: 'one', kind, arguments: { ...named, ...given }, invoked, returned: returned || null, result };
}

const start = (ticks, id = ID) => op(ticks, 'start', {}, { value: { service_id: id } });
const replace = (ticks, v, result = { value: {} }) => op(ticks, 'replace', { value: { v } }, result);
const merge = (ticks, value) => op(ticks, 'merge', { value }, { value: {} });
const remove = (ticks, result = { value: {} }) => op(ticks, 'delete', {}, result);
const view = (shown) => ({ service_id: ID, end: null, cell: null, bag: null, states: [], ...shown });
const read = (ticks, shown) => op(ticks, 'read', {}, { value: view(shown) });
const find = (ticks, ...views) => op(ticks, 'find', {}, { value: views.map(view) });
const gone = { error: 'not_found', message: 'for people' };
const failure = { error: 'storage_failed', message: 'for people' };

const v = (value) => ({ cell: { v: value } });

describe('what no order explains is caught', () => {
  test.each([
    ['a lost update', [start('1-2'), merge('3-6', { a: 1 }), merge('4-5', { b: 2 }), read('7-8', { bag: { b: 2 } })]],
    ['an update that is lost after it was seen', [start('1-2'), replace('3-4', 1), read('5-6', v(1)), read('7-8')]],
    ['a stale read', [start('1-2'), replace('3-4', 1), replace('5-6', 2), read('7-8', v(1))]],
    ['a read that goes back while the write is still under way', [start('1-2'), replace('3-9', 1), read('4-5', v(1)), read('6-7')]],
    ['a value that nobody wrote', [start('1-2'), read('3-4', v(7))]],
    ['a value from the future', [start('1-2'), read('3-4', v(1)), replace('5-6', 1)]],
    ['a duplicate start, as its answers show', [start('1-4'), start('2-3', 'id-2')]],
    ['a duplicate start, as a query shows', [start('1-2'), find('3-4', {}, { service_id: 'id-2' })]],
    ['a service that is there before it was started', [find('1-2', {}), start('3-4')]],
    ['a start that was lost', [start('1-2'), find('3-4')]],
    ['a resurrected delete', [start('1-2'), remove('3-4'), read('5-6')]],
    ['a deleted service that is started again under its old id', [start('1-2'), remove('3-4'), start('5-6')]],
    ['a delete that did not happen', [start('1-2'), remove('3-4'), find('5-6', {})]],
    ['two states of one number', [
      start('1-2'),
      op('3-6', 'startState', {}, { value: { state_id: 0 } }),
      op('4-5', 'startState', {}, { value: { state_id: 0 } }),
    ]],
    ['a service that was completed twice', [
      start('1-2'),
      op('3-6', 'complete', { disposition: 'sold' }, { value: null }),
      op('4-5', 'complete', { disposition: 'lost' }, { value: null }),
    ]],
    ['a failed operation that took effect', [start('1-2'), replace('3-4', 1, failure), read('5-6', v(1))]],
    ['a failed delete that took effect', [start('1-2'), remove('3-4', failure), find('5-6')]],
    ['a refusal for no reason', [start('1-2'), replace('3-4', 1, gone)]],
  ])('%s', (_name, history) => {
    expect(check(history).ok).toBe(false);
  });

  test('the first answer that nothing explains is named, and the order that explains all before it', () => {
    const before = [start('1-2'), replace('3-4', 1), read('5-6', v(1))];
    const stale = read('7-8');
    const later = read('9-10', v(5));
    const verdict = check([...before, stale, later]);
    expect(verdict).toMatchObject({ ok: false, service: 'one', culprit: stale, prefix: before });
    expect(verdict.operations).toEqual([...before, stale]);
  });

  test('one bad service among good ones', () => {
    const good = [start('1-2'), replace('3-4', 1), read('5-6', v(1))].map((one) => ({ ...one, service: 'good' }));
    expect(check([...good, start('7-8'), find('9-10')])).toMatchObject({ ok: false, service: 'one' });
  });
});

describe('what some order explains passes', () => {
  test.each([
    ['starts that overlap and are answered one id', [start('1-4'), start('2-3'), find('5-6', {})]],
    ['writes that overlap, in either order: the one', [start('1-2'), replace('3-6', 1), replace('4-5', 2), read('7-8', v(1))]],
    ['writes that overlap, in either order: the other', [start('1-2'), replace('3-6', 1), replace('4-5', 2), read('7-8', v(2))]],
    ['a read that overlaps the write and sees it', [start('1-2'), replace('3-6', 1), read('4-5', v(1))]],
    ['a read that overlaps the write and does not see it', [start('1-2'), replace('3-6', 1), read('4-5')]],
    ['a write that was never answered and is seen', [start('1-2'), op('3-', 'replace', { value: { v: 1 } }), read('4-5', v(1))]],
    ['a write that was never answered and is seen late', [start('1-2'), op('3-', 'replace', { value: { v: 1 } }), read('4-5'), read('6-7', v(1))]],
    ['a write that was never answered and did not happen', [start('1-2'), op('3-', 'replace', { value: { v: 1 } }), read('4-5')]],
    ['a start that was never answered, and its service found', [op('1-', 'start', {}), find('2-3', {}), replace('4-5', 1)]],
    ['a delete that overlaps what comes too late', [start('1-2'), remove('3-6'), replace('4-5', 1, gone), find('7-8')]],
    ['a service that is started again under a new id', [start('1-2'), remove('3-4'), start('5-6', 'id-2'), find('7-8', { service_id: 'id-2' })]],
    ['a failed operation that did not take effect', [start('1-2'), replace('3-4', 1, failure), read('5-6')]],
  ])('%s', (_name, history) => {
    expect(check(history)).toMatchObject({ ok: true });
  });

  test('every history of a machine that does one thing at a time, at a moment between call and answer', () => {
    for (let seed = 1; seed <= 100; ++seed) expect(check(simulated(seed))).toMatchObject({ ok: true });
  });

  test('and none of these once an answer is replaced by one from before a write that had ended', () => {
    let altered = 0;
    for (let seed = 1; seed <= 100; ++seed) {
      const history = simulated(seed);
      const stale = history.find(({ kind, invoked, result }) =>
        kind === 'read' && result?.value?.cell && history.some((one) =>
          one.kind === 'replace' && one.returned && one.returned < invoked && one.result.value &&
          one.arguments.service_id === result.value.service_id));
      if (stale === undefined) continue;
      ++altered;
      stale.result = { value: { ...stale.result.value, cell: null } };
      expect(check(history).ok).toBe(false);
    }
    expect(altered).toBeGreaterThan(50);
  });
});

/** Four clients on one service, each operation taking effect somewhere between its call and its answer. @param {number} seed */
function simulated(seed) {
  const random = randomFrom(seed);
  const history = [];
  let state = INITIAL;
  let tick = 0;
  let made = 0;
  /** The id that a start or a query has answered last. */
  let heard = ID;
  /** What each client has under way, and whether it has happened. */
  const clients = Array.from({ length: 4 }, () => ({ operation: null, happened: false }));
  for (let left = 40; left > 0 || clients.some(({ operation }) => operation); ) {
    const client = random.pick(clients);
    if (client.operation === null) {
      if (left-- <= 0) continue;
      const kind = random.weighted({ start: 2, read: 4, replace: 4, merge: 2, startState: 2, find: 2, delete: made > 3 ? 0 : 0.3 });
      const given = { service_id: heard, value: { v: ++made } };
      client.operation = { client: 'tab', service: 'one', kind, arguments: given, invoked: ++tick, returned: null };
      client.happened = false;
      history.push(client.operation);
    } else if (!client.happened) {
      const { state: next, result } = apply(state, client.operation, `id-${tick}`);
      state = next;
      Object.assign(client, { happened: true, result });
    } else {
      // One in twenty is killed before it hears.
      if (random.from(1, 20) > 1) {
        Object.assign(client.operation, { returned: ++tick, result: client.result });
        heard = [client.result.value].flat()[0]?.service_id ?? heard;
      }
      client.operation = null;
    }
  }
  return history;
}
