// The server goes away in the middle of the day: the register keeps selling, every sale arrives once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finishedSale, openKitchen, openRegister, stack, storedReceipt, touchItem } from './setup.mjs';

/** More discount than a cashier may give. */
async function beyondTheRole(till) {
  await till.getByRole('button', { name: 'Discount on the order' }).click();
  await till.getByRole('dialog').getByRole('button', { name: '20%', exact: true }).click();
}

/** Reloads without a server: the page comes from the device, with what it has not sent. */
async function reopen(till) {
  await till.reload();
  await till.getByRole('group', { name: 'Items' }).waitFor();
  await till.getByLabel('Connection').getByText('1 waiting').waitFor();
}

/** From now on the device's disk takes no operation. */
const fillDisk = (till) =>
  till.evaluate(() => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function full(...args) {
      if (this.name === 'operations') throw new DOMException('no room', 'QuotaExceededError');
      return put.apply(this, args);
    };
  });

test('a sale made while the server is down is queued, outlasts a reload without network, and is pushed once', async () => {
  const running = await stack();
  const [till, kitchen] = await Promise.all([openRegister(), openKitchen()]);
  const count = async () => Number(await running.psql('SELECT count(*) FROM pos.orders'));
  const before = await count();
  await till.locator('html[data-kept]').waitFor({ state: 'attached' });
  await running.stopMposd('SIGKILL');
  await till.context().setOffline(true);
  const receipts = [];
  for (let n = 0; n < 2; n++) {
    await touchItem(till, 'Espresso');
    if (n === 1) await Promise.all([beyondTheRole(till), fillDisk(till)]);
    await till.getByRole('button', { name: /^Pay / }).click();
    if (n === 1) await till.getByRole('button', { name: /^Go on without/ }).click();
    await till.getByRole('button', { name: 'Exact', exact: true }).click();
    const receipt = till.getByRole('article', { name: 'Receipt' });
    await receipt.getByText('waiting for the server').waitFor();
    receipts.push(await receipt.locator('header').textContent());
    if (n === 0) await till.getByRole('button', { name: 'Print receipt', disabled: false }).waitFor();
    if (n === 0) await reopen(till);
  }
  await till.getByRole('alert').getByText(/cannot keep what was sold/).waitFor();
  await till.getByRole('button', { name: 'Print receipt', disabled: true }).waitFor();
  const pill = till.getByLabel('Connection');
  await pill.getByText('Offline').waitFor();
  await pill.getByText('2 waiting').waitFor();
  await kitchen.getByRole('alert').getByText(/Connection lost/).waitFor({ timeout: 20_000 });
  await running.restartMposd();
  await till.context().setOffline(false);
  await pill.getByText('Online').waitFor({ timeout: 70_000 });
  const { orderId, pricedHash } = await finishedSale(till);
  await till.getByRole('button', { name: 'Print receipt', disabled: false }).waitFor();
  const stored = await storedReceipt(orderId);
  assert.equal(stored.priced_hash, pricedHash);
  assert.deepEqual(stored.order.flags, ['limit_exceeded'], 'what nobody could approve is stored, and says so');
  assert.equal(await count(), before + 2);
  const [first, second] = receipts.map((text) => Number(/-([0-9]+)$/.exec(text)[1]));
  assert.equal(second, first + 1, 'receipts are numbered on');
  await kitchen.getByRole('alert').getByText(/Connection lost/).waitFor({ state: 'hidden', timeout: 40_000 });
  await Promise.all([till.end(), kitchen.end()]);
});
