// The server as a process: health, metrics, static files, stopping, patience with slow clients.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import net from 'node:net';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { integrator, menu, suite, world } from './lib/context.mjs';
import { ok, problem, send, uuid7 } from './lib/client.mjs';
import { SqlSession } from './lib/sql.mjs';

const web = fileURLToPath(new URL('../../build/web', import.meta.url));

function metricLines(text) {
  return text.trim().split('\n').filter((line) => !line.startsWith('#'));
}

suite('server', () => {
  test('health and readiness', async () => {
    const { url } = await world();
    for (const path of ['/healthz', '/readyz']) assert.equal((await send(url, 'GET', path)).status, 200);
  });

  test('metrics parse and count', async () => {
    const { url } = await world();
    const client = await integrator();
    ok(await client.get('/v1/orders'));
    const answer = await send(url, 'GET', '/metrics');
    assert.equal(answer.type, 'text/plain');
    const lines = metricLines(answer.bytes.toString());
    assert.ok(lines.length > 3);
    for (const line of lines) assert.match(line, /^[a-z_]+(\{([a-z_]+="[^"]*",?)*\})? -?[0-9.e+]+(Inf|NaN)?$/);
    for (const name of new Set(lines.map((line) => line.match(/^[a-z_]+/)[0].replace(/_(bucket|sum|count)$/, '')))) {
      assert.match(answer.bytes.toString(), new RegExp(`^# TYPE ${name}(_total)? (counter|gauge|histogram)$`, 'm'), name);
    }
  });

  test('unknown addresses and methods are problems', async () => {
    const { url } = await world();
    const missing = await send(url, 'GET', '/v1/nothing');
    assert.equal(missing.json.code, 'route_not_found');
    const method = await send(url, 'DELETE', '/v1/orders');
    assert.equal(method.status, 405);
    assert.equal(method.json.code, 'method_not_allowed');
    assert.match(method.headers.allow, /POST/);
  });

  test('hashed files are immutable, pages are asked for again', async () => {
    const { url } = await world();
    const page = await send(url, 'GET', '/register/');
    assert.equal(page.status, 200);
    assert.match(page.headers['cache-control'], /no-cache/);
    assert.ok(page.headers['content-security-policy']);
    const assets = [...page.bytes.toString().matchAll(/(?:src|href)="([^"]+\.(?:js|css))"/g)].map((match) => match[1]);
    assert.ok(assets.length > 0);
    for (const asset of assets) {
      const file = await send(url, 'GET', new URL(asset, `${url}/register/`).pathname);
      assert.equal(file.status, 200, asset);
      assert.match(file.headers['cache-control'], /immutable/);
      assert.equal(file.headers['x-content-type-options'], 'nosniff');
    }
    const [core] = readdirSync(`${web}/core`);
    const wasm = await send(url, 'GET', `/core/${core}`);
    assert.equal(wasm.type, 'application/wasm');
    assert.match(wasm.headers['cache-control'], /immutable/);
    assert.equal((await send(url, 'GET', '/register/%2e%2e/%2e%2e/etc/passwd')).status, 404);
  });

  test('a stopping server finishes what it has begun', async () => {
    const { stack } = await world();
    const client = await integrator();
    const { plain } = await menu();
    const body = { id: uuid7(), lines: [{ item_id: plain[0].id, qty: '1' }] };
    // The order waits behind a lock until the server has been told to stop.
    const blocker = new SqlSession(stack);
    await blocker.query('BEGIN; LOCK TABLE pos.orders IN EXCLUSIVE MODE');
    const answer = client.post('/v1/orders', body);
    await blocker.someoneWaits();
    const stopping = stack.stopMposd();
    await blocker.query('COMMIT');
    await blocker.end();
    assert.equal(ok(await answer, 201).order.id, body.id);
    assert.equal(await stopping, 0);
    await stack.restartMposd();
  });

  test('a backend that is ended in the middle of a sale leaves nothing of it; the sale is made once', async () => {
    const { stack } = await world();
    const client = await integrator();
    const { plain } = await menu();
    const body = { id: uuid7(), lines: [{ item_id: plain[0].id, qty: '1' }] };
    const blocker = new SqlSession(stack);
    await blocker.query('BEGIN; LOCK TABLE pos.orders IN EXCLUSIVE MODE');
    const answer = client.post('/v1/orders', body, { key: 'ended-once' });
    await blocker.someoneWaits();
    const ended = await blocker.query(`SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'mpos_app' AND wait_event_type = 'Lock'`);
    assert.notEqual(ended, '0');
    await blocker.query('COMMIT');
    const stored = () => blocker.query(`SELECT count(*) FROM pos.orders WHERE order_id = '${body.id}'`);
    const first = await answer;
    if (first.status !== 201) {
      problem(first, 503, 'unavailable');
      assert.equal(await stored(), '0');
    }
    assert.equal(ok(await client.post('/v1/orders', body, { key: 'ended-once' }), 201).order.id, body.id);
    assert.equal(await stored(), '1');
    await blocker.end();
  });

  test('a client that sends byte by byte holds up nobody and is cut off', async () => {
    const { url } = await world();
    const { port, hostname } = new URL(url);
    const slow = net.connect(port, hostname);
    slow.write('POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Le');
    const cut = new Promise((done) => slow.on('close', done).on('error', () => {}));
    const client = await integrator();
    for (let i = 0; i < 20; i += 1) ok(await client.get('/v1/orders'));
    await cut;
  });
});
