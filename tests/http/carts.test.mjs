// One price everywhere: what the register's WASM core shows is what the database stores and the receipt carries, to the byte.
// Seen to fail: with `>` for `>=` in half_up (core/rounding.c) of the WASM build alone, every seed fails within a second.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { randomCart, seeded, traits } from './lib/carts.mjs';
import { integrator, menu, rows, suite } from './lib/context.mjs';
import { ok } from './lib/client.mjs';
import { register } from './lib/core.mjs';

const seeds = [1, 20261121, 4294967291];
const perSeed = process.env.MPOS_FULL ? 10000 : 334;
const workers = 8;

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Sells one cart at the register's price and compares all three. */
async function compare(client, pages, hash, cart) {
  const form = pages.price(cart.lines, cart.discounts);
  const total = pages.total(form);
  const priced = { catalogue: hash, priced_hash: sha256(form) };
  const payments = total > 0 ? [{ tender: 'cash', amount: total }] : [];
  const { order } = ok(await client.post('/v1/orders', { ...cart, ...priced, payments }), 201);
  assert.equal(order.total, total);
  assert.deepEqual(order.flags, []);
  assert.equal(order.priced_hash, priced.priced_hash);
  if (total === 0) return;
  const receipt = ok(await client.get(`/v1/orders/${cart.id}/receipt`));
  assert.ok(Buffer.from(receipt.priced_form, 'base64').equals(form), `receipt of ${JSON.stringify(cart)}`);
  assert.equal(receipt.order.total, total);
}

/** Priced forms by order id; asked for in parts, because a query is an argument of psql. */
async function storedForms(carts) {
  const forms = new Map();
  for (let at = 0; at < carts.length; at += 1000) {
    const ids = carts.slice(at, at + 1000).map((cart) => `'${cart.id}'`).join(',');
    const stored = await rows(`SELECT order_id, encode(priced_form, 'hex') AS form FROM pos.orders WHERE order_id IN (${ids})`);
    for (const row of stored) forms.set(row.order_id, row.form);
  }
  return forms;
}

suite('carts', () => {
  for (const seed of seeds) {
    test(`${perSeed} carts of seed ${seed} cost the same on every side`, { timeout: 600000 }, async (t) => {
      const client = await integrator();
      const { document } = await menu();
      const hash = (await client.get('/v1/catalogue')).headers.etag.replaceAll('"', '');
      const pages = await register(document, hash);
      const below = seeded(seed);
      const carts = Array.from({ length: perSeed }, () => randomCart(below, document));
      const seen = { modifiers: 0, discounts: 0, bothTaxes: 0, combos: 0 };
      for (const cart of carts) for (const [name, has] of Object.entries(traits(cart, document))) seen[name] += has;
      t.diagnostic(JSON.stringify(seen));
      for (const name of ['modifiers', 'discounts', 'bothTaxes']) assert.ok(seen[name] >= 0.3 * perSeed, name);
      let next = 0;
      const work = async () => { while (next < carts.length) await compare(client, pages, hash, carts[next++]); };
      await Promise.all(Array.from({ length: workers }, work));
      const forms = await storedForms(carts);
      for (const cart of carts) assert.equal(forms.get(cart.id), pages.price(cart.lines, cart.discounts).toString('hex'));
    });
  }
});
