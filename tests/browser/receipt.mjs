// The public receipt page: what it says of good, altered and forged receipts, while the shop is away and before it signed.
import AxeBuilder from '@axe-core/playwright';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkpoint, inclusionPath, NoteKey, proofText, treeRoot } from '../lib/log.mjs';
import { api, finishedSale, managerToken, openPage, openRegister, picture, readCatalogue, stack, storedReceipt, touchItem } from './setup.mjs';

const witness = new NoteKey('witness.example/accountant', 4);

/** A paid order and a signed log over the leaves that the database has. */
async function sold() {
  const token = await managerToken();
  const { items } = await readCatalogue(token);
  const item = items.find((one) => one.name === 'Espresso');
  const body = { lines: [{ item_id: item.id, qty: '1' }], payments: [{ tender: 'cash', amount: item.price }] };
  const { order } = await api('/v1/orders', { token, method: 'POST', body });
  const receipt = await storedReceipt(order.id);
  const { id, epoch, origin } = receipt.journal;
  const rows = await (await stack()).psql(`SELECT encode(leaf, 'hex') FROM journal.entry WHERE journal_id = '${id}' AND epoch = ${epoch} ORDER BY seq`);
  const leaves = rows.split('\n').map((hex) => Buffer.from(hex, 'hex'));
  const key = new NoteKey(origin);
  return { receipt, leaves, key, keys: [key.vkey, witness.vkey] };
}

/** The answer of the proof endpoint; parts of it can be given otherwise. */
function proofOf({ receipt, leaves, key }, { path, root, signer = key, seq = receipt.journal.seq, origin = receipt.journal.origin } = {}) {
  const text = checkpoint(origin, leaves, root);
  const note = `${text}\n${signer.line(text)}${witness.line(text, 1795245600)}`;
  return proofText(seq, path ?? inclusionPath(receipt.journal.seq, leaves), note);
}

/** Opens the page with these answers; `answers` may be changed while it is open. */
async function openReceipt(sale, answers, { address = sale.receipt.check, ...view } = {}) {
  const page = await openPage('/healthz', view);
  const { id, epoch, seq } = sale.receipt.journal;
  const text = (body) => (body === null ? { status: 503, headers: { 'retry-after': '1' }, contentType: 'application/problem+json', body: '{}' } : { contentType: 'text/plain', body });
  await page.route(`**/v1/journals/${id}/epochs/${epoch}/proof?seq=${seq}`, (route) => route.fulfill(text(answers.proof)));
  await page.route(`**/v1/journals/${id}/epochs/${epoch}/keys`, (route) => route.fulfill(text(`${answers.keys.join('\n')}\n`)));
  await page.goto(new URL(address, page.url()).href);
  return page;
}

const verdict = (page, phase) => page.locator(`.verdict[data-phase="${phase}"]`).waitFor();
const states = (page) => page.getByRole('list', { name: 'Steps of the check' }).locator('> li').evaluateAll((all) => all.map((one) => one.dataset.state));

test('a good receipt is found in the books, step by step', async () => {
  const sale = await sold();
  const page = await openReceipt(sale, { proof: proofOf(sale), keys: sale.keys });
  await verdict(page, 'good');
  await page.getByRole('heading', { name: 'This receipt is in the books' }).waitFor();
  assert.deepEqual(await states(page), ['info', 'ok', 'ok', 'ok', 'ok', 'ok']);
  const text = (await page.getByRole('list', { name: 'Steps of the check' }).innerText()).replace(/\s/g, '');
  for (const part of [sale.receipt.journal.leaf, sale.receipt.journal.origin, treeRoot(sale.leaves).toString('hex'),
    `Entry${sale.receipt.journal.seq},countedfrom0,of${sale.leaves.length}`, `${sale.key.name}${sale.key.id.toString('hex')}Thisbrowser`, 'witness.example/accountant']) {
    assert.ok(text.includes(part.replace(/\s/g, '')), `${part} in ${text}`);
  }
  await page.getByText('This browser remembers the key from now on.').waitFor();
  await page.getByRole('button', { name: 'Check again' }).click();
  await page.getByText('It is the key that this browser remembers.').waitFor();
  await page.end();
});

test('what sealer, signer and server make of a sale is found good', async () => {
  const { receipt } = await sold();
  const page = await openPage(receipt.check);
  await verdict(page, 'good');
  assert.deepEqual((await states(page)).slice(0, 5), ['info', 'ok', 'ok', 'ok', 'ok']);
  const { id, epoch } = receipt.journal;
  const keys = await (await fetch(`${(await stack()).url}/v1/journals/${id}/epochs/${epoch}/keys`)).text();
  assert.ok(keys.startsWith(`${receipt.journal.origin}+`), keys);
  await page.end();
});

test('without the browser\'s own Ed25519 the answer is the same', async () => {
  const sale = await sold();
  const answers = { proof: proofOf(sale), keys: sale.keys };
  const page = await openReceipt(sale, answers, { address: '/healthz' });
  await page.addInitScript(() => Object.defineProperty(SubtleCrypto.prototype, 'importKey', { value: () => Promise.reject(new Error('none')) }));
  await page.goto(new URL(sale.receipt.check, page.url()).href);
  await verdict(page, 'good');
  answers.proof = proofOf(sale, { signer: new NoteKey(sale.receipt.journal.origin, 1) });
  await page.getByRole('button', { name: 'Check again' }).click();
  await verdict(page, 'bad');
  await page.end();
});

test('one letter of the number altered is refused at the path', async () => {
  const sale = await sold();
  const parts = sale.receipt.check.split('.');
  parts[4] = (parts[4][0] === 'A' ? 'B' : 'A') + parts[4].slice(1);
  const page = await openReceipt(sale, { proof: proofOf(sale), keys: sale.keys }, { address: parts.join('.') });
  await verdict(page, 'bad');
  assert.deepEqual(await states(page), ['info', 'ok', 'ok', 'bad', 'open']);
  await page.getByText('do not lead from the number to the root').waitFor();
  await page.end();
});

const flipped = (bytes) => Buffer.concat([Buffer.from([bytes[0] ^ 1]), bytes.subarray(1)]);
const forgeries = {
  'another root': [(sale) => ({ root: flipped(treeRoot(sale.leaves)) }), 'bad', ['info', 'ok', 'ok', 'bad', 'open']],
  'a changed hash': [(sale) => ({ path: inclusionPath(sale.receipt.journal.seq, sale.leaves).map((hash, i) => (i ? hash : flipped(hash))) }), 'bad', ['info', 'ok', 'ok', 'bad', 'open']],
  'another entry': [(sale) => ({ seq: sale.receipt.journal.seq - 1 }), 'bad', ['info', 'ok', 'bad', 'open', 'open']],
  'other books': [(sale) => ({ origin: 'mpos/elsewhere/main/0', signer: new NoteKey('mpos/elsewhere/main/0', 1, sale.key.pair) }), 'bad', ['info', 'bad', 'open', 'open', 'open']],
  'a foreign key': [(sale) => ({ signer: new NoteKey(sale.receipt.journal.origin) }), 'bad', ['info', 'ok', 'ok', 'ok', 'bad']],
};

test('a server that answers with a forged proof is refused, at the step that it forged', async () => {
  const sale = await sold();
  const answers = { keys: sale.keys };
  const page = await openReceipt(sale, answers, { address: '/healthz' });
  for (const [name, [change, phase, expected]] of Object.entries(forgeries)) {
    answers.proof = proofOf(sale, change(sale));
    await page.goto('about:blank');
    await page.goto((await stack()).url + sale.receipt.check);
    await verdict(page, phase);
    assert.deepEqual(await states(page), expected, name);
  }
  const good = proofOf(sale);
  const at = good.lastIndexOf(`— ${sale.key.name}`) + sale.key.name.length + 20;
  answers.proof = good.slice(0, at) + (good[at] === 'A' ? 'B' : 'A') + good.slice(at + 1);
  await page.getByRole('button', { name: 'Check again' }).click();
  await page.getByText('No valid signature').waitFor();
  answers.proof = '<html>maintenance</html>';
  await page.getByRole('button', { name: 'Check again' }).click();
  await page.getByText('is not a proof').waitFor();
  await page.end();
});

test('books that change after a receipt was found good are told apart', async () => {
  const sale = await sold();
  const answers = { proof: proofOf(sale), keys: sale.keys };
  const page = await openReceipt(sale, answers);
  await verdict(page, 'good');
  const leaves = sale.leaves.map((leaf, i) => (i === sale.receipt.journal.seq ? flipped(leaf) : leaf));
  answers.proof = proofOf({ ...sale, leaves });
  await page.getByRole('button', { name: 'Check again' }).click();
  await verdict(page, 'bad');
  await page.getByText(/the same receipt was found in order: the books have changed since/).waitFor();
  await page.end();
});

test('while nobody has signed the page waits, and then says so by itself', async () => {
  const sale = await sold();
  const answers = { proof: null, keys: sale.keys };
  const page = await openReceipt(sale, answers);
  await verdict(page, 'pending');
  answers.proof = proofOf(sale);
  await verdict(page, 'good');
  await page.end();
});

test('once loaded the page checks again without network', async () => {
  const sale = await sold();
  const page = await openReceipt(sale, { proof: proofOf(sale), keys: sale.keys });
  await verdict(page, 'good');
  await page.locator('html[data-kept="yes"]').waitFor();
  await page.unrouteAll();
  await page.context().setOffline(true);
  await page.reload();
  await verdict(page, 'good');
  await page.getByText(/it cannot be reached now/).waitFor();
  assert.deepEqual(await states(page), ['info', 'ok', 'ok', 'ok', 'ok', 'ok']);
  await page.end();
});

test('without an address the page asks for one, and speaks German', async () => {
  const sale = await sold();
  const page = await openReceipt(sale, { proof: proofOf(sale), keys: sale.keys }, { address: '/receipt/?lang=de' });
  await page.getByRole('form', { name: 'Adresse auf dem Beleg' }).waitFor();
  await page.getByRole('textbox').fill('https://shop.example/receipt/#nothing');
  await page.keyboard.press('Enter');
  await page.getByText('Das ist keine Belegadresse').waitFor();
  await page.getByRole('textbox').fill(`https://shop.example${sale.receipt.check}`);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Dieser Beleg steht in den Büchern' }).waitFor();
  await page.end();
});

test('the code on the register\'s receipt is the address that the server gives', async () => {
  const till = await openRegister();
  await touchItem(till, 'Espresso');
  await till.getByRole('button', { name: /^Pay / }).click();
  await till.getByRole('button', { name: 'Exact', exact: true }).click();
  const { orderId, receipt } = await finishedSale(till);
  const code = receipt.getByRole('img', { name: 'Check this receipt' });
  const stored = await storedReceipt(orderId);
  assert.equal(await code.getAttribute('data-text'), (await stack()).url + stored.check);
  const { width } = await code.boundingBox();
  assert.ok(width >= 160, `${width} px`);
  await till.end();
});

for (const [name, view] of Object.entries({
  wide: { width: 1280, height: 800, colorScheme: 'light' },
  dark: { width: 1280, height: 800, colorScheme: 'dark' },
  tablet: { width: 1024, height: 768, colorScheme: 'light' },
  phone: { width: 390, height: 844, colorScheme: 'light' },
})) {
  test(`the receipt page at ${view.width}x${view.height} ${view.colorScheme}`, async () => {
    const sale = await sold();
    const answers = { proof: proofOf(sale), keys: sale.keys };
    const page = await openReceipt(sale, answers, view);
    const look = async (phase) => {
      await verdict(page, phase);
      const { violations } = await new AxeBuilder({ page }).analyze();
      assert.deepEqual(violations.map((v) => `${phase}: ${v.id} ${v.nodes[0].html}`), []);
      const { sideways, small } = await page.evaluate(() => ({
        sideways: document.documentElement.scrollWidth - innerWidth,
        small: [...document.querySelectorAll('button')].filter((b) => Math.min(b.offsetWidth, b.offsetHeight) < 48).map((b) => b.textContent),
      }));
      assert.ok(sideways <= 0, `${sideways} px wider than the screen`);
      assert.deepEqual(small, []);
      await page.evaluate(() => scrollTo(0, 0));
      await picture(page, `receipt-${phase}-${name}`);
    };
    await look('good');
    answers.proof = proofOf(sale, { root: flipped(treeRoot(sale.leaves)) });
    await page.getByRole('button', { name: /again/ }).click();
    await look('bad');
    await page.end();
  });
}
