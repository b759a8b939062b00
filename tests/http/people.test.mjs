// People and their rights over HTTP: PINs, and changes that are effective with the next call.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, cafe, cashier, forget, manager, rows, shop, suite, world } from './lib/context.mjs';
import { Client, ok, problem, signIn } from './lib/client.mjs';

let number = 8000;

async function hire(role = 'cashier', pin = '5162') {
  const boss = await as(cafe, manager);
  const { roles } = ok(await boss.get('/v1/roles'));
  const { staff } = ok(await boss.post('/v1/staff', { number: String((number += 1)), name: 'Ann', role_id: roles.find((one) => one.code === role).id }), 201);
  ok(await boss.post(`/v1/staff/${staff.id}/pin`, { pin }, { key: null }));
  return { boss, staff, credentials: { ...cafe, staff: staff.number, pin }, roles };
}

suite('people', () => {
  test('a new person signs in with the PIN they were given', async () => {
    const { url } = await world();
    const { credentials } = await hire();
    const client = await signIn(url, credentials);
    assert.equal(client.session.staff.role, 'cashier');
    problem(await new Client(url).post('/v1/auth/pin', { ...credentials, pin: '5163' }, { key: null }), 401, 'bad_credentials');
  });

  test('a PIN is nowhere but in its verifier', async () => {
    const { stack } = await world();
    const { staff } = await hire('cashier', '918273645');
    assert.ok(!stack.log().includes('918273645'));
    const [{ verifier }] = await rows(`SELECT verifier FROM pos.pin WHERE staff_id = '${staff.id}'`);
    assert.match(verifier, /^\$argon2id\$/);
    assert.deepEqual(await rows("SELECT origin, seq FROM journal.entry JOIN journal.journal USING (journal_id) WHERE encode(mpos.unpack(packed), 'escape') ~ '918273645|argon2id'"), []);
    assert.deepEqual(await rows("SELECT 1 FROM pos.idempotency WHERE operation = 'staff.pin'"), []);
  });

  test('PINs that are none are refused', async () => {
    const { boss, staff } = await hire();
    const path = `/v1/staff/${staff.id}/pin`;
    const wrong = [
      [{}, 'missing_field', '/pin'], [{ pin: 1234 }, 'wrong_type', '/pin'], [{ pin: '123' }, 'out_of_range', '/pin'],
      [{ pin: '1'.repeat(13) }, 'out_of_range', '/pin'], [{ pin: '12a4' }, 'invalid_value', '/pin'], [{ pin: '1234', x: 1 }, 'unknown_field', '/x'],
    ];
    for (const [body, code, field] of wrong) problem(await boss.post(path, body, { key: null }), 400, code, field);
    problem(await boss.post('/v1/staff/7/pin', { pin: '1234' }, { key: null }), 404, 'not_found');
    problem(await (await as(shop, manager)).post(path, { pin: '1234' }, { key: null }), 404, 'not_found');
    problem(await (await as(cafe, cashier, { register: 'R2' })).post(path, { pin: '1234' }, { key: null }), 403, 'forbidden');
  });

  test('a new PIN puts out whoever signed in with the old one', async () => {
    const { url } = await world();
    const { boss, staff, credentials } = await hire();
    const client = await signIn(url, credentials);
    ok(await client.get('/v1/orders'));
    ok(await boss.post(`/v1/staff/${staff.id}/pin`, { pin: '6273' }, { key: null }));
    problem(await client.get('/v1/orders'), 401, 'session_ended');
    problem(await new Client(url).post('/v1/auth/pin', credentials, { key: null }), 401, 'bad_credentials');
    await signIn(url, { ...credentials, pin: '6273' });
  });

  test('a change of role is effective with the next call, also of another one who has it', async () => {
    const { url } = await world();
    const { boss, staff, credentials, roles } = await hire();
    const client = await signIn(url, credentials);
    ok(await boss.post(`/v1/staff/${staff.id}`, { role_id: roles.find((one) => one.code === 'kitchen').id }));
    problem(await client.get('/v1/orders'), 401, 'session_ended');
    assert.ok(!(await signIn(url, credentials)).session.scopes.includes('payment.write'));
  });

  test('who was deactivated is out and does not come back in', async () => {
    const { url } = await world();
    const { boss, staff, credentials } = await hire();
    const client = await signIn(url, credentials);
    ok(await boss.post(`/v1/staff/${staff.id}/deactivate`, {}));
    problem(await client.get('/v1/orders'), 401, 'session_ended');
    problem(await new Client(url).post('/v1/auth/pin', credentials, { key: null }), 401, 'bad_credentials');
    ok(await boss.post(`/v1/staff/${staff.id}`, { active: true }));
    await signIn(url, credentials);
  });

  test('of two managers who remove each other at once one stays', async () => {
    const { url } = await world();
    const boss = await as(shop, manager);
    const { roles } = ok(await boss.get('/v1/roles'));
    const { staff: [first] } = ok(await boss.get('/v1/staff'));
    const mine = ok(await boss.get('/v1/staff')).staff.find((one) => one.id === boss.session.staff.id) ?? first;
    const { staff: second } = ok(await boss.post('/v1/staff', { number: '8999', name: 'Bo', role_id: roles.find((one) => one.code === 'manager').id }), 201);
    ok(await boss.post(`/v1/staff/${second.id}/pin`, { pin: '8999' }, { key: null }));
    const a = await signIn(url, { ...shop, ...manager });
    const b = await signIn(url, { ...shop, staff: '8999', pin: '8999' });
    const answers = await Promise.all([a.post(`/v1/staff/${second.id}/deactivate`, {}), b.post(`/v1/staff/${mine.id}/deactivate`, {})]);
    const left = await rows(`SELECT p.number FROM pos.staff p JOIN pos.tenant t USING (tenant_id)
      WHERE t.slug = 'demo-shop' AND p.active AND p.role = 'manager'`);
    assert.ok(left.length >= 1, JSON.stringify(answers.map((one) => one.json)));
    const survivor = left[0].number === '8999' ? b : a;
    const gone = left[0].number === '8999' ? mine : second;
    ok(await survivor.post(`/v1/staff/${gone.id}`, { active: true }));
    forget(shop, manager);
  });

  test('every change of rights is in the journal of the business', async () => {
    const { boss, staff } = await hire();
    ok(await boss.post(`/v1/staff/${staff.id}/deactivate`, {}));
    const journal = (await rows("SELECT journal_id FROM pos.tenant WHERE slug = 'demo-cafe'"))[0].journal_id;
    const texts = await rows(`SELECT encode(mpos.unpack(packed), 'escape') AS text FROM journal.entry WHERE journal_id = '${journal}'`);
    for (const op of ['staff.create', 'staff.pin', 'staff.deactivate']) assert.ok(texts.some(({ text }) => text.includes(`"op":"${op}"`)), op);
  });
});
