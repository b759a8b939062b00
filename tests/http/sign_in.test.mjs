// Who may come in: PIN sign-in, tokens, scopes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { as, cafe, cook, manager, menu, suite, world } from './lib/context.mjs';
import { Client, ok, problem, signIn, withoutRequestId } from './lib/client.mjs';

suite('sign in', () => {
  test('the right PIN gives a session of that outlet and register', async () => {
    const { session } = await as(cafe, manager, { register: 'R1' });
    assert.equal(session.tenant.slug, 'demo-cafe');
    assert.equal(session.outlet.code, 'main');
    assert.equal(session.device.code, 'R1');
    assert.ok(session.scopes.includes('order.write'));
    assert.ok(!session.scopes.includes('auth'));
  });

  test('whatever is wrong, the answer is the same', async () => {
    const { url } = await world();
    const right = { ...cafe, ...manager, register: 'R1' };
    const wrong = [
      { pin: '9999' }, { staff: '999' }, { outlet: 'nowhere' }, { tenant: 'nobody' }, { tenant: "x' or 1=1 --" },
    ];
    const answers = [];
    for (const change of wrong) {
      answers.push(await new Client(url).post('/v1/auth/pin', { ...right, ...change }, { key: null }));
    }
    for (const answer of answers) {
      problem(answer, 401, 'bad_credentials');
      assert.equal(withoutRequestId(answer), withoutRequestId(answers[0]));
    }
  });

  test('no token, a broken token and a changed token are refused', async () => {
    const { url } = await world();
    const { token } = (await as(cafe, manager)).session;
    const parts = token.split('.');
    const claims = JSON.parse(Buffer.from(parts[1], 'base64url'));
    const changed = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 3600 })).toString('base64url');
    const unsigned = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const tokens = [undefined, 'x', `${parts[0]}.${changed}.${parts[2]}`, `${unsigned}.${parts[1]}.`, token.slice(0, -3)];
    for (const bad of tokens) {
      problem(await new Client(url, { token: bad }).get('/v1/catalogue'), 401, 'unauthenticated');
    }
  });

  test('an ended session is over', async () => {
    const { url } = await world();
    const client = await signIn(url, { ...cafe, ...manager });
    ok(await client.get('/v1/orders'));
    ok(await client.post('/v1/auth/sign-out', {}));
    problem(await client.get('/v1/orders'), 401, 'session_ended');
  });

  test('the kitchen may not sell', async () => {
    const client = await as(cafe, cook, { register: 'K1' });
    const { kitchen } = await menu();
    problem(await client.post('/v1/orders', { lines: [{ item_id: kitchen.id, qty: '1' }] }), 403, 'forbidden');
  });
});
