// One row of every kind in a business's draft catalogue, as its manager writes them.
import { randomUUID } from 'node:crypto';
import { ok } from './client.mjs';

/** Rows that hold in no circumstances, so that nothing else changes when the draft is published. */
export async function draft(client) {
  const code = `t${randomUUID().slice(0, 8)}`;
  const name = 'Draft';
  const never = { from: '2099-01-01T00:00' };
  const write = async (path, body) => ok(await client.post(`/v1/catalogue/${path}`, { code, name, ...body }), 201);
  const { category } = await write('categories', { sort: 1000000 });
  const { tax } = await write('taxes', { definition: { type: 'percent', rate: '0.05', included: true } });
  const { book } = await write('books', { definition: never });
  const { customer_group } = await write('customer-groups', {});
  const variant = { id: randomUUID(), code: 'L', name: 'Large', price: 300, barcodes: [code] };
  const { item } = await write('items', {
    category_id: category.id, sort: 1000000, price: 200, tax_ids: [tax.id], variants: [variant], prices: [{ book_id: book.id, variant_id: variant.id, price: 250 }],
  });
  const { group } = await write('groups', { min: 0, max: 1, modifiers: [{ code: 'x', name: 'Extra', price: 50, prices: [{ variant_id: variant.id, price: 70 }] }] });
  const { promotion } = await write('promotions', { definition: { when: never, kind: 'percent', rate: '0.1', targets: { item_ids: [item.id], category_ids: [category.id] } } });
  const { charge } = await write('charges', { definition: { when: never, kind: 'fixed', amount: 100, tax_ids: [tax.id] } });
  const { tax_map } = await write('tax-maps', { definition: { when: never, replace: [{ tax_id: tax.id, by: [] }], keep: 'gross' } });
  const currencies = ok(await client.get('/v1/catalogue/currencies?archived=all')).currencies;
  const currency = currencies[0] ?? (await write('currencies', { code: 'XTS', definition: { exponent: 2, rate: '1' } })).currency;
  return { category, tax, book, customer_group, item, group, promotion, charge, tax_map, currency };
}
