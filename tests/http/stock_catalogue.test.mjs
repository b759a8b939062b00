// Reading the catalogue by hash, and stock that follows the sales.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { as, cashier, integrator, manager, menu, rows, shop, suite, world } from './lib/context.mjs';
import { ok, problem, send, uuid7 } from './lib/client.mjs';

suite('catalogue and stock', () => {
  test('the ETag is the hash of the document and answers 304', async () => {
    const client = await integrator();
    const answer = await client.get('/v1/catalogue');
    ok(answer);
    const hash = createHash('sha256').update(answer.bytes).digest('hex');
    assert.equal(answer.headers.etag, `"${hash}"`);
    for (const etag of [`"${hash}"`, `W/"${hash}"`, `"x", "${hash}"`]) {
      const again = await client.get('/v1/catalogue', { headers: { 'if-none-match': etag } });
      assert.equal(again.status, 304);
      assert.equal(again.bytes.length, 0);
      assert.equal(again.headers.etag, answer.headers.etag);
    }
    ok(await client.get('/v1/catalogue', { headers: { 'if-none-match': '"0"' } }));
  });

  test('the manifest names chunks by the hash of their bytes, which may be kept', async () => {
    const client = await integrator();
    const manifest = ok(await client.get('/v1/catalogue'));
    assert.equal(manifest.items.length, 2 ** manifest.bits);
    for (const { hash, size, count } of [manifest.rules, manifest.menu, ...manifest.items]) {
      const answer = await client.get(`/v1/published/${hash}`);
      ok(answer);
      assert.equal(createHash('sha256').update(answer.bytes).digest('hex'), hash);
      assert.equal(answer.bytes.length, size);
      if (count !== undefined) assert.equal(answer.json.items.length, count);
      assert.equal(answer.headers['cache-control'], 'private, max-age=31536000, immutable');
      assert.equal(answer.headers.etag, `"${hash}"`);
      const again = await client.get(`/v1/published/${hash}`, { headers: { 'if-none-match': `"${hash}"` } });
      assert.equal(again.status, 304);
    }
  });

  test('chunks travel packed for whoever can unpack them', async () => {
    const client = await integrator();
    const { menu: { hash, size } } = ok(await client.get('/v1/catalogue'));
    const answer = await send(client.url, 'GET', `/v1/published/${hash}`, { headers: { authorization: `Bearer ${client.token}`, 'accept-encoding': 'gzip' } });
    assert.equal(answer.headers['content-encoding'], 'gzip');
    assert.ok(answer.bytes.length < size / 2);
    assert.equal(createHash('sha256').update(gunzipSync(answer.bytes)).digest('hex'), hash);
  });

  test('an item lies in the chunk that its id chooses', async () => {
    const client = await as(shop, manager);
    const manifest = ok(await client.get('/v1/catalogue'));
    assert.ok(manifest.bits > 0);
    assert.ok(manifest.items.reduce((sum, { size }) => sum + size, 0) / manifest.items.length <= 65536);
    for (const [n, { hash }] of manifest.items.entries()) {
      const { items } = ok(await client.get(`/v1/published/${hash}`));
      for (const { id } of items) {
        assert.equal(createHash('sha256').update(Buffer.from(id.replaceAll('-', ''), 'hex')).digest().readUInt16BE() >> (16 - manifest.bits), n);
      }
      assert.deepEqual(items.map(({ id }) => id), items.map(({ id }) => id).sort());
    }
  });

  test('a chunk of another business, no chunk and no hash are all not found', async () => {
    const foreign = ok(await (await as(shop, manager)).get('/v1/catalogue'));
    const client = await integrator();
    for (const hash of [foreign.menu.hash, '0'.repeat(64), foreign.menu.hash.toUpperCase(), 'x', '%00']) {
      problem(await client.get(`/v1/published/${hash}`), 404, 'not_found');
    }
  });

  test('a price is published as one entry and one chunk', async () => {
    const client = await as(shop, manager);
    const { stack } = await world();
    ok(await client.post('/v1/catalogue/publish', {})); // what others have left
    const before = ok(await client.get('/v1/catalogue'));
    const [tenant] = await rows(`SELECT tenant_id AS id, journal_id FROM pos.tenant WHERE slug = 'demo-shop'`);
    const entries = async () => (await rows(`SELECT next_seq FROM journal.head WHERE journal_id = '${tenant.journal_id}'`))[0].next_seq;
    const count = await entries();
    await stack.psql(`UPDATE pos.item SET price = price + 1 WHERE tenant_id = '${tenant.id}' AND code = (SELECT max(code) FROM pos.item WHERE tenant_id = '${tenant.id}' AND active)`);
    const { published } = ok(await client.post('/v1/catalogue/publish', {}));
    assert.equal(await entries(), count + 1);
    assert.deepEqual([published.changed, published.rules, published.menu, published.chunks, published.of], [true, false, false, 1, before.items.length]);
    const after = ok(await client.get('/v1/catalogue'));
    assert.equal(after.items.filter(({ hash }, n) => hash !== before.items[n].hash).length, 1);
    assert.equal(after.version, before.version + 1);
    assert.equal(ok(await client.post('/v1/catalogue/publish', {})).published.changed, false);
  });

  test('who may not write the catalogue neither publishes nor tries', async () => {
    const till = await as(shop, cashier);
    problem(await till.post('/v1/catalogue/publish', {}), 403, 'forbidden');
    problem(await till.get('/v1/catalogue/check'), 403, 'forbidden');
    problem(await till.get('/v1/catalogue/shadow'), 403, 'forbidden');
    const client = await as(shop, manager);
    assert.deepEqual(ok(await client.get('/v1/catalogue/check')).mistakes, []);
    assert.equal(ok(await client.get('/v1/catalogue/shadow')).next, null);
  });

  test('a sale takes from stock', async () => {
    const client = await integrator();
    const { stocked } = await menu();
    const level = async () => Number(ok(await client.get(`/v1/stock/${stocked.id}`)).on_hand);
    const before = await level();
    const amount = 3 * stocked.price;
    ok(await client.post('/v1/orders', {
      lines: [{ item_id: stocked.id, qty: '3' }], payments: [{ tender: 'cash', amount }],
    }), 201);
    assert.equal(await level(), before - 3);
  });

  test('levels page through every stocked item once', async () => {
    const client = await integrator();
    const { document } = await menu();
    const seen = [];
    let after = '';
    while (after !== null) {
      const page = ok(await client.get(`/v1/stock?limit=7${after && `&after=${after}`}`));
      seen.push(...page.levels.map((one) => one.item_id));
      after = page.next;
    }
    assert.deepEqual([...seen].sort(), document.items.filter((item) => item.stocked).map((item) => item.id).sort());
    problem(await client.get(`/v1/stock/${uuid7()}`), 404, 'not_found');
  });
});
