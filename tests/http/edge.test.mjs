// What every answer carries: a request id, and headers that keep browsers from doing what nobody asked for.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { integrator, suite, world } from './lib/context.mjs';
import { ok, send } from './lib/client.mjs';
import { exchange } from './lib/raw.mjs';

const web = fileURLToPath(new URL('../../build/web', import.meta.url));
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const pages = readdirSync(web, { recursive: true }).filter((name) => name.endsWith('index.html')).map((name) => `/${name.slice(0, -10)}`);

suite('edge', () => {
  test('a request id that was sent comes back, in the answer and in the log', async () => {
    const { stack } = await world();
    const id = randomUUID();
    const other = await stack.another({ MPOS_LOG_LEVEL: 'debug' });
    for (const [path, status] of [['/healthz', 200], ['/v1/orders', 401], ['/v1/nothing', 404], ['/register/', 200], ['/no-such-page', 404]]) {
      const answer = await send(other.url, 'GET', path, { headers: { 'x-request-id': id } });
      assert.equal(answer.status, status, path);
      assert.equal(answer.headers['x-request-id'], id, path);
      if (answer.json) assert.equal(answer.json.request_id, id, path);
    }
    const lines = other.log().trim().split('\n').map((line) => JSON.parse(line)).filter((line) => line.event === 'answered');
    assert.deepEqual(lines.filter((line) => line.request === id).map((line) => line.status), ['200', '401', '404', '404']);
    assert.ok(lines.every((line) => uuid.test(line.request)), 'every line of a request has its id');
    await other.stop();
  });

  test('thirty-two digits are a request id too; anything else is replaced', async () => {
    const { url } = await world();
    const plain = randomUUID().replaceAll('-', '');
    const answer = await send(url, 'GET', '/healthz', { headers: { 'x-request-id': plain } });
    assert.equal(answer.headers['x-request-id'].replaceAll('-', ''), plain);
    for (const wrong of ['', 'x', `${randomUUID()}0`, randomUUID().replace(/.$/, 'g'), '"}\u00e9', 'a'.repeat(4000)]) {
      const { headers } = await send(url, 'GET', '/healthz', { headers: { 'x-request-id': wrong } });
      assert.match(headers['x-request-id'], uuid);
      assert.notEqual(headers['x-request-id'], wrong);
    }
  });

  test('a request that is refused before it is understood has one as well', async () => {
    const { url } = await world();
    const id = randomUUID();
    const early = await exchange(url, `POST /v1/orders HTTP/1.1\r\nHost: x\r\nX-Request-Id: ${id}\r\nContent-Length: 99999999\r\n\r\n`);
    assert.equal(early.status, 413);
    assert.match(early.text, new RegExp(`x-request-id: ${id}`, 'i'));
    assert.equal(early.json.request_id, id);
  });

  test('answers of the API run, frame and sniff nothing', async () => {
    const { url } = await world();
    const client = await integrator();
    for (const answer of [await client.get('/v1/orders'), await send(url, 'GET', '/v1/orders'), await send(url, 'GET', '/healthz')]) {
      assert.equal(answer.headers['x-content-type-options'], 'nosniff');
      assert.equal(answer.headers['content-security-policy'], "default-src 'none'; frame-ancestors 'none'");
      assert.equal(answer.headers['referrer-policy'], 'no-referrer');
      assert.match(answer.headers['cache-control'] ?? 'no-store', /no-store|private/);
      assert.equal(answer.headers.server, undefined);
    }
    ok(await client.get('/v1/orders'));
  });

  test('pages allow their own scripts only, and no frame around them', async () => {
    const { url } = await world();
    assert.ok(pages.length >= 2);
    assert.ok(pages.includes('/office/'), pages.join());
    // Files too: a worker has the policy that came with its script, not that of its page.
    const files = readdirSync(web, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())
      .map((one) => `${(one.parentPath ?? one.path).slice(web.length)}/${one.name}`);
    assert.ok(files.some((one) => /assets\/worker/.test(one)), 'there is a worker');
    for (const page of [...pages, ...files]) {
      const { status, headers } = await send(url, 'GET', page);
      assert.equal(status, 200, page);
      const policy = new Map(headers['content-security-policy'].split(';').map((part) => part.trim().split(/ (.*)/)));
      assert.equal(policy.get('default-src'), "'self'");
      assert.equal(policy.get('script-src'), "'self' 'wasm-unsafe-eval'");
      assert.equal(policy.get('frame-ancestors'), "'none'");
      assert.equal(policy.get('object-src'), "'none'");
      assert.equal(policy.get('base-uri'), "'none'");
      for (const [name, value] of [['x-content-type-options', 'nosniff'], ['referrer-policy', 'no-referrer'], ['x-frame-options', 'DENY'],
        ['cross-origin-opener-policy', 'same-origin'], ['cross-origin-resource-policy', 'same-origin']]) assert.equal(headers[name], value, page);
      assert.match(headers['permissions-policy'], /geolocation=\(\)/);
    }
  });

  test('no page needs a script or a style within it', () => {
    for (const page of pages) {
      const text = readFileSync(`${web}${page}index.html`, 'utf8');
      for (const [tag, attributes, body] of text.matchAll(/<script([^>]*)>([\s\S]*?)<\/script>/g)) {
        assert.match(attributes, /\bsrc="\.{0,2}\//, tag);
        assert.equal(body.trim(), '');
      }
      assert.doesNotMatch(text, /<style|\son[a-z]+=|\sstyle=|javascript:/i, page);
    }
  });
});
