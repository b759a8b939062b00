// Personal data: nothing of it in journal, stored answers, logs or dump, and after erasure no key either.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { as, cafe, cashier, cook, integrator, manager, menu, rows, suite, world } from './lib/context.mjs';
import { ok, problem, uuid7 } from './lib/client.mjs';
import { Device } from './lib/device.mjs';
import { personal } from './lib/personal.mjs';
import { head, Subscriber } from './lib/socket.mjs';

const bodyOf = async (members) => ({ ...members, lines: [{ item_id: (await menu()).kitchen.id, qty: '1' }] });

/** Words that occur nowhere else. */
function person() {
  const mark = randomUUID().slice(0, 8);
  return { '/customer/name': `Quillon ${mark}`, '/customer/phone': `+49 ${mark}`, '/customer/email': `${mark}@mail.example`, '/note': `Zwiebel${mark}` };
}

function* files(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* files(path);
    else if (entry.isFile()) yield path;
  }
}

/** Files below a folder that hold one of the needles; what vanishes while being read held nothing that stays. */
function holding(folder, needles) {
  const found = [];
  for (const path of files(folder)) {
    let bytes;
    try {
      bytes = readFileSync(path);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
      continue;
    }
    for (const needle of needles) if (bytes.includes(needle)) found.push(`${path}: ${needle.toString('hex')}`);
  }
  return found;
}

async function dump() {
  const { stack } = await world();
  return execFileSync('pg_dump', ['-d', 'mpos'], { env: stack.psqlEnv, maxBuffer: 1 << 30 });
}

async function kindOf(ref) {
  const [entry] = await rows(`SELECT get_byte(header, 8) AS kind, encode(mpos.unpack(packed), 'hex') AS payload FROM journal.entry
    WHERE journal_id = '${ref.id}' AND epoch = ${ref.epoch} AND seq = ${ref.seq}`);
  return { kind: entry.kind, text: Buffer.from(entry.payload, 'hex').toString('latin1') };
}

suite('personal data', () => {
  test('is read back with the salts that open its commitments, and every read is on record', async () => {
    const client = await integrator();
    const values = person();
    const subject = uuid7();
    const { members, pii } = personal(values, subject);
    const { order } = ok(await client.post('/v1/orders', await bodyOf({ ...members, pii })), 201);
    const read = ok(await client.post('/v1/pii/read', { order_id: order.id }, { key: null }));
    assert.equal(read.subject_id, subject);
    assert.deepEqual(Object.fromEntries(read.values.map((one) => [one.path, one.value])), values);
    assert.deepEqual(read.values.map(({ path, salt }) => `${path} ${salt}`).sort(), pii.map(({ path, salt }) => `${path} ${salt}`).sort());
    const [ref] = read.journal;
    const [journal] = await rows(`SELECT kind, outlet_id FROM journal.journal WHERE journal_id = '${ref.id}'`);
    assert.equal(journal.outlet_id, null, 'in the journal of the business itself');
    const entry = await kindOf(ref);
    assert.match(entry.text, /"PII_READ"/);
    assert.ok(entry.text.includes(`"actor":"${Buffer.from(client.session.staff.id.replaceAll('-', ''), 'hex').toString('base64url')}"`));
    const again = ok(await client.post('/v1/pii/read', { subject_id: subject }, { key: null }));
    assert.equal(again.journal[0].seq > ref.seq, true);
  });

  test('needs rights that a cashier does not have', async () => {
    const client = await as(cafe, cashier);
    problem(await client.post('/v1/pii/read', { subject_id: uuid7() }, { key: null }), 403, 'forbidden');
    problem(await client.post('/v1/pii/erase', { subject_id: uuid7() }), 403, 'forbidden');
    problem(await (await integrator()).post('/v1/pii/read', { subject_id: uuid7() }, { key: null }), 404, 'not_found');
  });

  test('that does not fit its commitment is refused, with the place', async () => {
    const client = await integrator();
    const { members, pii } = personal({ '/note': 'no nuts' });
    const place = async (more) => client.post('/v1/orders', await bodyOf({ ...members, pii, ...more }));
    problem(await place({ pii: [{ ...pii[0], value: 'no nutz' }] }), 422, 'pii_mismatch', '/pii/0/value');
    problem(await place({ pii: [{ ...pii[0], salt: '00'.repeat(32) }] }), 422, 'pii_mismatch', '/pii/0/value');
    problem(await place({ pii: [pii[0], { ...pii[0], path: '/customer/name' }] }), 422, 'pii_mismatch', '/pii/1/path');
    problem(await place({ pii: [{ ...pii[0], path: '/lines/0' }] }), 400, 'invalid_value', '/pii/0/path');
    problem(await place({ pii: [{ ...pii[0], value: 'n'.repeat(501) }] }), 400, 'out_of_range', '/pii/0/value');
    problem(await place({ pii: Array(9).fill(pii[0]) }), 400, 'too_many', '/pii');
    const plain = problem(await place({ note: 'no nuts' }), 400, 'invalid_value', '/note');
    assert.ok(!JSON.stringify(plain).includes('nuts'), 'a problem does not repeat what it refuses');
  });

  test('of a push stands beside the operation and never in it', async () => {
    const client = await as(cafe, manager, { register: 'R2' });
    const device = await new Device(client).load();
    const { document, kitchen } = await menu();
    const price = document.items.find((item) => item.id === kitchen.id).price;
    const sale = (members) => device.sale({ ...members, lines: [{ item_id: kitchen.id, qty: '1' }], payments: [{ tender: 'cash', amount: price, tendered: price }] });
    const push = async (op, pii) => {
      const batch = device.batch([op]);
      batch.ops[0].pii = pii;
      return ok(await client.post('/v1/sync/push', batch, { key: null })).results[0];
    };
    const values = person();
    const { members, pii } = personal(values);
    const good = sale(members);
    assert.ok(['ok', 'flag'].includes((await push(good, pii)).st));
    const read = ok(await client.post('/v1/pii/read', { order_id: good.id }, { key: null }));
    assert.equal(read.subject_id, good.id, 'nobody named the customer: the order stands for them');
    assert.deepEqual(Object.fromEntries(read.values.map((one) => [one.path, one.value])), values);
    const forged = await push(sale(personal({ '/note': 'one' }).members), personal({ '/note': 'two' }).pii);
    assert.equal(forged.st, 'flag');
    assert.ok(forged.flags.includes('personal_data'));
    const inside = await push(sale(personal({ '/note': 'in' })), undefined);
    assert.equal(inside.st, 'susp', 'values inside the signed bytes wait for a person');
  });

  test('of the kitchen is read with its tickets, and only there', async () => {
    const client = await integrator();
    const screen = await as(cafe, cook, { register: 'K1' });
    const note = `no onions ${randomUUID().slice(0, 8)}`;
    const { members, pii } = personal({ '/kitchen_note': note });
    const subscriber = await new Subscriber(screen).open();
    await subscriber.subscribe(await head(client));
    const { order, journal: [sold] } = ok(await client.post('/v1/orders', await bodyOf({ ...members, pii, send: true })), 201);
    await subscriber.reached(sold.seq);
    await subscriber.close();
    const row = subscriber.changes.find((change) => change[2] === 'ticket');
    assert.equal(row[6].noted, true, 'the feed says that there is one');
    assert.ok(!JSON.stringify(subscriber.changes).includes(note));
    const ticketOf = async () => ok(await screen.get('/v1/kitchen/tickets')).tickets.find((one) => one.order_id === order.id);
    const ticket = await ticketOf();
    assert.equal(ticket.note, note);
    const bumped = ok(await screen.post(`/v1/kitchen/tickets/${ticket.id}/bump`, { to: 'cooking' }));
    assert.equal(bumped.ticket.note, undefined, 'an answer that is stored does not repeat it');
    ok(await client.post('/v1/pii/erase', { order_id: order.id }));
    assert.deepEqual([(await ticketOf()).noted, (await ticketOf()).note], [true, undefined]);
  });

  test('never reaches feed, journal, dump, files or logs, and erasure takes the key too', async () => {
    const { stack } = await world();
    const client = await integrator();
    const values = person();
    const needles = Object.values(values).map((value) => Buffer.from(value));
    const subject = uuid7();
    const { members, pii } = personal(values, subject);
    const subscriber = await new Subscriber(client).open();
    await subscriber.subscribe(await head(client));
    const { order, journal: [sold] } = ok(await client.post('/v1/orders', await bodyOf({ ...members, pii, send: true })), 201);
    await subscriber.reached(sold.seq);
    await subscriber.close();
    assert.equal(needles.some((needle) => JSON.stringify(subscriber.changes).includes(needle)), false, 'feed');
    problem(await client.post('/v1/orders', await bodyOf({ ...members, pii, note: '00'.repeat(32) })), 422, 'pii_mismatch');

    const [{ wrapped }] = await rows(`SELECT encode(wrapped, 'hex') AS wrapped FROM pos.pii_subject WHERE subject_id = '${subject}'`);
    const sealed = await rows(`SELECT encode(sealed, 'hex') AS sealed FROM pos.pii WHERE subject_id = '${subject}'`);
    const secrets = [wrapped, ...sealed.map((one) => one.sealed)];
    const rest = [...needles, ...pii.map(({ salt }) => Buffer.from(salt, 'hex')), ...pii.map(({ salt }) => Buffer.from(salt))];
    await stack.psql('CHECKPOINT');
    const before = await dump();
    const anyForm = rest.flatMap((one) => [one, Buffer.from(one.toString('hex'))]);
    assert.ok(before.includes(Buffer.from(order.id)), 'the dump has the order');
    assert.deepEqual(anyForm.filter((one) => before.includes(one)), [], 'but cipher text only');
    for (const secret of secrets) assert.ok(before.includes(secret), 'which it does have');
    assert.deepEqual(holding(stack.runDir, rest), [], 'so have the files, those of the log and of WAL among them');
    assert.ok(holding(join(stack.pgData, 'base'), [Buffer.from(wrapped, 'hex')]).length > 0);

    const erased = ok(await client.post('/v1/pii/erase', { order_id: order.id }));
    assert.deepEqual([erased.subject_id, erased.erased], [subject, 4]);
    const entry = await kindOf(erased.journal[0]);
    assert.equal(entry.kind, 4);
    assert.match(entry.text, /"PII_ERASED"/);
    problem(await client.post('/v1/pii/read', { order_id: order.id }, { key: null }), 404, 'not_found');
    problem(await client.post('/v1/pii/erase', { subject_id: subject }), 404, 'not_found');

    await stack.psql('VACUUM FULL pos.pii');
    await stack.psql('VACUUM FULL pos.pii_subject');
    await stack.psql('CHECKPOINT');
    const after = await dump();
    assert.deepEqual([...anyForm, ...secrets.map((one) => Buffer.from(one))].filter((one) => after.includes(one)), [], 'dump');
    assert.deepEqual(holding(join(stack.pgData, 'base'), secrets.map((one) => Buffer.from(one, 'hex'))), [], 'tables');
    assert.deepEqual(holding(stack.runDir, rest), [], 'files');
    const found = await rows(`SELECT v.* FROM (VALUES ('${sold.id}'::uuid, ${sold.seq}), ('${erased.journal[0].id}', ${erased.journal[0].seq})) j(id, first),
      mpos.verify(j.id) v WHERE v.seq >= j.first`);
    assert.deepEqual(found, [], 'the books still verify');
  });
});
