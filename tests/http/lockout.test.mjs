// Guessing PINs: counted before they are checked, in parallel too, and answered alike for people who do not exist.
import assert from 'node:assert/strict';
import { performance } from 'node:perf_hooks';
import { test } from 'node:test';
import { cafe, cashier, manager, suite, world } from './lib/context.mjs';
import { Client, ok, problem, signIn, uuid7, withoutRequestId } from './lib/client.mjs';
import { paired, proven } from './lib/key.mjs';
import { sharpest } from './lib/welch.mjs';

let count = 0;

const attempt = async (staff, pin, more = {}) => new Client((await world()).url).post('/v1/auth/pin', { ...cafe, staff, pin, ...more }, { key: null });

/** A cashier of his own, so that nobody else is locked out; what other tests have counted at the outlet is forgotten. */
async function person(pin) {
  await later('1 day');
  const boss = await signIn((await world()).url, { ...cafe, ...manager });
  const role = ok(await boss.get('/v1/roles')).roles.find((one) => one.code === 'cashier');
  const number = `6${process.pid % 1000}${count += 1}`;
  const { staff } = ok(await boss.post('/v1/staff', { number, name: number, role_id: role.id }), 201);
  ok(await boss.post(`/v1/staff/${staff.id}/pin`, { pin }));
  return number;
}

/** Moves what has been counted back in time. */
async function later(interval) {
  await (await world()).stack.psql(`UPDATE pos.sign_in_guard SET locked_until = locked_until - interval '${interval}',
    changed_at = changed_at - interval '${interval}', window_start = window_start - interval '${interval}'`);
}

const strip = ({ headers }) => Object.fromEntries(Object.entries(headers).filter(([name]) => !['date', 'x-request-id', 'content-length', 'retry-after'].includes(name) && !name.startsWith('ratelimit')));

suite('lockout', () => {
  test('of twenty guesses in parallel five are checked, for people who exist and who do not', async () => {
    const known = await person('1357');
    for (const staff of [known, '6nobody']) {
      const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => attempt(staff, String(8000 + i), { register: `P${staff.length}${i % 2}` })));
      const wrong = answers.filter(({ json }) => json.code === 'bad_credentials');
      const locked = answers.filter(({ json }) => json.code === 'locked_out');
      assert.deepEqual([wrong.length, locked.length], [5, 15], answers.map(({ json }) => json.code).join());
      for (const { status, headers } of locked) assert.ok(status === 429 && headers['retry-after'] >= 30 && headers['retry-after'] <= 65);
    }
    problem(await attempt(known, '1357'), 429, 'locked_out');
  });

  test('an unknown number answers as a known one does, to the byte', async () => {
    const known = await person('2468');
    for (let i = 0; i < 7; i += 1) {
      const [one, other] = [await attempt(known, '9999'), await attempt('6nobody2', '9999')];
      assert.equal(one.status, other.status);
      assert.equal(withoutRequestId(one), withoutRequestId(other));
      assert.deepEqual(strip(one), strip(other));
    }
  });

  test('the lock doubles, ends, and a right PIN forgets it', async () => {
    const known = await person('1122');
    for (let i = 0; i < 5; i += 1) problem(await attempt(known, '9999'), 401, 'bad_credentials');
    for (const seconds of [60, 120, 240, 480, 900, 900]) {
      const wait = Number((await attempt(known, '9999')).headers['retry-after']);
      assert.ok(wait > seconds - 10 && wait <= seconds, `${wait} of ${seconds}`);
      await later(`${seconds} seconds`);
      problem(await attempt(known, '9999'), 401, 'bad_credentials');
    }
    await later('900 seconds');
    ok(await attempt(known, '1122'));
    for (let i = 0; i < 4; i += 1) problem(await attempt(known, '9999'), 401, 'bad_credentials');
    ok(await attempt(known, '1122'));
  });

  test('thirty wrong ones lock a device, right ones do not count', async () => {
    const known = await person('3344');
    const here = { register: 'K1' };
    await later('1 day');
    for (let i = 0; i < 29; i += 1) problem(await attempt(`6x${i}`, '9999', here), 401, 'bad_credentials');
    ok(await attempt(known, '3344', here));
    problem(await attempt('6x29', '9999', here), 401, 'bad_credentials');
    const locked = await attempt(known, '3344', here);
    problem(locked, 429, 'locked_out');
    assert.ok(Number(locked.headers['retry-after']) > 250);
    ok(await attempt(known, '3344', { register: 'R2' }));
    await later('301 seconds');
    ok(await attempt(known, '3344', here));
  });

  test('who guesses from elsewhere locks nobody out of a paired till, and a till locks nobody elsewhere', async () => {
    const { url } = await world();
    const known = await person('4567');
    const boss = await signIn(url, { ...cafe, ...manager });
    const [till, second] = [await paired(boss), await paired(boss)];
    const at = (device, pin, key = device.key) => proven(url, key, device.id, '/v1/auth/pin', { ...cafe, staff: known, pin, register: device.code });
    // Without a proof, with one of another key, and with a forged one: all count as from anywhere.
    for (let i = 0; i < 5; i += 1) {
      const tries = [() => attempt(known, '9999', { register: till.code }), () => at(till, '9999', second.key)];
      problem(await tries[i % 2](), 401, 'bad_credentials');
    }
    problem(await attempt(known, '4567'), 429, 'locked_out');
    problem(await at(till, '4567', second.key), 429, 'locked_out');
    ok(await at(till, '4567'));
    // Nor keeps them from approving there what somebody else does.
    const order = uuid7();
    const clerk = new Client(url, ok(await proven(url, second.key, second.id, '/v1/auth/pin', { ...cafe, ...cashier, register: second.code })));
    const approve = (who, pin) => who.post('/v1/approvals', { staff: known, pin, permission: 'order.void', order_id: order }, { key: null });
    problem(await approve(clerk, '9999'), 403, 'approval_invalid');
    problem(await approve(clerk, '4567'), 403, 'forbidden', '/staff'); // the right PIN of somebody who may not
    problem(await approve(await signIn(url, { ...cafe, ...cashier }), '4567'), 429, 'locked_out');
    // Guessing at the till is locked at the till, also in parallel.
    const guesses = await Promise.all(Array.from({ length: 12 }, (_, i) => at(till, String(7000 + i))));
    assert.deepEqual(guesses.map(({ json }) => json.code).sort(), [...Array(5).fill('bad_credentials'), ...Array(7).fill('locked_out')]);
    problem(await at(till, '4567'), 429, 'locked_out');
    ok(await at(second, '4567'));
    // Thirty strangers at the name of a till do not lock it.
    await later('1 day');
    for (let i = 0; i < 30; i += 1) problem(await attempt(`6z${i}`, '9999', { register: second.code }), 401, 'bad_credentials');
    problem(await attempt(known, '9999', { register: second.code }), 429, 'locked_out');
    ok(await at(second, '4567'));
  });

  test('times do not tell who exists', { skip: !process.env.MPOS_FULL && 'with full counts only' }, async (t) => {
    const known = await person('5566');
    const times = { known: [], unknown: [] };
    for (let i = 0; i < 2000; i += 1) {
      const [name, staff] = i % 2 ? ['known', known] : ['unknown', `6y${i}`];
      await (await world()).stack.psql('TRUNCATE pos.sign_in_guard');
      const from = performance.now();
      await attempt(staff, '9999');
      times[name].push(performance.now() - from);
    }
    const { known: a, unknown: b } = times;
    const statistic = sharpest(a, b);
    t.diagnostic(`t = ${statistic.toFixed(2)}`);
    assert.ok(Math.abs(statistic) < 4.5);
  });
});
