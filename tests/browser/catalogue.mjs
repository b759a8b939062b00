// The catalogue on the device: kept there, changed in place, looked up by whatever a scanner sends.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { api, finishedSale, managerToken, minor, openRegister, scan, stack, storedReceipt, total } from './setup.mjs';

const shop = "(SELECT tenant_id FROM pos.tenant WHERE slug = 'demo-shop')";

/** Changes rows of the shop's catalogue and publishes it. */
async function publish(...changes) {
  const running = await stack();
  await running.psql(`BEGIN; SELECT mpos.assume(${shop}); ${changes.join('; ')}; SELECT pos.publish(${shop}); COMMIT`);
}

const itemIs = (code) => `tenant_id = ${shop} AND code = '${code}'`;

/** The codes of three items that no other test looks at. */
async function someItems() {
  const rows = await (await stack()).psql(`SELECT code FROM pos.item WHERE tenant_id = ${shop} ORDER BY code OFFSET 2000 LIMIT 3`);
  return rows.trim().split('\n');
}

/** What of catalogues the page asks for from now on: 'manifest' or 'part' each time. */
function partsAsked(page) {
  const asked = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (pathname === '/v1/catalogue') asked.push('manifest');
    else if (pathname.startsWith('/v1/published/')) asked.push('part');
  });
  return asked;
}

const firstTile = (page) => page.getByRole('group', { name: 'Items' }).getByRole('button').first();

test('a published price reaches an open register as one part; the page opens again from the device', async () => {
  const [code] = await someItems();
  const page = await openRegister({ tenant: 'demo-shop' });
  const asked = partsAsked(page);
  await page.getByLabel('Connection').getByText('Online').waitFor();
  await page.getByRole('searchbox').fill(code);
  await firstTile(page).click();
  const before = await total(page).textContent();
  asked.length = 0;
  await publish(`UPDATE pos.item SET price = 31400 WHERE ${itemIs(code)}`);
  await firstTile(page).getByText('€314.00').waitFor();
  assert.deepEqual(asked, ['manifest', 'part'], 'only what has changed was fetched');
  await page.getByText(`Prices have changed: ${before} is €314.00 now.`).waitFor();
  assert.equal(minor(await total(page).textContent()), 31400, 'the order in hand costs what it costs now');
  await page.getByRole('button', { name: /^Pay / }).click();
  const came = page.waitForResponse(/\/v1\/published\//);
  await publish(`UPDATE pos.item SET price = 99900 WHERE ${itemIs(code)}`);
  await (await came).finished();
  assert.equal(minor(await page.getByRole('status', { name: 'To pay' }).textContent()), 31400, 'who is paying pays what was said');
  await page.keyboard.press('Escape');
  await page.getByText('Prices have changed: €314.00 is €999.00 now.').waitFor();
  await publish(`UPDATE pos.item SET price = 31400 WHERE ${itemIs(code)}`);
  await firstTile(page).getByText('€314.00').waitFor();
  await page.getByRole('button', { name: 'Clear order' }).click();
  asked.length = 0;
  await page.reload();
  await page.getByRole('group', { name: 'Items' }).waitFor();
  await page.getByRole('searchbox').fill(code);
  await firstTile(page).getByText('€314.00').waitFor();
  assert.ok(!asked.includes('part'), 'nothing was fetched again');
  await page.end();
});

test('a tile shows what one costs now, by book and happy hour', async () => {
  const [code] = await someItems();
  const token = await managerToken('demo-shop');
  const [item] = (await api(`/v1/catalogue/items?search=${code}`, { token })).items;
  const half = { code: 'half', name: 'Half price', definition: { targets: { item_ids: [item.id] }, kind: 'percent', rate: '0.5', when: { places: ['take_away'] } } };
  await api('/v1/catalogue/promotions', { token, method: 'POST', body: half });
  await api('/v1/catalogue/publish', { token, method: 'POST', body: {} });
  const page = await openRegister({ tenant: 'demo-shop' });
  await page.getByRole('searchbox').fill(code);
  await firstTile(page).getByText('€314.00').waitFor();
  const bill = page.getByRole('complementary', { name: 'Order' });
  await bill.getByRole('button', { name: 'Eat in' }).click();
  await page.getByRole('dialog').getByRole('button', { name: /^Take away/ }).click();
  await firstTile(page).getByText('€157.00').waitFor();
  await firstTile(page).click();
  assert.equal(minor(await total(page).textContent()), 15700, 'and that is what it costs');
  await page.end();
});

test('every printed form of an article sells it; a code with a weight sells that much', async () => {
  const [, weighed, packed] = await someItems();
  await publish(
    `UPDATE pos.item SET unit = 'kg', price = 2400 WHERE ${itemIs(weighed)}`,
    `INSERT INTO pos.barcode (tenant_id, barcode, item_id, sort) SELECT tenant_id, code.barcode, item_id, 9 FROM pos.item,
       (VALUES ('${weighed}', '2112345000008'), ('${weighed}', '09501101530003'), ('${weighed}', '2254321000005'), ('${packed}', '036000291452')) code (item, barcode)
       WHERE tenant_id = ${shop} AND pos.item.code = code.item`,
    `UPDATE pos.rule_settings SET version = version + 1, definition = definition || '{"barcode_patterns": [
       {"name": "Weight", "pattern": "21.....{NNDDD}.", "symbology": "ean13", "value": "qty"},
       {"name": "Price", "pattern": "22.....{NNNDD}.", "symbology": "ean13", "value": "price"}]}' WHERE tenant_id = ${shop}`,
  );
  const page = await openRegister({ tenant: 'demo-shop' });
  const due = async (code, expected) => {
    const before = minor(await total(page).textContent());
    await scan(page, code);
    await page.waitForFunction(([was]) => Number(document.querySelector('.cart-total output').textContent.replace(/[^0-9]/g, '')) !== was, [before]);
    assert.equal(minor(await total(page).textContent()) - before, expected, code);
  };
  await due('2112345003450', 828);
  await due('(01)09501101530003(3103)000500', 1200);
  await due('2254321006007', 600);
  await scan(page, '0036000291452');
  await page.locator('.line').nth(3).waitFor();
  await scan(page, '(01)09501101530004');
  await page.getByRole('alert').getByText(/cannot be read/).waitFor();
  const shown = minor(await total(page).textContent());
  await page.getByRole('button', { name: /^Pay / }).click();
  await page.getByRole('button', { name: 'Exact', exact: true }).click();
  const { orderId, pricedHash } = await finishedSale(page);
  const stored = await storedReceipt(orderId, 'demo-shop');
  assert.equal(stored.priced_hash, pricedHash);
  assert.equal(stored.order.total, shown);
  assert.deepEqual(stored.order.lines.map((l) => Number(l.qty)), [0.345, 0.5, 0.25, 1]);
  await page.end();
});
