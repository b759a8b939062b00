// Whatever is wrong has its exact code, writes nothing and costs nothing.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readCatalogue } from '../lib/catalogue.mjs';
import { as, cafe, integrator, manager, menu, requiredGroups, rows, shop, suite, world } from './lib/context.mjs';
import { ok, problem, send, uuid7 } from './lib/client.mjs';
import { closeCode, exchange, frame, upgrade } from './lib/raw.mjs';
import { checkAnswer } from './lib/schema.mjs';

/** Everything that a request could have written, as one comparable value. */
async function state() {
  const tables = await rows("SELECT relname FROM pg_class WHERE relnamespace = 'pos'::regnamespace AND relkind = 'r' ORDER BY 1");
  const counts = tables.map(({ relname }) => `SELECT '${relname}' AS name, count(*) AS n FROM pos.${relname}`).join(' UNION ALL ') + ' ORDER BY 1';
  return { counts: await rows(counts), heads: await rows(`SELECT journal_id, next_seq, last_leaf
    FROM journal.head JOIN journal.journal USING (journal_id) WHERE kind <> 'platform' ORDER BY 1`) };
}

async function ids() {
  const client = await integrator();
  const { document, plain } = await menu();
  const other = (await readCatalogue(await as(shop, manager))).items[0].id;
  const amount = plain[0].price;
  const sale = { lines: [{ item_id: plain[0].id, qty: '1' }], payments: [{ tender: 'cash', amount }] };
  const closed = ok(await client.post('/v1/orders', sale), 201).order.id;
  const open = ok(await client.post('/v1/orders', { lines: sale.lines }), 201).order;
  const choosy = document.items.find((item) => requiredGroups(document, item).length && !item.combo.length);
  const combo = document.items.find((item) => item.combo.length);
  return { item: plain[0].id, foreign: other, closed, open: open.id, total: open.total, choosy, combo, document };
}

const line = (more) => ({ lines: [{ qty: '1', ...more }] });

/** [what, path, body (text or value), status, code, field] */
function cases(known) {
  const { item, foreign, closed, open, choosy, combo } = known;
  const orders = (what, body, status, code, field) => [what, '/v1/orders', body, status, code, field];
  const good = { item_id: item, qty: '1' };
  const pay = (what, body, ...rest) => [what, '/v1/payments', { order_id: open, tender: 'cash', ...body }, ...rest];
  const raw = (text) => Buffer.from(text, 'latin1');
  return [
    ...['', '{', '{"lines":}', '{"lines":[]}x', '{"lines":[],}', "{'lines':[]}", '{"lines":[NaN]}', '{"lines":[01]}'].map((text) =>
      orders(`malformed ${text}`, raw(text), 400, 'malformed_json')),
    orders('invalid UTF-8', raw(`{"table":"\xc3\x28","lines":[]}`), 400, 'malformed_json'),
    orders('overlong UTF-8', raw(`{"table":"\xc0\xaf","lines":[]}`), 400, 'malformed_json'),
    orders('a zero character', raw('{"table":"\\u0000","lines":[]}'), 400, 'malformed_json'),
    orders('half a surrogate', raw('{"table":"\\ud800","lines":[]}'), 400, 'malformed_json'),
    orders('nested too deep', raw('['.repeat(20000)), 400, 'malformed_json'),
    orders('null', 'null', 400, 'wrong_type'),
    orders('a list', '[]', 400, 'wrong_type'),
    orders('a string', '"x"', 400, 'wrong_type'),
    orders('nothing in it', {}, 400, 'missing_field', '/lines'),
    orders('lines is an object', { lines: {} }, 400, 'wrong_type', '/lines'),
    orders('a line is a string', { lines: ['x'] }, 400, 'wrong_type', '/lines/0'),
    orders('no lines', { lines: [] }, 400, 'out_of_range', '/lines'),
    orders('a quantity as number', line({ item_id: item, qty: 1 }), 400, 'wrong_type', '/lines/0/qty'),
    orders('quantity 0', line({ item_id: item, qty: '0' }), 400, 'out_of_range', '/lines/0/qty'),
    ...['-1', '1e3', ' 1', '', '1.', '.5', '0x1', '1.0000001', '9999999999', '٣'].map((qty) =>
      orders(`quantity ${qty}`, line({ item_id: item, qty }), 400, 'invalid_value', '/lines/0/qty')),
    orders('an id as number', line({ item_id: 7 }), 400, 'wrong_type', '/lines/0/item_id'),
    orders('an id that is none', line({ item_id: 'latte' }), 400, 'invalid_value', '/lines/0/item_id'),
    orders('a missing item', { lines: [{ qty: '1' }] }, 400, 'missing_field', '/lines/0/item_id'),
    orders('an unknown field', { ...line({ item_id: item }), tip: 5 }, 400, 'unknown_field', '/tip'),
    orders('an unknown field in a line', line({ item_id: item, price: 1 }), 400, 'unknown_field', '/lines/0/price'),
    orders('an unknown channel', { ...line({ item_id: item }), channel: 'pigeon' }, 400, 'invalid_value', '/channel'),
    orders('a table of 33 characters', { ...line({ item_id: item }), table: 'x'.repeat(33) }, 400, 'out_of_range', '/table'),
    orders('201 lines', { lines: Array(201).fill(good) }, 400, 'too_many', '/lines'),
    orders('an unknown item', line({ item_id: uuid7() }), 422, 'unknown_item', '/lines/0/item_id'),
    orders("another business's item", line({ item_id: foreign }), 422, 'unknown_item', '/lines/0/item_id'),
    orders('an unknown modifier', line({ item_id: item, modifiers: [{ modifier_id: uuid7() }] }), 422, 'unknown_modifier'),
    orders('a required choice left out', line({ item_id: choosy.id }), 422, 'modifier_rule'),
    orders('half a combo', line({ item_id: combo.id, components: [] }), 422, 'combo_rule'),
    orders('discount of 200 %', { ...line({ item_id: item }), discounts: [{ type: 'percent', rate: '1.5' }] }, 400, 'out_of_range', '/discounts/0/rate'),
    orders('discount of nothing', { ...line({ item_id: item }), discounts: [{ type: 'fixed' }] }, 400, 'missing_field', '/discounts/0/amount'),
    ...[0, -1, -(2 ** 53)].map((amount) => pay(`amount ${amount}`, { amount }, 400, 'out_of_range', '/amount')),
    ...['9223372036854775807', '9223372036854775808', '1e400', '-9223372036854775809', '1'.repeat(4000)].map((digits) =>
      ['amount ' + digits.slice(0, 20), '/v1/payments', `{"order_id":"${open}","tender":"cash","amount":${digits}}`, 400, 'out_of_range', '/amount']),
    ['what follows a number beyond every type', '/v1/payments', `{"order_id":"${open}","tender":"cash","amount":1e400},"params":{"x":"1"}`, 400, 'malformed_json'],
    pay('half a cent', { amount: 1.5 }, 400, 'wrong_type', '/amount'),
    pay('amount as text', { amount: '5' }, 400, 'wrong_type', '/amount'),
    pay('an unknown tender', { amount: 1, tender: 'beads' }, 400, 'invalid_value', '/tender'),
    pay('more than is due', { amount: known.total + 1 }, 422, 'amount_above_due', '/amount'),
    ['a paid order', '/v1/payments', { order_id: closed, tender: 'cash', amount: 1 }, 409, 'nothing_due'],
    ['a line for a closed order', `/v1/orders/${closed}/lines`, { lines: [good] }, 409, 'order_state'],
    ['an unknown order', `/v1/orders/${uuid7()}/lines`, { lines: [good] }, 404, 'not_found'],
    ['an order id that is none', '/v1/orders/7/lines', { lines: [good] }, 404, 'not_found'],
    ['an id with a quote', `/v1/orders/'%20or%201=1/lines`, { lines: [good] }, 404, 'not_found'],
    ['a negative float', '/v1/shifts', { float: -1 }, 400, 'out_of_range', '/float'],
    ['an unknown state of a ticket', `/v1/kitchen/tickets/${uuid7()}/bump`, { to: 'burnt' }, 400, 'invalid_value', '/to'],
    ['51 operations', '/v1/sync/push', { dev: uuid7(), gen: 1, first: 1, count: 51, ops: Array(51).fill({ s: '{}' }) }, 400, 'out_of_range', '/count'],
    ['operations miscounted', '/v1/sync/push', { dev: uuid7(), gen: 1, first: 1, count: 2, ops: [{ s: '{}' }] }, 400, 'invalid_value', '/count'],
  ];
}

async function attempt(client, [, path, body], headers = {}) {
  const bytes = Buffer.isBuffer(body) ? body : typeof body === 'string' ? body : JSON.stringify(body);
  return send(client.url, 'POST', path, {
    headers: { authorization: `Bearer ${client.token}`, 'content-type': 'application/json', 'idempotency-key': randomUUID(), ...headers },
    body: bytes,
  });
}

/** Own memory of the server and of each of its backends, in KiB. */
async function memory() {
  const { stack } = await world();
  const backends = await rows("SELECT pid FROM pg_stat_activity WHERE usename = 'mpos_app'");
  const kib = (pid) => Number(readFileSync(`/proc/${pid}/status`, 'utf8').match(/RssAnon:\s+(\d+)/)[1]);
  return { server: kib(stack.mposd.pid), backends: Math.max(...backends.map(({ pid }) => kib(pid))) };
}

suite('bad input', () => {
  test('every wrong request has its code and field, and nothing is written', async () => {
    const client = await integrator();
    const known = await ids();
    const before = await state();
    const wrong = [];
    for (const one of cases(known)) {
      const [what, path, , status, code, field] = one;
      const answer = await attempt(client, one);
      const got = `${answer.status} ${answer.json?.code} ${field === undefined ? '' : answer.json?.field}`;
      if (got !== `${status} ${code} ${field ?? ''}`) wrong.push(`${what}: ${got} instead of ${status} ${code} ${field ?? ''}: ${answer.json?.detail}`);
      const violations = checkAnswer('POST', path, answer);
      if (violations.length) wrong.push(`${what}: ${violations}`);
    }
    assert.deepEqual(wrong, []);
    assert.deepEqual(await state(), before);
  });

  test('wrong queries are refused', async () => {
    const client = await integrator();
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'limit=99999999999999999999', 'state=lost', 'after=x']) {
      const answer = await client.get(`/v1/orders?${query}`);
      assert.equal(answer.status, 400, `${query}: ${answer.bytes}`);
      assert.equal(answer.json.field, query.split('=')[0]);
    }
  });

  test('another media type is refused', async () => {
    const client = await integrator();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/jsonx']) {
      problem(await attempt(client, ['', '/v1/orders', '{"lines":[]}'], { 'content-type': type }), 415, 'unsupported_media_type');
    }
  });

  test('10,000 lines and 10 MB are refused without reading on', async () => {
    const client = await integrator();
    const { item } = await ids();
    const before = await state();
    const many = JSON.stringify({ lines: Array(10000).fill({ item_id: item, qty: '1' }) });
    const head = (length) => `POST /v1/orders HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nIdempotency-Key: k\r\n`
      + `Authorization: Bearer ${client.token}\r\nContent-Length: ${length}\r\n\r\n`;
    const lines = await exchange(client.url, head(many.length), many);
    assert.ok(['too_many', 'body_too_large'].includes(lines.json?.code), lines.text);
    const big = await exchange(client.url, head(10 * 1024 * 1024), Buffer.alloc(10 * 1024 * 1024, 0x20));
    assert.equal(`${big.status} ${big.json?.code}`, '413 body_too_large');
    const chunked = head(0).replace('Content-Length: 0', 'Transfer-Encoding: chunked');
    const chunk = `10000\r\n${' '.repeat(0x10000)}\r\n`;
    assert.equal((await exchange(client.url, chunked, ...Array(160).fill(chunk))).status, 413);
    assert.deepEqual(await state(), before);
  });

  test('bytes that are no HTTP end the connection, not the server', async () => {
    const { url } = await world();
    const lines = ['GET', '\r\n\r\n\r\n', '\x16\x03\x01\x00\xa5', 'POST /v1/orders HTTP/1.1\r\nContent-Length: -1\r\n\r\n',
      'POST /v1/orders HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', `GET / HTTP/1.1\r\nX: ${'y'.repeat(200000)}\r\n\r\n`,
      'GET /%00 HTTP/1.1\r\nHost: x\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'];
    await Promise.all(lines.map(async (text) => {
      const { status } = await exchange(url, Buffer.from(text, 'latin1'));
      assert.ok(status === 0 || status >= 400, `${text.slice(0, 40)}: ${status}`);
    }));
    assert.equal((await send(url, 'GET', '/healthz')).status, 200);
  });

  test('broken WebSocket frames close with their code', async () => {
    const { url } = await world();
    const broken = [
      ['not masked', frame('{}', { masked: false }), [1002, 4400]],
      ['reserved opcode', frame('{}', { opcode: 3 }), [1002, 4400]],
      ['reserved bit', frame('{}', { rsv: 4 }), [1002, 4400]],
      ['a fragment of a ping', frame('', { opcode: 9, fin: false }), [1002, 4400]],
      ['a continuation of nothing', frame('x', { opcode: 0 }), [1002, 4400]],
      ['invalid UTF-8', frame(Buffer.from([0xc3, 0x28])), [1007, 4400]],
      ['no JSON', frame('hello'), [4400]],
      ['binary', frame('{}', { opcode: 2 }), [1003, 4400]],
      ['an unknown message', frame('{"k":"dance"}'), [4400, 4401]],
      ['a subscription before signing in', frame('{"k":"sub","id":1,"s":"o:x"}'), [4400, 4401]],
      ['a wrong ticket', frame('{"k":"auth","ticket":"x"}'), [4401]],
      ['5 KiB before signing in', frame('x'.repeat(5000)), [1009, 4400]],
      ['a length of 2^62', frame('', { length: 2 ** 62 }), [1002, 1009, 4400]],
      ['silence', Buffer.alloc(0), [4401]],
    ];
    await Promise.all(broken.map(async ([what, bytes, codes]) => {
      const socket = await upgrade(url);
      socket.write(bytes);
      await socket.gone;
      const code = closeCode(socket.received);
      assert.ok(codes.includes(code) || (code === 0 && !codes.includes(4401)), `${what}: ${code}`);
    }));
    assert.equal((await send(url, 'GET', '/healthz')).status, 200);
  });

  test('a foreign origin gets no socket', async () => {
    const { url } = await world();
    const socket = await upgrade(url, 'Origin: https://evil.example\r\n');
    assert.match(socket.received.toString('latin1'), /^HTTP\/1\.1 403/);
    socket.destroy();
  });

  test('wrong requests cost no memory', { timeout: 1200000 }, async (t) => {
    const count = process.env.MPOS_FULL ? 100000 : 2000;
    const client = await integrator();
    const all = cases(await ids());
    const run = async (requests) => {
      let next = 0;
      const worker = async () => { while (next < requests) await attempt(client, all[next++ % all.length]); };
      await Promise.all(Array.from({ length: 16 }, worker));
    };
    await run(1000); // every backend and buffer has been used once
    const before = await memory();
    await run(count);
    const after = await memory();
    t.diagnostic(`${count} requests: ${JSON.stringify({ before, after })}`);
    assert.ok(after.server - before.server < 2048, 'server');
    assert.ok(after.backends - before.backends < 4096, 'backends');
  });
});
