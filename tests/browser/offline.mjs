// The server goes away in the middle of the day: the register keeps selling, every sale arrives once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { finishedSale, openKitchen, openRegister, stack, storedReceipt, touchItem } from './setup.mjs';

test('a sale made while the server is down is queued and pushed once', async () => {
  const running = await stack();
  const [till, kitchen] = await Promise.all([openRegister(), openKitchen()]);
  const count = async () => Number(await running.psql('SELECT count(*) FROM pos.orders'));
  const before = await count();
  await running.stopMposd('SIGKILL');
  for (let n = 0; n < 2; n++) {
    await touchItem(till, 'Espresso');
    await till.getByRole('button', { name: /^Pay / }).click();
    await till.getByRole('button', { name: 'Exact', exact: true }).click();
    const receipt = till.getByRole('article', { name: 'Receipt' });
    await receipt.getByText('waiting for the server').waitFor();
    if (n === 0) await till.getByRole('button', { name: 'New order' }).click();
  }
  const pill = till.getByLabel('Connection');
  await pill.getByText('Offline').waitFor();
  await pill.getByText('2 waiting').waitFor();
  await kitchen.getByRole('alert').getByText(/Connection lost/).waitFor({ timeout: 20_000 });
  await running.restartMposd();
  await pill.getByText('Online').waitFor({ timeout: 70_000 });
  const { orderId, pricedHash } = await finishedSale(till);
  assert.equal((await storedReceipt(orderId)).priced_hash, pricedHash);
  assert.equal(await count(), before + 2);
  await kitchen.getByRole('alert').getByText(/Connection lost/).waitFor({ state: 'hidden', timeout: 40_000 });
  await Promise.all([till.end(), kitchen.end()]);
});
