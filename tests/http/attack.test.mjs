// One business tries to learn of another by everything that HTTP carries beside ids: validators, keys, cursors, subscriptions, time;
// and somebody with the application's own password tries at a psql prompt.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { readCatalogue } from '../lib/catalogue.mjs';
import { as, cafe, cashier, cook, manager, rows, shop, suite, world } from './lib/context.mjs';
import { Client, ok, send, uuid7, withoutRequestId } from './lib/client.mjs';
import { harvest } from './lib/harvest.mjs';
import { operations } from './lib/schema.mjs';
import { stream, Subscriber } from './lib/socket.mjs';
import { sharpest } from './lib/welch.mjs';

const run = promisify(execFile);
const pairs = 10000;
const bytesOf = (answer) => `${answer.status} ${withoutRequestId(answer)}`;

async function sell(client, extra = {}, options = {}) {
  const [item] = (await readCatalogue(client)).items.filter((one) => !one.combo.length && !one.group_ids.length);
  return client.post('/v1/orders', { lines: [{ item_id: item.id, qty: '1' }], ...extra }, options);
}

suite('attack', () => {
  test('ids are harvested from what a business reads about itself', async () => {
    const client = await as(cafe, manager);
    ok(await sell(client), 201);
    const ids = await harvest(client);
    for (const name of ['order_id', 'item_id', 'outlet_id', 'staff_id', 'session_id', 'role_id', 'device_id']) assert.ok(ids[name], `${name} in ${Object.keys(ids)}`);
  });

  test("another business's validators never answer 304", async () => {
    const { url } = await world();
    const [theirs, mine] = [await as(cafe, manager), await as(shop, manager)];
    for (const client of [theirs, mine]) ok(await sell(client), 201);
    let asked = 0;
    for (const op of operations.filter((one) => one.method === 'get' && one['x-mpos-operation'] && !one.path.includes('{') && one.security?.length !== 0)) {
      const [there, here] = [await theirs.get(op.path), await mine.get(op.path)];
      if (!there.headers.etag || there.bytes.equals(here.bytes)) continue; // two lists of nothing are alike
      const answers = [];
      for (const value of [there.headers.etag, `"${'0'.repeat(64)}"`]) {
        answers.push(await send(url, 'GET', op.path, { headers: { authorization: `Bearer ${mine.token}`, 'if-none-match': value } }));
      }
      for (const answer of answers) assert.equal(`${answer.status} ${answer.headers.etag}`, `${here.status} ${here.headers.etag}`, op.path);
      assert.notEqual(here.headers.etag, there.headers.etag, op.path);
      asked += 1;
    }
    assert.ok(asked >= 2, `${asked} lists have a validator`);
  });

  test("another business's Idempotency-Key is nobody's key", async () => {
    const [theirs, mine] = [await as(cafe, manager), await as(shop, manager)];
    const key = randomUUID();
    const first = ok(await sell(theirs, {}, { key }), 201).order;
    const second = ok(await sell(mine, {}, { key }), 201).order;
    assert.notEqual(second.id, first.id);
    assert.equal(ok(await sell(mine, {}, { key }), 201).order.id, second.id, 'it is a key of each of them');
    assert.equal(ok(await sell(theirs, {}, { key }), 201).order.id, first.id);
  });

  test("another business's cursors answer as cursors of nobody", async () => {
    const [theirs, mine] = [await as(cafe, manager), await as(shop, manager)];
    ok(await sell(theirs), 201);
    const { next } = ok(await theirs.get('/v1/events?limit=1000'));
    const [epoch, seq] = next.split('.');
    const ours = ok(await mine.get('/v1/events?limit=1'));
    assert.ok(ours);
    for (const [a, b] of [[next, `${epoch}.${seq}.${'ab'.repeat(8)}`]]) {
      const answers = [await mine.get(`/v1/events?from=${a}`), await mine.get(`/v1/events?from=${b}`)];
      assert.equal(bytesOf(answers[0]), bytesOf(answers[1]));
      assert.ok(answers[0].status >= 400, bytesOf(answers[0]).slice(0, 200));
    }
  });

  test("a socket hears nothing of another business's outlet, subscribed or not", async () => {
    const [theirs, mine] = [await as(cafe, manager), await as(shop, manager)];
    const socket = await new Subscriber(mine).open();
    const refused = [];
    for (const [id, s] of [[2, stream(theirs)], [3, `o:${uuid7()}`], [4, `o:${theirs.session.journal_id}`]]) {
      refused.push(await socket.subscribe({ epoch: 0, seq: -1, h8: '0'.repeat(16) }, { s, id }));
    }
    for (const answer of refused) assert.deepEqual({ ...answer, id: 0 }, { ...refused[1], id: 0 });
    assert.equal(refused[0].code, 'not_found', JSON.stringify(refused));
    assert.equal((await socket.subscribe(await present(mine))).k, 'sub_ok');
    const { order } = ok(await sell(theirs), 201);
    const { journal: [entry] } = ok(await sell(mine), 201);
    await socket.reached(entry.seq);
    await socket.close();
    const heard = JSON.stringify(socket.messages) + JSON.stringify(socket.changes);
    assert.ok(!heard.includes(order.id) && !heard.includes(theirs.session.outlet.id) && !heard.includes(theirs.session.tenant.id));
  });

  test('a token of one business opens nothing under the name of another', async () => {
    const { url } = await world();
    const [theirs, mine] = [await as(cafe, manager), await as(shop, manager)];
    const [header, , signature] = mine.token.split('.');
    const forged = `${header}.${theirs.token.split('.')[1]}.${signature}`;
    const answer = await send(url, 'GET', '/v1/catalogue', { headers: { authorization: `Bearer ${forged}` } });
    const garbage = await send(url, 'GET', '/v1/catalogue', { headers: { authorization: 'Bearer nothing' } });
    assert.equal(bytesOf(answer), bytesOf(garbage));
    assert.equal(answer.status, 401);
  });

  // Beside other suites times say little: with full counts only.
  test("the time that an answer takes does not tell another business's id from a random one", { skip: !process.env.MPOS_FULL }, async () => {
    const { url } = await world();
    const [theirs, mine] = [await as(shop, manager), await as(cafe, manager)];
    // As many of each, all made beforehand: one id asked for again and again is quicker than many, whoever has it.
    const some = async (make) => {
      const list = [];
      for (let i = 0; i < 100; i += 1) list.push(await make());
      return () => list[randomInt(list.length)];
    };
    const seller = async (client) => {
      const { order } = ok(await sell(client), 201);
      return async () => ok(await client.post('/v1/orders', { lines: [{ item_id: order.lines[0].item_id, qty: '1' }] }), 201).order.id;
    };
    const foreign = await some(await seller(theirs));
    const owned = new Set();
    const sold = await seller(mine);
    const own = await some(async () => {
      const id = await sold();
      owned.add(id);
      return id;
    });
    const random = await some(uuid7);
    // Three people ask in turns: one alone would be told to slow down.
    const asking = [mine, await as(cafe, cashier), await as(cafe, cook)];
    const time = async (id, client) => {
      const start = process.hrtime.bigint();
      const { status } = await send(url, 'GET', `/v1/orders/${id}`, { headers: { authorization: `Bearer ${client.token}` } });
      assert.equal(status, owned.has(id) ? 200 : 404);
      return Number(process.hrtime.bigint() - start) / 1000;
    };
    const compare = async (left, right, count, samples = [[], []]) => {
      for (let i = 0; i < count; i += 1) {
        const ids = [left, right];
        const first = Math.random() < 0.5 ? 0 : 1;
        for (const which of [first, 1 - first]) samples[which].push(await time(ids[which](), asking[i % asking.length]));
      }
      return sharpest(...samples);
    };
    await compare(foreign, random, 200); // warms up
    const t = await compare(foreign, random, pairs);
    console.log(`# foreign against random id, ${pairs} pairs: t = ${t.toFixed(2)}`);
    assert.ok(Math.abs(t) < 4.5, `t = ${t}`);
    // That the test can see: an order of one's own, asked for until it is told from a random id. A busy machine blurs it.
    const control = [[], []];
    let seen = 0;
    for (let i = 0; i < 10 && Math.abs(seen) <= 4.5; i += 1) seen = await compare(own, random, 1500, control);
    console.log(`# own against random id: t = ${seen.toFixed(2)}`);
    assert.ok(Math.abs(seen) > 4.5, `an order that is there is told from one that is not: t = ${seen}`);
  });

  test("the application's own password opens nothing without a context", async () => {
    const { stack } = await world();
    const psql = (...sql) => run('psql', ['-XAt', '-d', stack.conninfo, ...sql.flatMap((one) => ['-c', one])], { env: stack.psqlEnv })
      .then(({ stdout }) => stdout, (error) => error.stdout + error.stderr);
    const roles = (await rows('SELECT rolname FROM pg_roles')).map((one) => one.rolname).filter((name) => name !== 'mpos_app');
    for (const role of roles) {
      assert.match(await psql(`SET ROLE "${role}"`), /permission denied to set role/, role);
      assert.match(await psql(`SET SESSION AUTHORIZATION "${role}"`), /permission denied to set session authorization/, role);
    }
    for (const opening of ['RESET ALL', 'DISCARD ALL', 'RESET ROLE', 'RESET SESSION AUTHORIZATION', 'SET row_security = off', "SET search_path = pos, journal",
      'BEGIN; SAVEPOINT s; ROLLBACK TO s', "SET enable_seqscan = off", "SET session_replication_role = replica"]) {
      assert.match(await psql(opening, 'SELECT count(*) FROM pos.orders'), /permission denied for schema pos/, opening);
    }
    const other = await psql("SELECT query FROM pg_stat_activity WHERE usename = 'mpos_app' AND pid <> pg_backend_pid()");
    assert.doesNotMatch(other, /MCX1|\\x4d43|tenant_id = '/, 'statements of the server hold no values');
    assert.doesNotMatch(await psql("SELECT query FROM pg_stat_activity WHERE usename <> 'mpos_app'"), /SELECT (?!pg)/, 'those of others are not shown');
    assert.equal((await psql("SELECT count(*) FROM pg_stats WHERE schemaname IN ('pos', 'journal')")).trim(), '0', 'no statistics of columns');
    assert.match(await psql("SELECT * FROM mpos.call(gen_random_uuid(), gen_random_bytes(192), 'order.list', '{}')"), /does not exist|not genuine/);
    for (const context of ["''", 'NULL', "decode(repeat('00', 192), 'hex')", "decode(repeat('ff', 192), 'hex')", "convert_to(rpad('MCX1', 192, 'x'), 'UTF8')"]) {
      assert.match(await psql(`SELECT * FROM mpos.call(gen_random_uuid(), ${context}::bytea, 'order.list', '{}')`), /not genuine/, context);
    }
  });

  test("what the application may execute says nothing of a business", async () => {
    const { stack } = await world();
    const client = await as(cafe, manager);
    const psql = (sql) => run('psql', ['-XAt', '-d', stack.conninfo, '-c', sql], { env: stack.psqlEnv }).then(({ stdout }) => stdout);
    const metrics = await psql('SELECT * FROM mpos.metrics()');
    for (const word of [client.session.tenant.id, client.session.outlet.id, client.session.journal_id, 'demo-cafe']) assert.ok(!metrics.includes(word), word);
    // Heads are size and hash of a journal, which its public log shows to everybody who knows its id.
    assert.equal(await psql(`SELECT count(*) FROM mpos.heads(ARRAY['${uuid7()}']::uuid[])`), '0\n');
    assert.equal((await new Client(stack.url).get(`/v1/journals/${client.session.journal_id}/checkpoint`)).status === 404, false);
  });
});

/** Where the events of a client's outlet stand. */
async function present(client) {
  let from = '';
  for (;;) {
    const { next, more } = ok(await client.get(`/v1/events?limit=1000${from && `&from=${from}`}`));
    from = next;
    if (!more) break;
  }
  const [epoch, seq, h8] = from.split('.');
  return { epoch: Number(epoch), seq: Number(seq), h8 };
}
