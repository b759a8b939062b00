// A device proves itself with its own key: pairing by a code, signed sign-in, and everything that must not pass for one.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { as, cafe, cashier, manager, rows, suite, world } from './lib/context.mjs';
import { Client, ok, problem, uuid7, withoutRequestId } from './lib/client.mjs';
import { DeviceKey, paired, proven, signInAsDevice } from './lib/key.mjs';

async function unpaired(client, more = {}) {
  const body = { outlet_id: client.session.outlet.id, code: `P${randomBytes(5).toString('hex')}`, kind: 'register', ...more };
  return ok(await client.post('/v1/devices', body), 201).device;
}

const codeFor = async (client, id) => ok(await client.post(`/v1/devices/${id}/pairing`, {}, { key: null })).code;

function pair(url, code, key, { from, ...more } = {}) {
  const body = { tenant: 'demo-cafe', code, public_key: key.public, alg: key.alg, ...more };
  return new Client(url).post('/v1/auth/pair', body, { key: null, from });
}

/** Wrong codes of earlier tests are forgotten. */
async function forgetAttempts() {
  await (await world()).stack.psql('DELETE FROM pos.sign_in_guard');
}

const request = { tenant: 'demo-cafe' };
const signedIn = (url, device, how) => proven(url, device.key, device.id, '/v1/auth/device', request, how);

suite('pairing', () => {
  for (const alg of ['ed25519', 'p256']) {
    test(`a device with a key of ${alg} signs in by itself and with a person`, async () => {
      const { url } = await world();
      const client = await as(cafe, manager);
      const device = await paired(client, { alg });
      const { session } = await signInAsDevice(url, 'demo-cafe', device);
      assert.deepEqual([session.device.id, session.device.code, session.outlet.code, session.staff], [device.id, device.code, 'main', undefined]);
      const person = { ...cafe, ...cashier, register: device.code };
      const till = ok(await proven(url, device.key, device.id, '/v1/auth/pin', person));
      assert.deepEqual([till.staff.number, till.device.id], ['102', device.id]);
      problem(await new Client(url).post('/v1/auth/pin', person, { key: null }), 401, 'device_key_invalid');
      const [stored] = await rows(`SELECT key_alg, encode(public_key, 'hex') AS key FROM pos.device WHERE device_id = '${device.id}'`);
      assert.deepEqual(stored, { key_alg: alg, key: device.key.raw.toString('hex') });
    });
  }

  test('each kind of device has the rights of its kind and no others', async () => {
    const { url } = await world();
    const client = await as(cafe, manager);
    const rights = {
      register: 'session catalogue.read order.read kitchen.read stock.read sync.push event.read',
      kitchen: 'session catalogue.read order.read kitchen.read kitchen.write sync.push event.read',
      kiosk: 'session catalogue.read order.write stock.read sync.push',
      fridge: 'session catalogue.read order.write stock.read sync.push',
      display: 'session catalogue.read order.read kitchen.read event.read',
    };
    for (const [kind, scopes] of Object.entries(rights)) {
      const alone = await signInAsDevice(url, 'demo-cafe', await paired(client, { kind }));
      assert.deepEqual(alone.session.scopes, scopes.split(' '), kind);
      problem(await alone.get('/v1/devices'), 403, 'forbidden');
      problem(await alone.post('/v1/payments', { order_id: uuid7(), tender: 'cash', amount: 1 }), 403, 'forbidden');
    }
  });

  test('a code is for one device, once, and only the newest', async () => {
    await forgetAttempts();
    const { url } = await world();
    const client = await as(cafe, manager);
    const device = await unpaired(client);
    const old = await codeFor(client, device.id);
    const code = await codeFor(client, device.id);
    assert.match(code, /^[0-9A-HJKMNP-TV-Z]{8}$/);
    problem(await pair(url, old, new DeviceKey()), 401, 'pairing_invalid');
    // As people write it down and type it in.
    const typed = `${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase().replaceAll('0', 'o').replaceAll('1', 'l');
    const answer = ok(await pair(url, typed, new DeviceKey()));
    assert.deepEqual([answer.device_id, answer.code, answer.kind, answer.outlet.code], [device.id, device.code, 'register', 'main']);
    problem(await pair(url, code, new DeviceKey()), 401, 'pairing_invalid');
    problem(await client.post(`/v1/devices/${device.id}/pairing`, {}, { key: null }), 409, 'device_state');
    const [row] = await rows(`SELECT count(*)::int AS n FROM pos.pairing WHERE device_id = '${device.id}'`);
    assert.equal(row.n, 0);
  });

  test('two who have the same code: one of them pairs', async () => {
    await forgetAttempts();
    const { url } = await world();
    const client = await as(cafe, manager);
    const code = await codeFor(client, (await unpaired(client)).id);
    const answers = await Promise.all([1, 2, 3, 4].map(() => pair(url, code, new DeviceKey())));
    assert.deepEqual(answers.map((one) => one.status).sort(), [200, 401, 401, 401]);
  });

  test('a code is over after ten minutes', async () => {
    await forgetAttempts();
    const { url, stack } = await world();
    const client = await as(cafe, manager);
    const late = await unpaired(client);
    const lateCode = await codeFor(client, late.id);
    const [{ minutes }] = await rows(`SELECT extract(epoch FROM expires_at - created_at) / 60 AS minutes FROM pos.pairing WHERE device_id = '${late.id}'`);
    assert.equal(Number(minutes), 10);
    await stack.psql(`UPDATE pos.pairing SET expires_at = now() WHERE device_id = '${late.id}'`);
    problem(await pair(url, lateCode, new DeviceKey()), 401, 'pairing_invalid');
    const early = await unpaired(client);
    const earlyCode = await codeFor(client, early.id);
    await stack.psql(`UPDATE pos.pairing SET expires_at = now() + interval '5 s' WHERE device_id = '${early.id}'`);
    ok(await pair(url, earlyCode, new DeviceKey()));
  });

  test('guessing, in parallel too, is locked out after five from an address, for businesses that do not exist just the same', async () => {
    await forgetAttempts();
    const { url } = await world();
    const client = await as(cafe, manager);
    const code = await codeFor(client, (await unpaired(client)).id);
    for (const tenant of ['demo-cafe', 'nobody-here']) {
      const guesses = await Promise.all(Array.from({ length: 20 }, (_, i) => pair(url, `ZZZZZZ${10 + i}`, new DeviceKey(), { tenant })));
      assert.deepEqual(guesses.map((one) => one.json.code).sort(), [...Array(15).fill('locked_out'), ...Array(5).fill('pairing_invalid')], tenant);
      const locked = guesses.find((one) => one.status === 429);
      assert.ok(Number(locked.headers['retry-after']) > 50, locked.headers['retry-after']);
    }
    // Not even the right one from there now.
    problem(await pair(url, code, new DeviceKey()), 429, 'locked_out');
    await forgetAttempts();
    ok(await pair(url, code, new DeviceKey()));
  });

  test('nobody keeps a device out by guessing elsewhere, and no code opens another address', async () => {
    await forgetAttempts();
    const { url } = await world();
    const client = await as(cafe, manager);
    const [one, two] = [await codeFor(client, (await unpaired(client)).id), await codeFor(client, (await unpaired(client)).id)];
    for (const from of ['127.0.0.2', '127.0.0.3']) {
      for (let i = 0; i < 5; i += 1) problem(await pair(url, `ZZZZZZ${10 + i}`, new DeviceKey(), { from }), 401, 'pairing_invalid');
      problem(await pair(url, 'ZZZZZZ99', new DeviceKey(), { from }), 429, 'locked_out');
    }
    ok(await pair(url, one, new DeviceKey()));
    // That it was right here forgives nobody there; and who guesses at another business is not locked out of this one.
    problem(await pair(url, two, new DeviceKey(), { from: '127.0.0.2' }), 429, 'locked_out');
    problem(await pair(url, 'ZZZZZZ99', new DeviceKey(), { from: '127.0.0.2', tenant: 'demo-shop' }), 401, 'pairing_invalid');
    // A header that anybody can write is not an address.
    const body = { tenant: 'demo-cafe', code: two, public_key: new DeviceKey().public, alg: 'ed25519' };
    problem(await new Client(url).post('/v1/auth/pair', body, { key: null, from: '127.0.0.3', headers: { 'x-forwarded-for': '192.0.2.7' } }), 429, 'locked_out');
    ok(await pair(url, two, new DeviceKey(), { from: '127.0.0.4' }));
    await forgetAttempts();
  });

  test('what is no key of its algorithm is refused, and costs no attempt', async () => {
    await forgetAttempts();
    const { url } = await world();
    const client = await as(cafe, manager);
    const code = await codeFor(client, (await unpaired(client)).id);
    const bytes = (buffer) => Buffer.from(buffer).toString('base64url');
    const point = new DeviceKey('p256').raw;
    const offCurve = Buffer.from(point);
    offCurve[64] ^= 1;
    const wrong = [
      ['ed25519', bytes(point)], ['p256', bytes(new DeviceKey().raw)], ['p256', bytes(new DeviceKey('p384').raw)],
      ['p256', bytes(offCurve)], ['p256', bytes(Buffer.concat([Buffer.from([2 + (point[64] & 1)]), point.subarray(1, 33)]))],
      ['p256', bytes(Buffer.concat([Buffer.from([6]), point.subarray(1)]))],
      ['p256', bytes(Buffer.alloc(65))], ['ed25519', bytes(Buffer.alloc(32))], ['ed25519', bytes(Buffer.concat([Buffer.from([1]), Buffer.alloc(31)]))],
      ['ed25519', bytes(randomBytes(31))], ['ed25519', bytes(randomBytes(33))], ['ed25519', 'not base64 !'], ['ed25519', `${new DeviceKey().public}=`],
    ];
    for (const [alg, public_key] of wrong) {
      problem(await pair(url, code, { public: public_key, alg }), 400, 'invalid_value', '/public_key');
    }
    problem(await pair(url, code, { public: 'A'.repeat(257), alg: 'ed25519' }), 400, 'out_of_range', '/public_key');
    problem(await pair(url, code, { public: 'A'.repeat(8000), alg: 'ed25519' }), 413, 'body_too_large');
    problem(await pair(url, code, { public: new DeviceKey().public, alg: 'rsa' }), 400, 'invalid_value', '/alg');
    ok(await pair(url, code, new DeviceKey()));
  });

  test('a proof counts once, also when two send it at the same time', async () => {
    const { url } = await world();
    const device = await paired(await as(cafe, manager));
    const how = { nonce: randomBytes(16), at: Date.now() * 1000 };
    const answers = await Promise.all([1, 2, 3, 4].map(() => signedIn(url, device, how)));
    assert.deepEqual(answers.map((one) => one.status).sort(), [200, 401, 401, 401]);
    problem(await signedIn(url, device, how), 401, 'device_key_invalid');
    const [{ n }] = await rows(`SELECT count(*)::int AS n FROM pos.session WHERE device_id = '${device.id}'`);
    assert.equal(n, 1);
    // At sign-in of a person it counts once, too.
    const person = { ...cafe, ...cashier, register: device.code };
    const pin = { nonce: randomBytes(32), at: Date.now() * 1000 };
    ok(await proven(url, device.key, device.id, '/v1/auth/pin', person, pin));
    problem(await proven(url, device.key, device.id, '/v1/auth/pin', person, pin), 401, 'device_key_invalid');
  });

  test('nonces are kept while their times would be accepted, and no longer', async () => {
    const { url, stack } = await world();
    const device = await paired(await as(cafe, manager));
    const old = { nonce: Buffer.alloc(16, 7) };
    ok(await signedIn(url, device, old));
    await stack.psql(`UPDATE pos.device_nonce SET used_at = now() - interval '119 s' WHERE device_id = '${device.id}'`);
    problem(await signedIn(url, device, old), 401, 'device_key_invalid');
    await stack.psql(`UPDATE pos.device_nonce SET used_at = now() - interval '121 s' WHERE device_id = '${device.id}'`);
    ok(await signedIn(url, device, { nonce: Buffer.alloc(16, 8) }));
    const [{ n }] = await rows(`SELECT count(*)::int AS n FROM pos.device_nonce WHERE device_id = '${device.id}'`);
    assert.equal(n, 1);
  });

  test('a clock that is off by more than a minute is told the time', async () => {
    const { url } = await world();
    const device = await paired(await as(cafe, manager));
    for (const seconds of [-55, 55]) ok(await signedIn(url, device, { at: (Date.now() + seconds * 1000) * 1000 }));
    for (const seconds of [-62, 65, -86400]) {
      const answer = await signedIn(url, device, { at: (Date.now() + seconds * 1000) * 1000 });
      problem(answer, 401, 'clock_skew');
      assert.ok(Math.abs(Number(answer.headers['mpos-time']) / 1000 - Date.now()) < 5000);
      const corrected = Number(answer.headers['mpos-time']);
      ok(await signedIn(url, device, { at: corrected }));
    }
  });

  test('whatever is not signed by this device\'s key, word for word, is refused alike', async () => {
    const { url } = await world();
    const client = await as(cafe, manager);
    const device = await paired(client, { alg: 'p256' });
    const other = await paired(client, { alg: 'p256' });
    const plain = await unpaired(client);
    const edit = (place, change) => ({ body, proof }) => {
      const parts = proof.split('.');
      parts[place] = change(parts[place]);
      return { body, proof: parts.join('.') };
    };
    const flip = (text) => {
      const bytes = Buffer.from(text, 'base64url');
      bytes[bytes.length - 1] ^= 1;
      return bytes.toString('base64url');
    };
    const send = (key, id, forge, how) => proven(url, key, id, '/v1/auth/device', request, { forge, ...how });
    const same = (sent) => sent;
    const attempts = {
      'the key of another device': send(other.key, device.id, same),
      'another device named': send(device.key, other.id, same),
      'a device that has no key': send(device.key, plain.id, same),
      'a device that does not exist': send(device.key, uuid7(), same),
      'a new key of the same kind': send(new DeviceKey('p256'), device.id, same),
      'a key of the other kind': send(new DeviceKey('ed25519'), device.id, same),
      'another time': send(device.key, device.id, edit(1, (at) => String(Number(at) + 1))),
      'another nonce': send(device.key, device.id, edit(2, flip)),
      'another signature': send(device.key, device.id, edit(3, flip)),
      'no signature': send(device.key, device.id, edit(3, () => Buffer.alloc(64).toString('base64url'))),
      'a short signature': send(device.key, device.id, edit(3, (text) => text.slice(0, 80))),
      'a long signature': send(device.key, device.id, edit(3, (text) => `${text}AAAA`)),
      'another body': send(device.key, device.id, ({ proof }) => ({ proof, body: '{"tenant":"demo-cafe" }' })),
      'another path': proven(url, device.key, device.id, '/v1/auth/device?x=1', request, { forge: ({ body }) => ({ body, proof: device.key.proof(device.id, 'POST', '/v1/auth/pin', body) }) }),
      'another method': send(device.key, device.id, ({ body }) => ({ body, proof: device.key.proof(device.id, 'GET', '/v1/auth/device', body) })),
      'a nonce of 15 bytes': send(device.key, device.id, same, { nonce: randomBytes(15) }),
      'a nonce of 33 bytes': send(device.key, device.id, same, { nonce: randomBytes(33) }),
      'an empty header': send(device.key, device.id, ({ body }) => ({ body, proof: '' })),
      'no header': new Client(url).post('/v1/auth/device', request, { key: null }),
      'a header without points': send(device.key, device.id, ({ body }) => ({ body, proof: 'x' })),
      'five parts': send(device.key, device.id, ({ body, proof }) => ({ body, proof: `${proof}.x` })),
      'a time with a sign': send(device.key, device.id, edit(1, (at) => `+${at}`)),
      'a huge header': send(device.key, device.id, ({ body, proof }) => ({ body, proof: proof + 'A'.repeat(4000) })),
    };
    const answers = await Promise.all(Object.values(attempts));
    for (const [i, name] of Object.keys(attempts).entries()) {
      problem(answers[i], 401, 'device_key_invalid');
      assert.equal(withoutRequestId(answers[i]), withoutRequestId(answers[0]), name);
    }
    const away = await proven(url, device.key, device.id, '/v1/auth/device', { tenant: 'demo-shop' });
    problem(away, 401, 'device_key_invalid');
    ok(await signedIn(url, device));
  });

  test('a business that wants its devices paired lets no other be named', async () => {
    const { url, stack } = await world();
    const client = await as(cafe, manager);
    const plain = await unpaired(client);
    const device = await paired(client);
    const pin = (code) => new Client(url).post('/v1/auth/pin', { ...cafe, ...cashier, register: code }, { key: null });
    ok(await pin(plain.code));
    await stack.psql("UPDATE pos.tenant SET pairing = 'required' WHERE slug = 'demo-cafe'");
    try {
      problem(await pin(plain.code), 403, 'pairing_required');
      ok(await proven(url, device.key, device.id, '/v1/auth/pin', { ...cafe, ...cashier, register: device.code }));
      ok(await new Client(url).post('/v1/auth/pin', { ...cafe, ...manager }, { key: null }));
    } finally {
      await stack.psql("UPDATE pos.tenant SET pairing = 'open' WHERE slug = 'demo-cafe'");
    }
  });

  test('codes and what was signed are not in the books or the log', async () => {
    const { url, stack } = await world();
    const client = await as(cafe, manager);
    const device = await unpaired(client);
    const code = await codeFor(client, device.id);
    ok(await pair(url, code, new DeviceKey()));
    const [{ journal_id: book, next_seq: size }] = await rows(`SELECT t.journal_id, h.next_seq FROM pos.tenant t JOIN journal.head h USING (journal_id)
      WHERE t.tenant_id = '${client.session.tenant.id}'`);
    const { entries } = ok(await client.get(`/v1/journals/${book}/entries?from=${Math.max(0, size - 20)}`));
    const texts = entries.map(({ payload }) => Buffer.from(payload ?? '', 'base64').toString('latin1'));
    assert.ok(texts.some((text) => text.includes('auth.pair')), 'pairing is in the books');
    assert.ok(!texts.some((text) => text.includes(code)), 'the code is not');
    const stored = await rows(`SELECT body FROM pos.idempotency i JOIN LATERAL (SELECT row_to_json(i)::text AS body) b ON true`);
    assert.ok(!stored.some(({ body }) => body.includes(code)));
    assert.ok(!stack.log().includes(code));
  });
});
