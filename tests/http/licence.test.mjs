// Licences: signed offline, checked by the database, limiting devices and outlets and never a sale.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync, randomUUID, sign } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { promisify } from 'node:util';
import { as, cafe, cashier, manager, menu, rows, shop, suite, world } from './lib/context.mjs';
import { ok, problem, signIn, uuid7 } from './lib/client.mjs';
import { root } from '../lib/stack.mjs';

const run = promisify(execFile);
const tool = (...args) => run(`${root}/build/bin/mpos`, ['licence', ...args]);
const day = (days) => new Date(Date.now() + days * 86400000).toISOString().slice(0, 10);
const url64 = (bytes) => Buffer.from(bytes).toString('base64url');

/** A vendor of the test's own making: what is signed here must count as what the tool signs. */
const vendor = generateKeyPairSync('ed25519');
const publicText = (key) => Buffer.from(key.export({ format: 'jwk' }).x, 'base64url').toString('base64');
let serial = 0;

function licence(more = {}, key = vendor.privateKey) {
  serial += 1;
  const payload = Buffer.from(JSON.stringify({ id: randomUUID(), tenant: 'demo-cafe', serial, valid_from: day(-400), valid_until: day(100), ...more }));
  return { v: 1, payload: url64(payload), signature: url64(sign(null, Buffer.concat([Buffer.from('mpos-licence-v1\n'), payload]), key)) };
}

const install = (client, file) => client.post('/v1/licence', file);
const used = async (client) => ok(await client.get('/v1/licence')).used;

function create(client) {
  return client.post('/v1/devices', { outlet_id: client.session.outlet.id, code: `L${uuid7().slice(-12)}`, kind: 'display' });
}

const events = async (client) => {
  const [{ journal_id: book }] = await rows(`SELECT journal_id FROM pos.tenant WHERE tenant_id = '${client.session.tenant.id}'`);
  const list = [];
  for (let from = 0; from !== undefined;) {
    const page = ok(await client.get(`/v1/journals/${book}/entries?from=${from}&limit=1000`));
    for (const { payload } of page.entries) {
      const text = Buffer.from(payload ?? '', 'base64').toString('latin1');
      list.push(...[...text.matchAll(/\["event","[^"]*","E",1,(\{[^}]*LICENCE_[^}]*\})\]/g)].map((found) => JSON.parse(found[1])));
    }
    from = page.entries.length === 1000 ? page.next : undefined;
  }
  return list;
};

suite('licence', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mpos-vendor-'));

  before(async () => {
    const { stack } = await world();
    chmodSync(folder, 0o755);
    writeFileSync(`${folder}/keys`, `${publicText(generateKeyPairSync('ed25519').publicKey)}\n${publicText(vendor.publicKey)}\n`);
    await stack.psql(`ALTER SYSTEM SET mpos.licence_key_file = '${folder}/keys'`);
    await stack.psql('SELECT pg_reload_conf()');
    while (await stack.psql('SHOW mpos.licence_key_file') !== `${folder}/keys`);
    // Each of the server's connections has heard of it when it has answered once more.
    const client = await as(cafe, manager);
    await Promise.all(Array.from({ length: 64 }, () => client.get('/v1/licence')));
  });

  test('without a licence there are no limits', async () => {
    const client = await as(cafe, manager);
    assert.equal(ok(await client.get('/v1/licence')).licence, null);
    ok(await create(client), 201);
  });

  test('as many devices as it says, and not one more, also many at once', async () => {
    const client = await as(cafe, manager);
    const { devices } = await used(client);
    const answer = ok(await install(client, licence({ devices: devices + 2, modules: ['kitchen'] })));
    assert.deepEqual([answer.state, answer.days, answer.licence.devices, answer.licence.modules], ['valid', 100, devices + 2, ['kitchen']]);
    const answers = await Promise.all(Array.from({ length: 6 }, () => create(client)));
    assert.deepEqual(answers.map((one) => one.json.code ?? one.status).map(String).sort(), ['201', '201', ...Array(4).fill('licence_limit')]);
    assert.equal((await used(client)).devices, devices + 2);
    // One goes, one may come.
    const { device } = answers.find((one) => one.status === 201).json;
    ok(await client.post(`/v1/devices/${device.id}/revoke`, {}));
    ok(await create(client), 201);
    problem(await create(client), 403, 'licence_limit');
  });

  test('more devices than it says: they sell on, but none is paired or added', async () => {
    const { url } = await world();
    const client = await as(cafe, manager);
    const { devices } = await used(client);
    const { devices: list } = ok(await client.get('/v1/devices'));
    const plain = list.find((one) => one.state === 'active' && one.key_alg === null && one.kind === 'display');
    ok(await install(client, licence({ devices: devices - 1 })));
    problem(await client.post(`/v1/devices/${plain.id}/pairing`, {}, { key: null }), 403, 'licence_limit');
    problem(await create(client), 403, 'licence_limit');
    const { plain: items } = await menu();
    const till = await signIn(url, { ...cafe, ...cashier });
    ok(await till.post('/v1/orders', { lines: [{ item_id: items[0].id, qty: '1' }], payments: [{ tender: 'cash', amount: items[0].price }] }), 201);
    ok(await install(client, licence({ devices })));
    ok(await client.post(`/v1/devices/${plain.id}/pairing`, {}, { key: null }));
  });

  test('as many outlets as it says, and not one more, also many at once', async () => {
    const client = await as(cafe, manager);
    const { outlets } = await used(client);
    const add = () => client.post('/v1/outlets', { code: `l${randomUUID().slice(0, 8)}`, name: 'More', timezone: 'UTC', stations: [] });
    ok(await install(client, licence({ outlets: outlets + 1 })));
    const answers = await Promise.all(Array.from({ length: 4 }, add));
    assert.deepEqual(answers.map((one) => one.json.code ?? one.status).map(String).sort(), ['201', ...Array(3).fill('licence_limit')]);
    assert.equal((await used(client)).outlets, outlets + 1);
    ok(await install(client, licence({ outlets: outlets + 2 })));
    ok(await add(), 201);
  });

  test('in its grace everything works, after it nothing new; sales never stop', async () => {
    const { url } = await world();
    const client = await as(cafe, manager);
    const { plain: items } = await menu();
    for (const [more, state, status] of [
      [{ valid_until: day(0) }, 'valid', 201], [{ valid_until: day(-1), grace_days: 14 }, 'grace', 201],
      [{ valid_until: day(-14), grace_days: 14 }, 'grace', 201], [{ valid_until: day(-15), grace_days: 14 }, 'expired', 403],
      [{ valid_until: day(-1) }, 'expired', 403], [{ valid_until: day(1) }, 'valid', 201],
    ]) {
      assert.equal(ok(await install(client, licence(more))).state, state, JSON.stringify(more));
      const answer = await create(client);
      assert.equal(answer.status, status, JSON.stringify(more));
      const till = await signIn(url, { ...cafe, ...manager });
      ok(await till.post('/v1/orders', { lines: [{ item_id: items[0].id, qty: '1' }], payments: [{ tender: 'cash', amount: items[0].price }] }), 201);
    }
  });

  test('one that has not begun does not count yet, and does not take the one before away', async () => {
    const client = await as(cafe, manager);
    const { devices } = await used(client);
    ok(await install(client, licence({ devices: devices + 1 })));
    const answer = ok(await install(client, licence({ valid_from: day(1), devices: devices + 99 })));
    assert.equal(answer.licence.devices, devices + 1);
  });

  test('reminders come once each, at the first sign-in after 30, 7 and 1 days before the end, and after it', async () => {
    const { url } = await world();
    const client = await as(cafe, manager);
    const login = () => signIn(url, { ...cafe, ...manager });
    await login(); // forgets what others guessed: three at once would be too many
    for (const [days, type] of [[31, null], [30, 'LICENCE_EXPIRING'], [8, 'LICENCE_EXPIRING'], [7, 'LICENCE_EXPIRING'], [1, 'LICENCE_EXPIRING'], [0, 'LICENCE_EXPIRING'], [-1, 'LICENCE_EXPIRED']]) {
      ok(await install(client, licence({ valid_until: day(days), grace_days: 30 })));
      const before = (await events(client)).length;
      await Promise.all([login(), login(), login()]);
      await login();
      const told = (await events(client)).slice(before);
      assert.deepEqual(told.map((one) => [one.type, one.days, one.valid_until]), type ? [[type, days, day(days)]] : [], `${days} days`);
    }
    // The same licence as its days pass: each stage once.
    ok(await install(client, licence({ valid_until: day(3) })));
    const before = (await events(client)).length;
    const { stack } = await world();
    for (const reminded of [0, 1, 2, 3]) {
      await stack.psql(`UPDATE pos.licence SET reminded = ${reminded} WHERE serial = ${serial}`);
      await login();
    }
    assert.equal((await events(client)).length - before, 2, 'told anew only below the stage that was reached');
  });

  test('what is not genuine, not for this business or not newer is refused', async () => {
    const { stack } = await world();
    const client = await as(cafe, manager);
    const good = licence();
    ok(await install(client, good));
    ok(await install(client, good), 200); // the same again
    const flip = (text) => {
      const bytes = Buffer.from(text, 'base64url');
      bytes[Math.floor(bytes.length / 2)] ^= 1;
      return url64(bytes);
    };
    const strange = generateKeyPairSync('ed25519').privateKey;
    const older = licence();
    ok(await install(client, licence()));
    for (const [what, file] of Object.entries({
      'another signer': licence({}, strange), 'another payload': { ...licence(), payload: good.payload }, 'a changed bit': { ...good, payload: flip(good.payload) },
      'a changed signature': { ...licence(), signature: flip(good.signature) }, 'a short signature': { ...good, signature: good.signature.slice(0, 80) },
      'another business': licence({ tenant: 'demo-shop' }), 'an older one': older, 'no licence': { ...licence({ devices: 'many' }) },
      'an unknown member': licence({ colour: 'red' }), 'an end before its beginning': licence({ valid_from: day(5), valid_until: day(4) }),
      'a negative number': licence({ devices: -1 }), 'no date': licence({ valid_until: 'tomorrow' }), 'no base64': { ...good, payload: '*' },
    })) {
      const answer = await install(client, file);
      assert.equal(`${answer.status} ${answer.json.code}`, '422 licence_invalid', what);
    }
    problem(await install(await as(shop, manager), licence()), 422, 'licence_invalid');
    problem(await install(await as(cafe, cashier), licence()), 403, 'forbidden');
    problem(await (await as(cafe, cashier)).get('/v1/licence'), 403, 'forbidden');
    // Whoever edits the row gains nothing: it counts for nothing, and does not set the limits aside.
    ok(await install(client, licence({ devices: 1 })));
    await stack.psql(`UPDATE pos.licence SET payload = convert_to(replace(convert_from(payload, 'UTF8'), '"devices":1', '"devices":9999'), 'UTF8') WHERE serial = ${serial}`);
    await stack.psql(`DELETE FROM pos.licence WHERE serial < ${serial}`);
    problem(await create(client), 403, 'licence_limit');
  });

  test('the tool makes keys, signs, shows and installs', async () => {
    const { stack } = await world();
    await stack.psql('DELETE FROM pos.licence');
    const { stdout: vkey } = await tool('keygen', `${folder}/secret`);
    assert.equal(statSync(`${folder}/secret`).mode & 0o777, 0o600);
    await assert.rejects(tool('keygen', `${folder}/secret`), { code: 3 });
    serial += 1;
    writeFileSync(`${folder}/payload`, JSON.stringify({ id: randomUUID(), tenant: 'demo-cafe', serial, devices: 500, valid_from: day(0), valid_until: day(1) }));
    const { stdout: file } = await tool('sign', '--key', `${folder}/secret`, `${folder}/payload`);
    writeFileSync(`${folder}/licence`, file);
    assert.match((await tool('show', '--vkey', vkey.trim(), `${folder}/licence`)).stdout, /"devices":500[^]*\nsigned by that key/);
    await assert.rejects(tool('show', '--vkey', publicText(vendor.publicKey), `${folder}/licence`), { code: 1 });
    const admin = { env: stack.psqlEnv };
    const installed = () => run(`${root}/build/bin/mpos`, ['licence', 'install', 'demo-cafe', `${folder}/licence`], admin);
    await assert.rejects(installed(), { code: 3 });
    writeFileSync(`${folder}/keys`, `${readFileSync(`${folder}/keys`)}${vkey}`);
    await installed();
    assert.equal(ok(await (await as(cafe, manager)).get('/v1/licence')).licence.devices, 500);
    await assert.rejects(run(`${root}/build/bin/mpos`, ['licence', 'install', 'nobody', `${folder}/licence`], admin), { code: 3 });
    // The suites that follow know no limits.
    await stack.psql('DELETE FROM pos.licence');
    rmSync(folder, { recursive: true });
  });
});
