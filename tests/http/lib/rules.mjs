// Rules of every kind for the café, each bound to circumstances that no other test sells in: a group of customers, a coupon, or
// nine guests.
import { ok } from './client.mjs';
import { world } from './context.mjs';

/** Lines of an order that are chosen so many minutes after it see other prices. */
export const lateMinutes = 12;
const coupons = ['ELEVENS', 'bundle-it'];

async function write(client, path, kind, body) {
  return ok(await client.post(`/v1/catalogue/${path}`, { priority: 0, ...body }), 201)[kind].id;
}

/** Publishes and returns what a cart may name: {coupons, groups, charges, guests}. */
export async function publishRules(client, document) {
  const group = ok(await client.post('/v1/catalogue/customer-groups', { code: 'carts-members', name: 'Members' }), 201).customer_group.id;
  const members = { customer_group_ids: [group] };
  const [first, second, third] = document.items.filter((item) => !item.combo.length && !item.variants.length && !item.open_price).reverse();
  const taxes = document.taxes.map((tax) => tax.id);
  const book = await write(client, 'books', 'book', { code: 'carts-members', name: 'Members', definition: members });
  const soon = new Date(Date.now() + 6 * 60000).toLocaleString('sv-SE', { timeZone: client.session.outlet.timezone }).replace(' ', 'T').slice(0, 16);
  const late = await write(client, 'books', 'book', { code: 'carts-late', name: 'Late', priority: 9, definition: { ...members, from: soon } });
  await write(client, 'promotions', 'promotion', { code: 'carts-elevens', name: 'Elevenses', definition: { kind: 'percent', rate: '0.15', coupons: [coupons[0]], max_amount: 700 } });
  await write(client, 'promotions', 'promotion', { code: 'carts-bundle', name: 'Two to go', definition: {
    kind: 'bundle', price: 500, coupons: [coupons[1]], slots: [{ item_ids: [first.id], qty: '1' }, { item_ids: [second.id], qty: '1' }] } });
  await write(client, 'promotions', 'promotion', { code: 'carts-members', name: 'Third one', definition: { kind: 'buy_get', x: 2, y: 1, rate: '1', when: members, targets: { item_ids: [third.id, second.id] } } });
  await write(client, 'promotions', 'promotion', { code: 'carts-party', name: 'Party', definition: { kind: 'amount', scope: 'order', amount: 250, min_amount: 1000, when: { guests_min: 9 } } });
  await write(client, 'tax-maps', 'tax_map', { code: 'carts-members-away', name: 'Away', definition: {
    when: { ...members, places: ['take_away'] }, keep: 'gross', replace: [{ tax_id: taxes[0], by: [taxes[1]] }] } });
  const charge = await write(client, 'charges', 'charge', { code: 'carts-service', name: 'Service', definition: { kind: 'percent', rate: '0.1', base: 'left', tax_ids: [taxes[0]], waivable: true, when: { guests_min: 9 } } });
  await write(client, 'charges', 'charge', { code: 'carts-cover', name: 'Cover', definition: { kind: 'per_guest', amount: 120, when: { ...members, guests_min: 2 } } });
  const { stack } = await world();
  const tenant = client.session.tenant.id;
  await stack.psql(`INSERT INTO pos.price (tenant_id, price_id, item_id, book_id, min_qty, price)
    SELECT tenant_id, gen_random_uuid(), item_id, b, q, greatest(price - q / 50000, 1)
      FROM pos.item, unnest(ARRAY[0, 2000000]) q, unnest(ARRAY['${book}', '${late}']::uuid[]) b
     WHERE tenant_id = '${tenant}' AND NOT open_price`);
  await stack.psql(`UPDATE pos.item SET floor = price / 2 WHERE tenant_id = '${tenant}' AND item_id = '${second.id}'`);
  await stack.psql(`SELECT pos.publish('${tenant}')`);
  return { coupons, group, charge };
}
