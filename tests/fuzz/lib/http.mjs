// Requests that no library would send: a good request, wrong in one or several ways.
import { pick, spoil } from './bytes.mjs';

const text = (parts) => Buffer.from(parts.join('\r\n'), 'latin1');

/** {method, path, headers: [name, value][], body} of a request that would be answered. */
function good(below, world) {
  const body = JSON.stringify({ lines: [{ item_id: pick(below, world.items), qty: '1' }] });
  const token = ['Authorization', `Bearer ${world.token}`];
  const json = ['Content-Type', 'application/json'];
  const length = ['Content-Length', String(body.length)];
  return pick(below, [
    { method: 'GET', path: '/healthz', headers: [], body: '' },
    { method: 'GET', path: '/v1/orders?limit=2', headers: [token], body: '' },
    { method: 'GET', path: '/register/', headers: [['Accept-Encoding', 'gzip, br']], body: '' },
    { method: 'HEAD', path: '/v1/catalogue', headers: [token], body: '' },
    { method: 'OPTIONS', path: '/v1/orders', headers: [['Origin', 'https://pos.example']], body: '' },
    { method: 'POST', path: '/v1/orders', headers: [token, json, length, ['Idempotency-Key', `k${below(1e9)}`]], body },
    { method: 'POST', path: '/v1/auth/pin', headers: [json, ['Content-Length', '2']], body: '{}' },
    { method: 'GET', path: `/v1/journals/${world.journal}/checkpoint`, headers: [['If-None-Match', '*']], body: '' },
  ]);
}

const lengths = ['-1', '+5', '0x10', '5 5', '99999999999999999999', '18446744073709551616', '1e3', '', ' ', '5, 5', '786433', '\u00b2'];
const chunks = ['0\r\n\r\n', '5\r\nhello\r\n0\r\n\r\n', '5;x=y\r\nhello\r\n0\r\nTrailer: 1\r\n\r\n', 'ffffffffffffffff\r\nx', '-1\r\n', '5\r\nhel', 'g\r\n', '5\nhello\n0\n\n',
  '00000000000000000005\r\nhello\r\n0\r\n\r\n', '5\r\nhello0\r\n\r\n', `${'1\r\nx\r\n'.repeat(300)}0\r\n\r\n`, `5${';a'.repeat(3000)}\r\nhello\r\n0\r\n\r\n`, '\r\n'];
const paths = ['/%', '/%zz', '/%00', '/%2e%2e/%2e%2e/etc/passwd', '/v1/orders/%ff%fe', `/${'a'.repeat(20000)}`, `/v1/orders?${'a=b&'.repeat(3000)}`, '//', '/../../x', '*', '',
  'http://other.example/v1/orders', 'http://', '/v1/orders?limit=%', '/v1/orders?limit=1&limit=2', '/v1/orders/\0', '/v1/orders#x', '/v1/\u00e9', '/register/..%2f..%2fetc', '/assets/%2e%2e%2f',
  '/v1/journals/x/tile/0/x001/x234/067.p/9999999999', '/v1/journals//tile//', '/core/', '/v1/orders?state=%F0%9F%98%80', 'v1/orders', '?', '/?', ' /'];

const changes = [
  (below, r) => { r.path = pick(below, paths); },
  (below, r) => { r.headers.push(['Content-Length', pick(below, lengths)]); },
  (below, r) => { r.headers.push(['Transfer-Encoding', pick(below, ['chunked', 'Chunked', 'gzip, chunked', 'chunked, chunked', 'identity', 'x'])]); r.body = pick(below, chunks); },
  (below, r) => { r.headers = r.headers.filter(([name]) => name !== 'Content-Length'); r.headers.push(['Transfer-Encoding', 'chunked']); r.body = pick(below, chunks); },
  (below, r) => { r.headers.push([`X-${'h'.repeat(below(70000))}`, 'v']); },
  (below, r) => { r.headers.push(['X-Long', 'v'.repeat(below(200000))]); },
  (below, r) => { for (let i = below(300); i > 0; i -= 1) r.headers.push([`X-${i}`, 'v']); },
  (below, r) => { r.headers.push([`A${pick(below, ['\r\nSet-Cookie: x=1', '\nX: y', ':', ' ', '\0', '(', '\u00e9'])}`, 'v']); },
  (below, r) => { r.headers.push(['X-Request-Id', `x${pick(below, ['\r\n\r\nHTTP/1.1 200 OK', '\n folded', '\0', '"'.repeat(5000)])}`]); },
  (below, r) => { r.headers.push(pick(below, [['Expect', '100-continue'], ['Expect', 'x'], ['Upgrade', 'h2c'], ['Connection', 'Upgrade, HTTP2-Settings'], ['Connection', 'close'], ['Range', 'bytes=0-1,2-'],
    ['Range', 'bytes=9999999999999999999-'], ['If-Modified-Since', 'yesterday'], ['HTTP2-Settings', 'AAMAAABkAARAAAAAAAIAAAAA'], ['Host', ''], ['Accept-Encoding', 'gzip;q=x'], ['X-Forwarded-For', ',,,::::,[']])); },
  (below, r) => { r.method = pick(below, ['', 'G', 'GETGETGETGETGETGETGETGETGETGET', 'get', 'PRI', 'CONNECT', 'TRACE', 'P\0ST', 'DELETE', 'PATCH']); },
  (below, r) => { r.version = pick(below, ['HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/1.9', 'HTTP/11', 'http/1.1', 'HTTP/1.1 ', '']); },
  (below, r) => { r.body = r.body.slice(0, below(r.body.length + 1)); r.cut = true; },
  (below, r) => { r.headers = r.headers.map(([name, value]) => (name === 'Authorization' ? [name, `Bearer ${spoil(below, Buffer.from(value.slice(7))).toString('latin1')}`] : [name, value])); },
  (below, r) => { r.headers = r.headers.map(([name, value]) => (name === 'Idempotency-Key' ? [name, pick(below, ['', 'x'.repeat(129), '\u00e9', ' ', '\t'])] : [name, value])); },
];

function write(r) {
  return Buffer.concat([text([`${r.method} ${r.path} ${r.version ?? 'HTTP/1.1'}`, 'Host: mpos.test', ...r.headers.map(([name, value]) => `${name}: ${value}`), '', '']), Buffer.from(r.body, 'latin1')]);
}

/** The bytes of one connection, and whether our half is closed after them. */
export function httpCase(below, world) {
  const out = [];
  for (let count = below(5) ? 1 : 2 + below(30); count > 0; count -= 1) {
    const request = good(below, world);
    for (let n = below(4); n > 0; n -= 1) pick(below, changes)(below, request);
    const bytes = write(request);
    out.push(below(4) ? bytes : spoil(below, bytes));
  }
  if (!below(40)) out.unshift(Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0'));
  return { data: Buffer.concat(out), end: below(3) === 0 };
}
