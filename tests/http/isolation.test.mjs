// Generated from openapi.yaml: under A's token B's ids answer what random ids answer, to the byte.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { readCatalogue } from '../lib/catalogue.mjs';
import { as, cafe, cook, manager, menu, rows, shop, suite, world } from './lib/context.mjs';
import { Client, ok, send, uuid7, withoutRequestId } from './lib/client.mjs';
import { Device } from './lib/device.mjs';
import { draft } from './lib/draft.mjs';
import { harvest } from './lib/harvest.mjs';
import { personal } from './lib/personal.mjs';
import { operations, resolve } from './lib/schema.mjs';

// One real row of every kind of the café (B); the shop (A) asks for them.
async function victim() {
  const client = await as(cafe, manager);
  const screen = await as(cafe, cook, { register: 'K1' });
  const register = await new Device(await as(cafe, manager, { register: 'R1' })).load();
  const { document, kitchen, stocked } = await menu();
  const subject = uuid7();
  const { members, pii } = personal({ '/note': 'secret' }, subject);
  const { order } = ok(await client.post('/v1/orders', { ...members, pii, send: true, lines: [{ item_id: kitchen.id, qty: '1' }] }), 201);
  // The first sale opens the shift.
  ok(await client.post('/v1/orders', { lines: [{ item_id: kitchen.id, qty: '1' }], payments: [{ tender: 'cash', amount: kitchen.price }] }), 201);
  const { tickets } = ok(await screen.get('/v1/kitchen/tickets'));
  const ticket = tickets.find((one) => one.order_id === order.id);
  const bump = ok(await screen.post(`/v1/kitchen/tickets/${ticket.id}/bump`, { to: 'cooking' }));
  const [shift] = await rows(`SELECT shift_id FROM pos.shift WHERE tenant_id = '${client.session.tenant.id}' LIMIT 1`);
  const combo = document.items.find((item) => item.combo.length);
  const sale = { id: uuid7(), item_id: kitchen.id, qty: '1' };
  const { order: sold } = ok(await client.post('/v1/orders', { lines: [sale], payments: [{ tender: 'cash', amount: kitchen.price }] }), 201);
  const { refund } = ok(await client.post(`/v1/orders/${sold.id}/refunds`, { lines: [{ line_id: sale.id, qty: '1' }], tender: 'cash', reason: 'x' }), 201);
  const [{ id: role }] = ok(await client.get('/v1/roles')).roles;
  const [{ id: person }] = ok(await client.get('/v1/staff')).staff;
  const { id: session } = ok(await client.get('/v1/sessions')).sessions.find((one) => !one.current);
  const made = await draft(client);
  const { api_key: key } = ok(await client.post('/v1/api-keys', { name: 'victim', scopes: ['order.read'] }, { key: null }), 201);
  const found = await harvest(client); // of endpoints that nobody has thought of here
  return {
    variant_id: uuid7(), customer_group_id: uuid7(), waive: found.charge_id ?? uuid7(), ...found,
    order_id: order.id, line_id: order.lines[0].id, ticket_id: ticket.id, item_id: stocked.id, shift_id: shift.shift_id,
    journal_id: client.session.journal_id, undo: bump.bump_id, items: ticket.items[0].id, dev: register.dev,
    modifier_id: document.groups[0].modifiers[0].id, slot_id: combo.combo[0].id, after: order.id,
    role_id: role, staff_id: person, session_id: session, refund_id: refund.id,
    ...Object.fromEntries(Object.entries(made).filter(([kind]) => kind !== 'item').map(([kind, { id }]) => [`${kind}_id`, id])),
    variant_id: made.item.variants[0].id, by: made.tax.id, subject_id: subject, device_id: register.dev, row_id: made.item.id, outlet_id: client.session.outlet.id, key_id: key.id,
  };
}

/** Paths of every uuid in a body schema: [['lines', 0, 'item_id'], ...]; ids that the caller makes are named id. */
function uuidPaths(schema, at = []) {
  const s = resolve(schema);
  if (s.format === 'uuid') return at.at(-1) === 'id' ? [] : [at];
  if (s.type === 'array') return uuidPaths(s.items, [...at, 0]);
  return Object.entries(s.properties ?? {}).flatMap(([name, member]) => uuidPaths(member, [...at, name]));
}

const word = (path) => path.filter((part) => typeof part === 'string').at(-1);

/** The smallest body that the contract allows, with A's own ids, plus the members on the path under test. */
function sample(schema, own, path, name) {
  const s = resolve(schema);
  const rest = (part) => (path[0] === part ? path.slice(1) : []);
  if (s.type === 'array') return [sample(s.items, own, rest(0), name)];
  if (s.type === 'object') {
    const wanted = new Set([...(s.required ?? []), path[0]]);
    const members = Object.entries(s.properties ?? {}).filter(([member]) => wanted.has(member));
    return Object.fromEntries(members.map(([member, of]) => [member, sample(of, own, rest(member), member)]));
  }
  if (s.format === 'uuid') return own[name] ?? randomUUID();
  if (s.enum) return s.enum[0];
  if (s.type === 'integer') return Math.max(s.minimum ?? 1, 1);
  if (s.type === 'boolean') return false;
  return s.pattern ? '1' : 'x';
}

function setAt(target, path, value) {
  const copy = structuredClone(target);
  const holder = path.slice(0, -1).reduce((at, part) => at[part], copy);
  holder[path.at(-1)] = value;
  return copy;
}

/** What needs no token answers everybody the same, for whatever journal. */
const isPublic = (op) => op.security?.length === 0;

/** Every (operation, id parameter) of the contract that somebody has to be signed in for. */
function probes() {
  return operations.filter((op) => op['x-mpos-operation'] && op.operationId !== 'syncPush' && !isPublic(op)).flatMap((op) => {
    const ids = op.parameters.filter((one) => resolve(one.schema).format === 'uuid').map((one) => ({ op, in: one.in, name: one.name }));
    const body = op.requestBody?.content['application/json'].schema;
    // An approval that nothing asks for is not looked at; what asks for one is tried in limits.test.mjs and limits.sql.
    const paths = body ? uuidPaths(body).filter((path) => word(path) !== 'approval') : [];
    return [...ids, ...paths.map((path) => ({ op, in: 'body', name: word(path), path }))];
  });
}

async function ask(client, probe, own, id) {
  const { op } = probe;
  const path = op.path.replace(/\{(\w+)\}/g, (_, name) => (probe.in === 'path' && probe.name === name ? id : own[name]));
  const query = probe.in === 'query' ? `?${probe.name}=${id}` : '';
  const schema = op.requestBody?.content['application/json'].schema;
  let body;
  if (schema) {
    body = sample(schema, own, probe.path ?? []);
    if (probe.path) body = setAt(body, probe.path, id);
  }
  const headers = { authorization: `Bearer ${client.token}`, 'content-type': 'application/json', 'idempotency-key': randomUUID() };
  return send(client.url, op.method.toUpperCase(), path + query, { headers, body: body && JSON.stringify(body) });
}

suite('isolation', () => {
  test('the probes cover every id of the contract', () => {
    const found = new Set(probes().map((probe) => `${probe.op.operationId} ${probe.in} ${probe.name}`));
    for (const expected of ['getOrder path order_id', 'placeOrder body item_id', 'placeOrder body modifier_id', 'placeOrder body slot_id',
      'payCash body order_id', 'recallTicket body undo', 'bumpTicket body items', 'listOrders query after', 'listStock query after',
      'getJournal path journal_id', 'listEntries path journal_id', 'voidLine path line_id', 'readPii body subject_id', 'erasePii body order_id']) assert.ok(found.has(expected), expected);
  });

  test('nothing is public but signing in, health and the hashes of journals', () => {
    assert.deepEqual(operations.filter(isPublic).map((op) => op.operationId).sort(), ['finishSso', 'health', 'metrics', 'pairDevice', 'readCheckpoint',
      'readCheckpointOfEpoch', 'readKeys', 'readKeysOfEpoch', 'readProof', 'readProofOfEpoch', 'readTile', 'readTileOfEpoch', 'ready', 'refreshSession', 'returnFromSso',
      'signInByDevice', 'signInByPassword', 'signInByPin', 'startSso', 'webSocket']);
  });

  test("another business's ids answer what random ids answer", async () => {
    const foreign = await victim();
    const client = await as(shop, manager);
    const [item] = (await readCatalogue(client)).items;
    const { order } = ok(await client.post('/v1/orders', { lines: [{ item_id: item.id, qty: '1' }] }), 201);
    const own = { item_id: item.id, order_id: order.id, line_id: order.lines[0].id };
    let asked = 0;
    for (const probe of probes()) {
      const id = foreign[probe.name] ?? foreign[probe.name.replace(/s$/, '')];
      assert.ok(id, `${probe.op.operationId}: no real ${probe.name} to ask for`);
      for (const random of [randomUUID(), uuid7()]) {
        const real = await ask(client, probe, own, id);
        const none = await ask(client, probe, own, random);
        const name = `${probe.op.operationId} ${probe.in} ${probe.name}`;
        assert.ok(`${real.status} ${withoutRequestId(real)}` === `${none.status} ${withoutRequestId(none)}`,
          `${name}: ${real.bytes.subarray(0, 300)} <> ${none.bytes.subarray(0, 300)}`);
        assert.ok(!real.bytes.includes(id), `${name} repeats the id`);
        asked += 1;
      }
    }
    assert.ok(asked >= 30, `${asked} probes`);
  });

  test('an id that a business uses may be used by another, and neither learns of it', async () => {
    const foreign = await victim();
    const client = await as(shop, manager);
    const [item] = (await readCatalogue(client)).items;
    const { order } = ok(await client.post('/v1/orders', { id: foreign.order_id, lines: [{ item_id: item.id, qty: '1' }] }), 201);
    assert.equal(order.id, foreign.order_id);
    assert.notEqual(ok(await (await as(cafe, manager)).get(`/v1/orders/${order.id}`)).lines[0].item_id, item.id);
  });

  test("operations of a device that name another business's ids answer as random ids do", async () => {
    const foreign = await victim();
    const client = await as(shop, manager, { register: 'R1' });
    const device = await new Device(client).load();
    const forms = (name, id) => ({
      order_id: ['order.send', { order_id: id }], item_id: ['order.place', { id: uuid7(), lines: [{ item_id: id, qty: '1' }] }],
      ticket_id: ['kds.bump', { ticket_id: id, to: 'ready' }], shift_id: ['shift.close', { shift_id: id, counted: 0 }],
    })[name];
    for (const name of ['order_id', 'item_id', 'ticket_id', 'shift_id']) {
      const result = async (id) => {
        const { results: [one] } = ok(await device.push(device.op(...[forms(name, id)].flatMap(([t, b]) => [t, uuid7(), b]))));
        const { seq, ...rest } = one;
        return rest;
      };
      const real = await result(foreign[name]);
      assert.deepEqual(real, await result(uuid7()), name);
      assert.ok(!['ok', 'flag', 'noop'].includes(real.st), `${name}: ${real.st}`);
    }
  });

  test("a push in another business's device name answers as one in a random name", async () => {
    const { url } = await world();
    const foreign = await victim();
    const client = await as(shop, manager, { register: 'R1' });
    const answers = [];
    for (const dev of [foreign.dev, uuid7()]) {
      const device = Object.assign(await new Device(client).load(), { dev });
      const op = device.op('shift.open', uuid7(), { float: 0 });
      answers.push(await new Client(url, client.session).post('/v1/sync/push', device.batch([op]), { key: null }));
    }
    assert.equal(answers[0].status, answers[1].status);
    assert.equal(withoutRequestId(answers[0]), withoutRequestId(answers[1]));
    assert.ok(answers[0].status >= 400);
  });
});
