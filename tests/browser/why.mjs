// The bill explains itself: every figure answers why it is what it is.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { check, upright, views } from './fit.mjs';
import { addChosen, choose, minor, openRegister, picture, total, touchItem } from './setup.mjs';

test('every figure of the bill says why it is what it is', async () => {
  const page = await openRegister({ ...views.wide, register: 'R2' });
  await touchItem(page, 'Cappuccino');
  await choose(page, 'Size', 'Large');
  await choose(page, 'Milk', 'Oat');
  await addChosen(page);
  await touchItem(page, 'Cheesecake');
  await page.getByRole('button', { name: 'Discount on the order' }).click();
  await page.getByRole('dialog').getByRole('button', { name: '10%', exact: true }).click();
  const bill = page.getByRole('complementary', { name: 'Order' });
  const asks = bill.getByRole('button', { name: /why this amount/ });
  assert.ok((await asks.count()) >= 5, 'two lines, the sum before, the discount, a tax and the total');
  for (let n = 0; n < (await asks.count()); n++) {
    // By hand and by keyboard; the focus comes back to the figure.
    if (n % 2 === 0) await asks.nth(n).click();
    else await asks.nth(n).press('Enter');
    const sheet = page.getByRole('dialog', { name: /^Why / });
    await sheet.waitFor();
    assert.ok((await sheet.getByRole('listitem').count()) >= 2, 'a reason and the result');
    await page.keyboard.press('Escape');
    await sheet.waitFor({ state: 'hidden' });
    assert.ok(await asks.nth(n).evaluate((figure) => figure === document.activeElement), 'the focus is where it was');
  }
  const shown = minor(await total(page).textContent());
  await bill.getByRole('button', { name: /^Total/ }).click();
  const sheet = page.getByRole('dialog', { name: /^Why / });
  assert.equal(minor(await sheet.locator('.why-result .money').textContent()), shown);
  await check(page, 'why', true);
  await page.keyboard.press('Escape');
  await bill.getByRole('button', { name: /why this amount/ }).first().click();
  await sheet.waitFor();
  await picture(page, 'register-why-wide');
  await page.end();
});

test('a finger on a figure of the bill asks why, on a tablet held upright', async () => {
  const page = await openRegister({ ...upright, register: 'R2' });
  await touchItem(page, 'Cheesecake');
  const bill = page.getByRole('complementary', { name: 'Order' });
  const open = page.getByRole('button', { name: 'Show the order' });
  if (await open.isVisible()) await open.tap();
  for (const figure of [bill.getByRole('button', { name: /why this amount/ }).first(), bill.getByRole('button', { name: /^Total/ })]) {
    await figure.tap();
    const sheet = page.getByRole('dialog', { name: /^Why / });
    await sheet.getByRole('listitem').nth(1).waitFor();
    await check(page, 'why by touch');
    await picture(page, 'register-why-upright');
    await sheet.getByRole('button', { name: 'Close' }).tap();
    await sheet.waitFor({ state: 'hidden' });
  }
  await page.end();
});
