// Limits: exactly as many as the quota says, for each subject by itself, and what answers tell of it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { as, cafe, cashier, integrator, manager, shop, suite, world } from './lib/context.mjs';
import { problem, send, signIn } from './lib/client.mjs';

const settings = readFileSync(fileURLToPath(new URL('../../docs/reference/settings.md', import.meta.url)), 'utf8');

let number = 5000;

/** Each time as somebody else, so that nobody is locked out. */
function signInWrong(url, headers = {}) {
  const body = JSON.stringify({ ...cafe, staff: String(number += 1), pin: '0000' });
  return send(url, 'POST', '/v1/auth/pin', { headers: { 'content-type': 'application/json', ...headers }, body });
}

/** Statuses of n requests, one after the other. */
async function statuses(n, request) {
  const out = [];
  for (let i = 0; i < n; i += 1) out.push((await request(i)).status);
  return out;
}

async function server(env) {
  const { stack } = await world();
  return stack.another(env);
}

const get = (url, client, path = '/v1/sync/state') => send(url, 'GET', path, { headers: { authorization: `Bearer ${client.token}` } });

/** {name: {q, w}} or {name: {r, t}} of a structured field. */
function fields(text) {
  return Object.fromEntries(text.split(', ').map((item) => {
    const [name, ...params] = item.split(';');
    return [JSON.parse(name), Object.fromEntries(params.map((param) => param.split('=')).map(([key, value]) => [key, Number(value)]))];
  }));
}

suite('rate', () => {
  test('an address may try to sign in so often, and is told how often still', async () => {
    const { url, stop } = await server({ MPOS_RATE_SIGN_IN: 'ip=5/3600' });
    for (let left = 4; left >= 0; left -= 1) {
      const answer = await signInWrong(url);
      problem(answer, 401, 'bad_credentials');
      assert.deepEqual(fields(answer.headers['ratelimit-policy']), { 'sign_in.ip': { q: 5, w: 3600 } });
      const { r, t } = fields(answer.headers.ratelimit)['sign_in.ip'];
      assert.equal(r, left);
      assert.ok(t > 720 * (4 - left) && t <= 720 * (5 - left), `${t}`);
    }
    const refused = await signInWrong(url);
    problem(refused, 429, 'rate_limited');
    const after = Number(refused.headers['retry-after']);
    assert.ok(after > 700 && after <= 720, `${after}`);
    assert.equal(fields(refused.headers.ratelimit)['sign_in.ip'].r, 0);
    await stop();
  });

  test('a flood of sign-ins stops no sale', async () => {
    const client = await signIn((await world()).url, { ...cafe, ...cashier });
    const { url, stop } = await server({ MPOS_RATE_SIGN_IN: 'ip=2/3600' });
    const flood = await statuses(40, () => signInWrong(url));
    const renewed = await send(url, 'POST', '/v1/auth/refresh', {
      headers: { 'content-type': 'application/json' }, body: JSON.stringify({ refresh_token: client.session.refresh_token }),
    });
    assert.equal(renewed.status, 200, 'a token is refreshed meanwhile');
    assert.deepEqual([flood.filter((status) => status === 401).length, flood.filter((status) => status === 429).length], [2, 38]);
    assert.deepEqual(await statuses(10, () => get(url, client, '/v1/kitchen/tickets')), Array(10).fill(200));
    await stop();
  });

  test('a quota comes back bit by bit', async () => {
    const { url, stop } = await server({ MPOS_RATE_PUBLIC: 'ip=2/2' });
    let refused;
    for (let i = 0; i < 50 && !refused; i += 1) {
      const answer = await send(url, 'GET', '/v1/journals/x/checkpoint');
      if (answer.status === 429) refused = answer;
    }
    assert.equal(refused.headers['retry-after'], '1');
    const end = Date.now() + 10000;
    let answer = refused;
    while (answer.status === 429 && Date.now() < end) answer = await send(url, 'GET', '/v1/journals/x/checkpoint');
    assert.notEqual(answer.status, 429);
    await stop();
  });

  test('actor and business are counted apart, and one greedy actor leaves its business the rest', async () => {
    const first = await as(cafe, cashier, { register: 'R1' });
    const second = await as(cafe, manager, { register: 'R2' });
    const foreign = await as(shop, cashier, { register: 'R1' });
    const { url, stop } = await server({ MPOS_RATE_CALL: 'tenant=8/3600,actor=5/3600' });
    assert.deepEqual(await statuses(8, () => get(url, first)), [...Array(5).fill(200), ...Array(3).fill(429)], 'an actor at its limit');
    assert.deepEqual(await statuses(4, () => get(url, second)), [200, 200, 200, 429], 'the business at its own');
    assert.deepEqual(await statuses(5, () => get(url, foreign)), Array(5).fill(200), 'another business');
    const answer = await get(url, second);
    assert.deepEqual(Object.keys(fields(answer.headers.ratelimit)), ['call.tenant']);
    assert.deepEqual(fields(answer.headers['ratelimit-policy']), { 'call.tenant': { q: 8, w: 3600 }, 'call.actor': { q: 5, w: 3600 } });
    await stop();
  });

  test('operations of another class have another quota', async () => {
    const client = await integrator();
    const { url, stop } = await server({ MPOS_RATE_CALL: 'actor=1/3600', MPOS_RATE_HEAVY: 'actor=2/3600' });
    assert.deepEqual(await statuses(2, () => get(url, client, '/v1/kitchen/tickets')), [200, 429]);
    assert.deepEqual(await statuses(3, () => get(url, client, '/v1/orders')), [200, 200, 429]);
    assert.deepEqual(await statuses(3, () => send(url, 'GET', '/healthz')), [200, 200, 200]);
    await stop();
  });

  test('many at once get no more than one after the other', async () => {
    const client = await integrator();
    const { url, stop } = await server({ MPOS_RATE_CALL: 'actor=20/3600' });
    const answers = await Promise.all(Array.from({ length: 60 }, () => get(url, client, '/v1/kitchen/tickets')));
    assert.equal(answers.filter(({ status }) => status === 200).length, 20);
    assert.equal(answers.filter(({ status }) => status === 429).length, 40);
    const metrics = (await send(url, 'GET', '/metrics')).bytes.toString();
    assert.equal(metrics.match(/^mpos_rate_limited_total (\d+)$/m)[1], '40');
    await stop();
  });

  test('nobody counts for somebody else by a header of their own', async () => {
    const { url, stop } = await server({ MPOS_RATE_SIGN_IN: 'ip=2/3600' });
    assert.deepEqual(await statuses(4, (i) => signInWrong(url, { 'x-forwarded-for': `192.0.2.${i}` })), [401, 401, 429, 429]);
    await stop();
  });

  test('behind a trusted proxy each client has its own quota', async () => {
    const { url, stop } = await server({ MPOS_RATE_SIGN_IN: 'ip=2/3600', MPOS_TRUSTED_PROXIES: '127.0.0.1, 10.0.0.0/8,2001:db8:1::/48' });
    const from = (list) => statuses(3, () => signInWrong(url, { 'x-forwarded-for': list }));
    const limited = [401, 401, 429];
    assert.deepEqual(await from('192.0.2.1'), limited);
    assert.deepEqual(await from('192.0.2.2'), limited, 'another client');
    assert.deepEqual(await from('192.0.2.3, 10.1.2.3'), limited, 'through two proxies');
    assert.deepEqual(await from('198.51.100.7, 192.0.2.3'), [429, 429, 429], 'what the client itself said counts for nothing');
    assert.deepEqual(await from('192.0.2.4:5060, [2001:db8:1::5]:80'), limited, 'with ports');
    assert.deepEqual(await from('192.0.2.4'), [429, 429, 429]);
    assert.deepEqual(await from('2001:db8:2::1'), limited);
    assert.deepEqual(await from('2001:db8:2::ffff'), [429, 429, 429], 'the same network of a client');
    assert.deepEqual(await from('2001:db8:2:1::1'), limited);
    assert.deepEqual(await from('nonsense'), limited, 'then the proxy itself counts');
    assert.deepEqual(await from(''), [429, 429, 429]);
    await stop();
  });

  test('HTTPS at the proxy counts as HTTPS', async () => {
    const proxied = await server({ MPOS_TRUSTED_PROXIES: '127.0.0.0/8' });
    const plain = await server({});
    const headers = { 'x-forwarded-proto': 'https' };
    for (const path of ['/register/', '/office/', '/kitchen/', '/receipt/', '/v1/orders', '/v1/nothing', '/nothing', '/register/../../x']) {
      assert.match((await send(proxied.url, 'GET', path, { headers })).headers['strict-transport-security'] ?? path, /max-age=31536000/);
    }
    assert.equal((await send(proxied.url, 'GET', '/register/')).headers['strict-transport-security'], undefined);
    assert.equal((await send(plain.url, 'GET', '/register/', { headers })).headers['strict-transport-security'], undefined);
    await Promise.all([proxied.stop(), plain.stop()]);
  });

  test('what is set as it comes is enough for a large shop and little for guessing', async () => {
    const client = await as(cafe, cashier, { register: 'R1' });
    const { url, stop } = await server({});
    const policy = fields((await get(url, client)).headers['ratelimit-policy']);
    assert.ok(policy['call.actor'].q / policy['call.actor'].w >= 1000);
    assert.ok(policy['call.ip'].q / policy['call.ip'].w >= 10000);
    const guessing = fields((await signInWrong(url)).headers['ratelimit-policy'])['sign_in.ip'];
    assert.ok(guessing.q / guessing.w <= 2);
    for (const [, setting, value] of readFileSync(fileURLToPath(new URL('../../server/base/limits.def', import.meta.url)), 'utf8')
      .matchAll(/^LIMIT_CLASS\(\w+, "\w+", "(\w+)", "([^"]+)"\)/gm)) {
      assert.ok(settings.includes(`| \`${setting}\` | ${value} |`), `${setting} is in the reference as it is`);
    }
    await stop();
  });

  test('limits and proxies that are none stop the start', async () => {
    const { stack } = await world();
    for (const value of ['5', 'ip=0/1', 'ip=5', 'ip=5/0', 'ip=5/1,', 'ip=5/1,ip=6/1', 'everybody=1/1', 'ip=-5/1', 'ip=10000001/1', 'ip=1/86401', 'ip=5/1 ']) {
      const refused = await stack.another({ MPOS_RATE_CALL: value }, { fails: true });
      assert.equal(refused.status, 1, value);
      assert.match(refused.log(), /MPOS_RATE_CALL must be/, value);
    }
    for (const value of ['everybody', '10.0.0.0/33', '10.0.0/8', '::/129', '10.0.0.0/', '10.0.0.0/8x']) {
      const refused = await stack.another({ MPOS_TRUSTED_PROXIES: value }, { fails: true });
      assert.match(refused.log(), /MPOS_TRUSTED_PROXIES must be/, value);
    }
  });
});
