// Reading the catalogue by hash, and stock that follows the sales.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { integrator, menu, suite } from './lib/context.mjs';
import { ok, problem, uuid7 } from './lib/client.mjs';

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
