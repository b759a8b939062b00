// Numbers that look like those of cards: refused over HTTP, masked in what a register tells, and kept nowhere.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { as, cafe, cashier, integrator, menu, rows, suite, world } from './lib/context.mjs';
import { ok, problem, uuid7 } from './lib/client.mjs';
import { Device } from './lib/device.mjs';
import { personal } from './lib/personal.mjs';

/** A number of an issuer that no other test uses, with the right check digit. */
function card(prefix = '4', length = 16) {
  const digits = [...prefix, ...Array.from({ length: length - 1 - prefix.length }, () => String(Math.floor(Math.random() * 10)))].map(Number);
  const sum = [...digits].reverse().reduce((total, digit, i) => total + (i % 2 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit), 0);
  return [...digits, (10 - (sum % 10)) % 10].join('');
}

const grouped = (number, by) => number.match(/.{1,4}/g).join(by);
const line = async () => ({ item_id: (await menu()).kitchen.id, qty: '1' });

/** Everything that the cluster keeps as text, and the journals' payloads, unpacked. */
async function everything() {
  const { stack } = await world();
  const dump = execFileSync('pg_dump', ['-d', 'mpos'], { env: stack.psqlEnv, maxBuffer: 1 << 30 }).toString('latin1');
  const payloads = await stack.psql("SELECT encode(mpos.unpack(packed), 'hex') FROM journal.entry WHERE packed IS NOT NULL");
  return dump + stack.log() + payloads.split('\n').map((hex) => Buffer.from(hex, 'hex').toString('latin1')).join('\n');
}

async function till() {
  const client = await as(cafe, cashier, { register: 'R1' });
  const device = await new Device(client).load();
  const { document, kitchen } = await menu();
  const amount = document.items.find((item) => item.id === kitchen.id).price;
  const sale = (members) => device.sale({ lines: [{ item_id: kitchen.id, qty: '1' }], payments: [{ tender: 'cash', amount, tendered: amount }], ...members });
  return { client, device, sale };
}

suite('cards', () => {
  test('a field that looks like a card number is refused, with its place', async () => {
    const client = await integrator();
    const numbers = [card(), grouped(card(), ' '), grouped(card('51'), '-'), card('37', 15), `paid with ${card('6011')}!`];
    for (const table of numbers) {
      const answer = await client.post('/v1/orders', { table: table.slice(0, 32), lines: [await line()] });
      problem(answer, 422, 'card_number_refused', '/table');
      assert.ok(!answer.bytes.includes(table.slice(-8)), 'the answer does not repeat it');
    }
    const named = { ...await line(), discounts: [{ type: 'fixed', amount: 1, name: card() }] };
    problem(await client.post('/v1/orders', { lines: [await line(), named] }), 422, 'card_number_refused', '/lines/1/discounts/0/name');
    problem(await client.post('/v1/payments', { order_id: uuid7(), tender: 'cash', amount: Number(card()) }), 422, 'card_number_refused', '/amount');
  });

  test('in personal values too, but a telephone is a telephone', async () => {
    const client = await integrator();
    const place = async (values) => client.post('/v1/orders', { ...(({ members, pii }) => ({ ...members, pii }))(personal(values)), lines: [await line()] });
    problem(await place({ '/customer/name': 'Ann', '/note': card() }), 422, 'card_number_refused', '/pii/1/value');
    problem(await place({ '/customer/phone': card() }), 422, 'card_number_refused', '/pii/0/value');
    ok(await place({ '/customer/phone': `+${card('49', 13)}` }), 201);
  });

  test('what is no card number is taken', async () => {
    const client = await integrator();
    const number = card();
    const next = `${number.slice(0, -1)}${(Number(number.at(-1)) + 1) % 10}`;
    const long = createHash('sha256').update(number).digest('hex').slice(0, 32);
    for (const table of ['12', next, long, `${number.slice(0, 12)}`, `T${number}`, uuid7().slice(0, 32)]) {
      ok(await client.post('/v1/orders', { table, lines: [await line()] }), 201);
    }
    // Ids of digits alone are ids.
    const id = '41111111-1111-7111-8111-111111111111';
    const answer = await client.post('/v1/orders', { id, lines: [{ ...await line(), id: '55555555-5555-7444-8444-000000000000' }] });
    ok(answer, 201);
  });

  test('a sale that has happened is taken, and the number is kept nowhere', async () => {
    const { client, device, sale } = await till();
    const [plain, spaced, named, personalNote, escaped, held] = Array.from({ length: 6 }, () => card());
    const noted = personal({ '/note': `card ${personalNote}` });
    const push = async (op, pii) => {
      const batch = device.batch([op]);
      if (pii) batch.ops[0].pii = pii;
      return ok(await client.post('/v1/sync/push', batch, { key: null })).results[0];
    };
    const first = sale({ table: plain });
    for (const [op, pii] of [[first], [sale({ table: `t ${grouped(spaced, ' ')}` })], [sale(noted.members), noted.pii]]) {
      const result = await push(op, pii);
      assert.equal(result.st, 'flag');
      assert.ok(result.flags.includes('card_number'), JSON.stringify(result));
    }
    assert.deepEqual(await rows(`SELECT table_label FROM pos.orders WHERE order_id = '${first.id}'`), [{ table_label: `${'*'.repeat(12)}${plain.slice(-4)}` }]);
    const refused = await push(device.op('order.line.void', uuid7(), { order_id: uuid7(), line_id: uuid7(), reason: named }));
    assert.equal(refused.st, 'rej');
    const secret = sale({ table: '@' });
    const spelled = secret.s.replace('@', [...escaped].map((digit) => `\\u003${digit}`).join(''));
    device.hash = createHash('sha256').update(Buffer.from(JSON.parse(secret.s).prev, 'hex')).update(spelled).digest('hex');
    assert.ok((await push({ ...secret, s: spelled })).flags.includes('card_number'));
    const unknown = await push(device.op('table.merge', uuid7(), { text: held, barcode: '4006381333931', gtin: '4222222222222' }));
    assert.equal(unknown.st, 'susp');

    const kept = await everything();
    for (const number of [plain, spaced, named, personalNote, escaped, held]) {
      for (const text of [number, grouped(number, ' ')]) assert.ok(!kept.includes(text), text);
    }
    for (const code of ['4006381333931', '4222222222222']) assert.ok(kept.includes(code), 'an article number stays');
    assert.equal(ok(await client.get('/v1/sync/state')).last_hash, device.hash, 'the log of the register goes on');
  });
});
