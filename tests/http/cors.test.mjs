// Who may call from a browser: the pages' own origin, and those on the list; programs that are no browser send no origin.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { integrator, suite, world } from './lib/context.mjs';
import { send } from './lib/client.mjs';
import { connect } from './lib/raw.mjs';

const friend = 'https://pos.example';
const second = 'http://kiosk.example:8080';
const strangers = ['https://evil.example', 'http://pos.example', 'https://pos.example.evil.example', 'https://pos.example:444',
  'https://POS.example', 'null', '', 'pos.example', `${friend}/`, `${friend}, ${second}`];

/** The status line's number for a WebSocket handshake with those headers. */
async function handshake(url, headers) {
  const socket = await connect(url);
  socket.write(`GET /v1/ws HTTP/1.1\r\nHost: ${new URL(url).host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n`
    + `Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: mpos.v1\r\n${headers}\r\n`);
  await new Promise((done) => {
    socket.on('data', () => { if (socket.received.includes('\r\n\r\n')) done(); });
    socket.gone.then(done);
  });
  socket.destroy();
  return Number(socket.received.toString('latin1').match(/^HTTP\/1\.1 (\d{3})/)?.[1]);
}

suite('cors', () => {
  let server;

  before(async () => {
    const { stack } = await world();
    server = await stack.another({ MPOS_ORIGINS: `${friend}, ${second}` });
  });
  after(() => server.stop());

  test('an origin on the list may read answers, refusals too', async () => {
    const client = await integrator();
    for (const origin of [friend, second]) {
      for (const headers of [{ origin, authorization: `Bearer ${client.token}` }, { origin }]) {
        const answer = await send(server.url, 'GET', '/v1/orders', { headers });
        assert.equal(answer.headers['access-control-allow-origin'], origin);
        assert.equal(answer.headers.vary, 'origin');
        assert.match(answer.headers['access-control-expose-headers'], /retry-after/);
        assert.equal(answer.headers['access-control-allow-credentials'], undefined, 'no cookies here');
      }
    }
  });

  test('preflight names methods and headers', async () => {
    const answer = await send(server.url, 'OPTIONS', '/v1/orders', {
      headers: { origin: friend, 'access-control-request-method': 'POST', 'access-control-request-headers': 'idempotency-key' },
    });
    assert.equal(answer.status, 204);
    assert.equal(answer.headers['access-control-allow-origin'], friend);
    assert.match(answer.headers['access-control-allow-methods'], /POST/);
    assert.match(answer.headers['access-control-allow-headers'], /idempotency-key/);
  });

  test('no other origin may', async () => {
    for (const origin of strangers) {
      for (const method of ['GET', 'OPTIONS']) {
        const answer = await send(server.url, method, '/v1/orders', { headers: { origin } });
        assert.equal(answer.headers['access-control-allow-origin'], undefined, `${method} ${origin}`);
      }
    }
    const { url } = await world();
    const answer = await send(url, 'GET', '/v1/orders', { headers: { origin: friend } });
    assert.equal(answer.headers['access-control-allow-origin'], undefined, 'a server without a list');
  });

  test('a WebSocket is opened from the own origin, from the list and by programs', async () => {
    const { host } = new URL(server.url);
    for (const headers of ['', `Origin: http://${host}\r\n`, `Origin: https://${host}\r\n`, `Origin: ${friend}\r\n`, `Origin: ${second}\r\n`]) {
      assert.equal(await handshake(server.url, headers), 101, headers);
    }
  });

  test('and from nowhere else', async () => {
    const { host, port } = new URL(server.url);
    const near = [`http://${host}.evil.example`, `http://evil.example:${port}`, `http://x@${host}`, `ftp://${host}`, `://${host}`, host, `http://${host}/`];
    for (const origin of [...strangers, ...near]) {
      assert.equal(await handshake(server.url, `Origin: ${origin}\r\n`), 403, origin);
    }
  });

  test('a list that is none stops the start', async () => {
    const { stack } = await world();
    for (const MPOS_ORIGINS of ['pos.example', '*', 'https://pos.example/path', 'https://', 'http://']) {
      const refused = await stack.another({ MPOS_ORIGINS }, { fails: true });
      assert.equal(refused.status, 1, MPOS_ORIGINS);
      assert.match(refused.log(), /MPOS_ORIGINS must be/);
    }
  });
});
