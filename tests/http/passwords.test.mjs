// The back office: e-mail and password, second factor with replay protection, recovery codes, and what never leaves the server.
import assert from 'node:assert/strict';
import { createHmac, randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { as, cafe, cashier, manager, rows, suite, world } from './lib/context.mjs';
import { Client, ok, problem, signIn, uuid7, withoutRequestId } from './lib/client.mjs';

const good = 'correct horse battery';
let count = 0;

/** A person of that role with e-mail and password, made by the manager. */
async function person(role = 'manager', password = good) {
  const office = await signIn((await world()).url, { ...cafe, ...manager });
  const number = `9${process.pid % 1000}${count += 1}`;
  const roles = ok(await office.get('/v1/roles')).roles;
  const { staff } = ok(await office.post('/v1/staff', { number, name: `Person ${number}`, role_id: roles.find((one) => one.code === role).id }), 201);
  const email = `Person${number}@Example.com`;
  ok(await office.post(`/v1/staff/${staff.id}/password`, { email, password }, { key: null }));
  return { id: staff.id, email, office };
}

const post = async (path, body, client) => (client ?? new Client((await world()).url)).post(path, body, { key: null });
const signInAs = (email, password = good, more = {}) => post('/v1/auth/password', { tenant: 'demo-cafe', email, password, ...more });

function unbase32(text) {
  const bits = [...text.replace(/=+$/, '')].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
  return Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
}

/** RFC 6238 by the book, so that liboath is checked against something else. */
function totp(secret, step) {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac('sha1', unbase32(secret)).update(counter).digest();
  const at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1e6).padStart(6, '0');
}
const step = () => Math.floor(Date.now() / 30000);

/** A person with a confirmed second factor. */
async function twoFactors() {
  const one = await person();
  const client = new Client((await world()).url, ok(await signInAs(one.email)));
  const { secret, uri } = ok(await post('/v1/auth/totp/enrol', { password: good }, client));
  assert.match(uri, new RegExp(`^otpauth://totp/.*secret=${secret}`));
  problem(await post('/v1/auth/totp/confirm', { code: totp(secret, step() + 40) }, client), 401, 'second_factor_required');
  const { recovery_codes: codes } = ok(await post('/v1/auth/totp/confirm', { code: totp(secret, step() - 1) }, client));
  assert.equal(new Set(codes).size, 10);
  return { ...one, client, secret, codes };
}

suite('passwords', () => {
  test('the right one gives a session of the back office, whatever the case of the e-mail', async () => {
    const { email, id } = await person();
    const session = ok(await signInAs(email.toLowerCase()));
    assert.deepEqual([session.method, session.staff.id, session.device.kind], ['password', id, 'channel']);
    ok(await new Client((await world()).url, session).get('/v1/orders'));
    assert.equal(ok(await signInAs(email, good, { outlet: 'terrace' })).outlet.code, 'terrace');
  });

  test('whatever is wrong, the answer is the same', async () => {
    const { email } = await person();
    const wrong = [signInAs(email, 'wrong'), signInAs('nobody@example.com'), signInAs(`${email}x`), signInAs(email, good, { outlet: 'nowhere' }),
      post('/v1/auth/password', { tenant: 'nobody', email, password: good }), signInAs("' or 1=1 --@x"), signInAs(email, good.toUpperCase())];
    const answers = await Promise.all(wrong);
    for (const answer of answers) {
      problem(answer, 401, 'bad_credentials');
      assert.equal(withoutRequestId(answer), withoutRequestId(answers[0]));
    }
  });

  test('five wrong ones in parallel lock the person out, known or not, and the right one too', async () => {
    const { email } = await person();
    for (const who of [email, 'stranger@example.com']) {
      const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => signInAs(who, `wrong number ${i}`)));
      const codes = answers.map((answer) => answer.json.code);
      assert.equal(codes.filter((code) => code === 'bad_credentials').length, 5, codes.join());
      const locked = answers.find((answer) => answer.json.code === 'locked_out');
      assert.ok(Number(locked.headers['retry-after']) > 50);
      problem(await signInAs(who), 429, 'locked_out');
    }
  });

  test('weak ones are refused', async () => {
    const { id, email, office } = await person();
    const name = email.split('@')[0].toLowerCase();
    for (const password of ['short', 'ninechars', 'aaaaaaaaaaaa', 'abababababab', '1234567890', '0987654321', 'Password123!', 'qwertyuiop12', `x${name}x12`]) {
      problem(await post(`/v1/staff/${id}/password`, { email, password }, office), 422, 'password_weak', '/password');
    }
    problem(await post(`/v1/staff/${id}/password`, { email, password: 'x'.repeat(129) }, office), 400, 'out_of_range', '/password');
    problem(await post(`/v1/staff/${id}/password`, { email: 'no address', password: good }, office), 400, 'invalid_value', '/email');
    ok(await post(`/v1/staff/${id}/password`, { email, password: 'tenletters' }, office));
  });

  test('who may give one: with the right, to nobody who may do more', async () => {
    const { url } = await world();
    const { id, office, email } = await person('manager');
    const body = { email: `other${id}@example.com`, password: good };
    problem(await post(`/v1/staff/${id}/password`, body, await as(cafe, cashier)), 403, 'forbidden');
    problem(await post(`/v1/staff/${id}/password`, body), 401, 'unauthenticated');
    const other = await person('cashier');
    problem(await post(`/v1/staff/${other.id}/password`, { email, password: good }, office), 409, 'name_taken', '/email');
    problem(await post(`/v1/staff/${uuid7()}/password`, body, office), 404, 'not_found');
    const session = ok(await signInAs(other.email));
    ok(await post(`/v1/staff/${other.id}/password`, { email: other.email, password: `${good} 2` }, office));
    problem(await new Client(url, session).get('/v1/orders'), 401, 'session_ended');
  });

  test('changing it needs the old one and ends the other sessions', async () => {
    const { url } = await world();
    const { email } = await person();
    const [here, there] = [new Client(url, ok(await signInAs(email))), new Client(url, ok(await signInAs(email)))];
    problem(await post('/v1/auth/password/change', { current_password: 'wrong', new_password: `${good} 3` }, here), 401, 'bad_credentials');
    problem(await post('/v1/auth/password/change', { current_password: good, new_password: 'Passwort2026' }, here), 422, 'password_weak', '/new_password');
    ok(await post('/v1/auth/password/change', { current_password: good, new_password: `${good} 3` }, here));
    problem(await there.get('/v1/orders'), 401, 'session_ended');
    const next = ok(await post('/v1/auth/refresh', { refresh_token: here.session.refresh_token }));
    ok(await new Client(url, next).get('/v1/orders'));
    problem(await signInAs(email), 401, 'bad_credentials');
    ok(await signInAs(email, `${good} 3`));
  });

  test('with a second factor the password is not enough, and no code works twice', async () => {
    const { email, secret } = await twoFactors();
    problem(await signInAs(email), 401, 'second_factor_required');
    problem(await signInAs(email, 'wrong', { code: totp(secret, step()) }), 401, 'bad_credentials');
    problem(await signInAs(email, good, { code: totp(secret, step() - 3) }), 401, 'second_factor_required');
    const code = totp(secret, step());
    ok(await signInAs(email, good, { code }));
    problem(await signInAs(email, good, { code }), 401, 'second_factor_required');
    const next = totp(secret, step() + 1);
    const answers = await Promise.all(Array.from({ length: 4 }, () => signInAs(email, good, { code: next })));
    assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
  });

  test('recovery codes stand in for it, each once', async () => {
    const { email, codes } = await twoFactors();
    ok(await signInAs(email, good, { code: codes[0] }));
    problem(await signInAs(email, good, { code: codes[0] }), 401, 'second_factor_required');
    ok(await signInAs(email, good, { code: codes[1].toUpperCase().replaceAll('-', '') }));
    problem(await signInAs(email, good, { code: 'aaaa-bbbb-cccc' }), 401, 'second_factor_required');
  });

  test('it is taken away by password and code, or by a manager', async () => {
    const one = await twoFactors();
    problem(await post('/v1/auth/totp/enrol', { password: good }, one.client), 401, 'second_factor_required');
    problem(await post('/v1/auth/totp/disable', { password: good, code: '000000' }, one.client), 401, 'second_factor_required');
    problem(await post('/v1/auth/totp/disable', { password: 'wrong', code: one.codes[2] }, one.client), 401, 'bad_credentials');
    ok(await post('/v1/auth/totp/disable', { password: good, code: one.codes[2] }, one.client));
    ok(await signInAs(one.email));
    const two = await twoFactors();
    ok(await post(`/v1/staff/${two.id}/password`, { email: two.email, password: good }, two.office));
    ok(await signInAs(two.email));
  });

  test('people without a password have no credential to change', async () => {
    problem(await post('/v1/auth/totp/enrol', { password: 'x' }, await as(cafe, cashier)), 404, 'not_found');
  });

  test('passwords, codes, PINs and secrets are in no log, journal or table', async () => {
    const { stack, url } = await world();
    const secretWord = `hush ${randomBytes(12).toString('hex')}`;
    const one = await person('manager', secretWord);
    const client = new Client(url, ok(await signInAs(one.email, secretWord)));
    const { secret } = ok(await post('/v1/auth/totp/enrol', { password: secretWord }, client));
    const { recovery_codes: codes } = ok(await post('/v1/auth/totp/confirm', { code: totp(secret, step() - 1) }, client));
    const changed = `${secretWord} anew`;
    ok(await post('/v1/auth/password/change', { current_password: secretWord, new_password: changed, code: totp(secret, step()) }, client));
    await signInAs(one.email, `${secretWord} wrong`);
    const pin = '9087654321';
    ok(await one.office.post(`/v1/staff/${one.id}/pin`, { pin }));
    const [{ v }] = await rows(`SELECT password_verifier v FROM pos.credential WHERE staff_id = '${one.id}'`);
    const journal = await stack.psql(`SELECT string_agg(encode(mpos.unpack(packed), 'escape'), '') FROM journal.entry WHERE packed IS NOT NULL`);
    const tables = await stack.psql(`SELECT string_agg(x::text, '') FROM (SELECT c::text FROM pos.credential c UNION ALL SELECT r::text FROM pos.recovery_code r
      UNION ALL SELECT i::text FROM pos.idempotency i UNION ALL SELECT s::text FROM pos.staff s) x (x)`);
    const { readFileSync } = await import('node:fs');
    const logs = stack.log() + readFileSync(`${stack.runDir}/log/postgres.log`, 'utf8');
    assert.ok(journal.includes('staff.password'));
    for (const word of [secretWord, secret, pin, ...codes, codes[0].replaceAll('-', ''), client.token.split('.')[2], client.session.refresh_token]) {
      for (const [place, text] of Object.entries({ journal, tables, logs })) assert.ok(!text.includes(word), `${word} in ${place}`);
    }
    assert.ok(!journal.includes(v) && !logs.includes(v));
  });
});
