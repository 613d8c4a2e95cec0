// Contract section 2: the wire's conventions, errors and limits.
import assert from 'node:assert/strict';
import { AT } from '../case.js';

/** @typedef {import('../case.js').Case} Case */

/** Every path and the methods it has. */
const METHODS = [
  ['services/start', 'POST'], ['customers/C/services/s', 'POST'], ['services/s/end', 'POST'], ['services/anonymous/k', 'GET'],
  ['services/anonymous/k/active', 'GET'], ['services/anonymous/k/completed', 'GET'], ['customers/C/services', 'GET'],
  ['customers/C/services/completed', 'GET, POST'], ['services/s', 'GET, PUT, DELETE'], ['services/s/states/start', 'POST'],
  ['services/s/states/transition', 'POST'], ['services/s/states/0/end', 'POST'], ['services/s/states', 'GET'],
  ['services/s/states/0', 'GET'], ['services/s/tasks/start', 'POST'], ['services/s/tasks/0/end', 'POST'], ['services/s/tasks', 'GET'],
  ['services/s/tasks/0', 'GET'], ['services/s/extensions/x', 'PUT'], ['services/s/extensions/x/merge', 'PUT'],
  ['services/s/states/0/extensions/x', 'PUT'], ['services/s/tasks/0/extensions/x/merge', 'PUT'], ['services_composite/start', 'POST'],
  ['maintenance/purge', 'POST'], ['maintenance/services/stream', 'GET'], ['metadata/business-attributes', 'GET'],
  ['metadata/business-attributes/x', 'GET'], ['associations', 'POST'],
];

/** @type {Case[]} */
const methods = METHODS.flatMap(([path, allow]) =>
  ['GET', 'POST', 'PUT', 'DELETE', 'PATCH']
    .filter((method) => !allow.includes(method))
    .slice(-2)
    .map((method) => ({
      section: '2',
      name: `${method} ${path} is 405 with Allow`,
      run: async (api) => {
        const answer = await api.expect(405, method, path);
        const allowed = new Set((answer.headers.get('Allow') ?? '').split(', '));
        // A literal segment is the more special path: customers/C/services/completed is a list, not a service.
        if (path !== 'customers/C/services/completed') assert.deepEqual(allowed, new Set(allow.split(', ')));
      },
    })),
);

/** @type {Case[]} */
const paths = ['', 'nowhere', 'services', 'services/s/unknown', 'customers/C', 'services/s/states/0/extensions', 'services/start/', 'local/outbox', 'maintenance'].map((path) => ({
  section: '2',
  name: `/${path} is a path that no operation has`,
  run: async (api) => assert.equal((await api.expect(404, 'GET', path)).json.code, 'no_such_path'),
}));

/** @type {Case[]} */
const keys = ['a@b.c', '+49 30 1234', 'a/b', '100%', 'Doe+Jane', 'Müller', '日本', '😀', 'a,b', 'a&b=c', '"q"', "it's", 'a\\b', '..', 'active', 'states', 'x'.repeat(256)].map((key) => ({
  section: '2',
  name: `the contact key ${key.slice(0, 12)} finds its service and no other`,
  run: async (api) => {
    const id = await api.start({ contact_key: key });
    await api.start({ contact_key: 'other' });
    const path = key === '..' ? '%2E%2E' : encodeURIComponent(key);
    if (key !== '..') assert.deepEqual(await api.ids(`services/anonymous/${path}/active`), [id]);
  },
}));

/** @type {[string, unknown][]} */
const badBodies = [
  ['no JSON', '{'], ['an empty text', ''], ['a list', '[]'], ['a string', '"x"'], ['a trailing comma', '{"contact_key":"k",}'],
  ['two values', '{} {}'], ['a comment', '{/**/}'], ['single quotes', "{'contact_key':'k'}"], ['NaN', '{"contact_key":"k","x":NaN}'],
  ['no UTF-8', new Uint8Array([...Buffer.from('{"contact_key":"'), 0xc3, 0x28, ...Buffer.from('"}')])],
  ['a zero byte and more behind it', new Uint8Array([...Buffer.from('{"contact_key":"k"}'), 0, ...Buffer.from(',"customer_id":"C-1"')])],
  ['a byte order mark', '\ufeff{"contact_key":"k"}'], ['a lone surrogate', '{"contact_key":"k","x":"\\ud800"}'],
  ['nesting of 33', `{"contact_key":"k","x":${'['.repeat(32)}${']'.repeat(32)}}`],
];

/** @type {[string, string, string][]} instants: what is sent, what comes back */
const instants = [
  ['UTC', '2020-05-01T10:00:00.000Z', AT], ['without a fraction', '2020-05-01T10:00:00Z', AT], ['ahead of UTC', '2020-05-01T12:30:00.000+02:30', AT],
  ['behind UTC', '2020-05-01T05:00:00.000-05:00', AT], ['an offset without colon', '2020-05-01T11:00:00.000+0100', AT],
  ['microseconds, cut', '2020-05-01T10:00:00.000999Z', AT], ['a leap day', '2020-02-29T00:00:00Z', '2020-02-29T00:00:00.000Z'], ['before 1970', '1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z'],
];

/** @type {Case[]} */
export const wire = [
  ...methods,
  ...paths,
  ...keys,
  ...badBodies.map(([what, body]) => /** @type {Case} */ ({ section: '2', name: `a body of ${what} is 400`, run: (api) => api.expect(400, 'POST', 'services/start', body) })),
  { section: '2', name: 'nesting of 32 is accepted', run: async (api) => void (await api.expect(201, 'POST', 'services/start', `{"contact_key":"k","x":${'['.repeat(31)}${']'.repeat(31)}}`)) },
  { section: '2', name: 'of two members of one name the last counts', run: async (api) => {
    const { json } = await api.expect(201, 'POST', 'services/start', '{"contact_key":"a","contact_key":"b","x":1,"x":2}');
    const service = await api.get(`services/${json.service_id}?extensions=*`);
    assert.deepEqual([service.contact_key, service.x], ['b', 2]);
  } },
  { section: '2', name: 'a body of 256 KiB is accepted, one byte more is 413', run: async (api) => {
    const around = JSON.stringify({ contact_key: 'k', x: '' }).length;
    await api.expect(201, 'POST', 'services/start', { contact_key: 'k', x: 'y'.repeat(256 * 1024 - around) });
    await api.expect(413, 'POST', 'services/start', { contact_key: 'k', x: 'y'.repeat(256 * 1024 - around + 1) });
  } },
  ...['text/plain', 'application/xml', 'application/jsonx'].map((type) => /** @type {Case} */ ({ section: '2', name: `a body of type ${type} is 415`, run: (api) => api.expect(415, 'POST', 'services/start', '{"contact_key":"k"}', { 'Content-Type': type }) })),
  ...['application/json; charset=utf-8', 'Application/JSON'].map((type) => /** @type {Case} */ ({ section: '2', name: `a body of type ${type} is JSON`, run: async (api) => void (await api.expect(201, 'POST', 'services/start', '{"contact_key":"k"}', { 'Content-Type': type })) })),
  ...instants.map(([what, sent, back]) => /** @type {Case} */ ({ section: '2', name: `a timestamp in ${what} comes back in UTC with milliseconds`, run: async (api) => {
    const id = await api.start({ contact_key: 'k', timestamp: sent });
    assert.equal((await api.get(`services/${id}`)).started.timestamp, back);
  } })),
  ...['2020-05-01', '2020-05-01 10:00:00Z', '2020-05-01T10:00:00', '2020-02-30T00:00:00Z', '2019-02-29T00:00:00Z', '2020-13-01T00:00:00Z', '2020-05-01T24:00:00Z', '2020-05-01T10:60:00Z', 'now', '', 1588327200000, null].map((timestamp) => /** @type {Case} */ ({ section: '2', name: `the timestamp ${JSON.stringify(timestamp)} is refused by name`, run: async (api) => assert.match((await api.expect(400, 'POST', 'services/start', { contact_key: 'k', timestamp })).json.message, /^timestamp/) })),
  { section: '2', name: 'data of two tenants never mix', run: async (api) => {
    const id = await api.start();
    const other = { ContactCenterId: 'somebody-else' };
    await api.expect(400, 'GET', `services/${id}`, undefined, other);
    assert.deepEqual((await api.call('GET', 'services/anonymous/k', undefined, { ContactCenterId: 'nobody' })).json, []);
    await api.expect(400, 'POST', `customers/C-1/services/${id}`, undefined, other);
    await api.expect(400, 'DELETE', `services/${id}`, undefined, other);
  } },
  { section: '2', name: 'a business unit sees its own services, the tenant all', run: async (api) => {
    const { json } = await api.expect(201, 'POST', 'services/start', { contact_key: 'k' }, { GroupId: 'north' });
    await api.expect(200, 'GET', `services/${json.service_id}`);
    await api.expect(200, 'GET', `services/${json.service_id}`, undefined, { GroupId: 'north' });
    await api.expect(400, 'GET', `services/${json.service_id}`, undefined, { GroupId: 'south' });
  } },
  { section: '2', name: 'results are in ascending start time, then id', run: async (api) => {
    const late = await api.start({ contact_key: 'k', timestamp: '2020-03-01T00:00:00Z' });
    const early = await api.start({ contact_key: 'k', timestamp: '2020-01-01T00:00:00Z' });
    const same = [await api.start({ contact_key: 'k', timestamp: AT }), await api.start({ contact_key: 'k', timestamp: AT })].sort();
    assert.deepEqual(await api.ids('services/anonymous/k'), [early, late, ...same]);
    api.transcript.length = 0; // the last two in the order of their ids
  } },
  { section: '2', name: 'paging follows the Link header to the end', run: async (api) => {
    const all = [];
    for (let i = 0; i < 5; ++i) all.push(await api.start({ contact_key: 'k', timestamp: `2020-01-0${i + 1}T00:00:00Z` }));
    const seen = [];
    let path = 'services/anonymous/k?limit=2&service_types=';
    for (let pages = 0; path !== ''; ++pages) {
      assert.ok(pages < 4);
      const answer = await api.expect(200, 'GET', path);
      seen.push(...answer.json.map((/** @type {any} */ one) => one.service_id));
      path = /<\/genesys\/1\/cs\/(.+)>; rel="next"/.exec(answer.headers.get('Link') ?? '')?.[1] ?? '';
    }
    assert.deepEqual(seen, all);
  } },
  { section: '2', name: 'the last page has no Link', run: async (api) => {
    await api.start();
    await api.start();
    assert.equal((await api.expect(200, 'GET', 'services/anonymous/k?limit=2')).headers.get('Link'), null);
  } },
  { section: '2', name: 'a page holds 100 unless the limit says otherwise', run: async (api) => {
    await Promise.all(Array.from({ length: 101 }, () => api.call('POST', 'services/start', { contact_key: 'k', timestamp: AT })));
    api.transcript.length = 0; // in whatever order they came
    assert.equal((await api.ids('services/anonymous/k?limit=1000')).length, 101);
    assert.equal((await api.ids('services/anonymous/k')).length, 100);
    api.transcript.length = 0;
  } },
  ...['0', '1001', '-1', 'ten', '1.5', ''].map((limit) => /** @type {Case} */ ({ section: '2', name: `the limit ${limit || '(empty)'} is refused by name`, run: async (api) => assert.match((await api.expect(400, 'GET', `services/anonymous/k?limit=${limit}`)).json.message, /^limit/) })),
  { section: '2', name: 'paging after a service that is not there is refused by name', run: async (api) => assert.match((await api.expect(400, 'GET', 'services/anonymous/k?after=x')).json.message, /^after/) },
  { section: '2', name: 'not found is 400 with CS\'s message and exception', run: async (api) => {
    const { json } = await api.expect(400, 'GET', 'services/nope');
    assert.deepEqual(json, { message: 'There are no service found for : nope', exception: 'com.genesyslab.gsg.services.contextservices.exceptions.NotFoundException', code: 'not_found' });
  } },
  { section: '2', name: 'no error repeats a contact key', run: async (api) => {
    for (const event of [{ contact_key: 'secret@key', timestamp: 'x' }, { contact_key: `secret@key${'x'.repeat(300)}` }]) {
      assert.ok(!(await api.expect(400, 'POST', 'services/start', event)).text.includes('secret'));
    }
    assert.ok(!(await api.expect(400, 'GET', 'services/anonymous/secret%40key?limit=0')).text.includes('secret'));
  } },
  ...['__proto__', 'constructor', 'prototype'].flatMap((name) => [
    /** @type {Case} */ ({ section: '2', name: `${name} is no extension of a start`, run: (api) => api.expect(400, 'POST', 'services/start', `{"contact_key":"k","${name}":1}`) }),
    /** @type {Case} */ ({ section: '2', name: `${name} is no extension to replace`, run: async (api) => void (await api.expect(400, 'PUT', `services/${await api.start()}/extensions/${name}`, '1')) }),
  ]),
  ...['states', 'tasks'].map((kind) => /** @type {Case} */ ({ section: '2', name: `a service has at most 1,000 ${kind}`, run: async (api) => {
    const id = await api.start();
    for (let i = 0; i < 1000; i += 50) await Promise.all(Array.from({ length: 50 }, () => api.call('POST', `services/${id}/${kind}/start`, '{}')));
    api.transcript.length = 0;
    await api.expect(413, 'POST', `services/${id}/${kind}/start`, '{}');
    assert.equal((await api.get(`services/${id}/${kind}`)).length, 1000);
    api.transcript.length = 0;
  } })),
];
