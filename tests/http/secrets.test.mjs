// A day of signing in, with every log at its most talkative: none of the secrets that were used is in any of them.
import assert from 'node:assert/strict';
import { randomBytes, randomInt } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { readCatalogue } from '../lib/catalogue.mjs';
import { startStack } from '../lib/stack.mjs';
import { Client, closeConnections, ok, problem, send, signIn } from './lib/client.mjs';
import { paired, proven } from './lib/key.mjs';
import { personal } from './lib/personal.mjs';

const talkative = `log_statement = 'all'\nlog_min_messages = 'debug1'\nlog_min_error_statement = 'debug1'\nlog_min_duration_statement = 0\nlog_connections = on
log_error_verbosity = 'verbose'\nlog_duration = on`;
const boss = { tenant: 'demo-cafe', outlet: 'main', staff: '101', pin: '1234' };
const digits = () => String(randomInt(1e11, 1e12 - 1));

describe('secrets', () => {
  let stack;
  const used = new Map(); // what it is -> the text

  const keep = (name, text) => {
    assert.ok(text.length >= 8, `${name} can be told from other text`);
    used.set(name, text);
    return text;
  };

  function keepSession(name, session) {
    keep(`${name}: token`, session.token);
    keep(`${name}: signature of the token`, session.token.split('.')[2]);
    if (session.refresh_token) keep(`${name}: refresh token`, session.refresh_token);
    return session;
  }

  before(async () => {
    stack = await startStack({ settings: talkative, signer: true, env: { MPOS_LOG_LEVEL: 'debug' } });
  });
  after(async () => {
    closeConnections();
    await stack.stop();
  });

  test('people, devices and programs sign in, well and badly', { timeout: 120000 }, async () => {
    const { url } = stack;
    const client = await signIn(url, boss);
    keepSession('manager', client.session);
    const { roles } = ok(await client.get('/v1/roles'));
    const { staff } = ok(await client.post('/v1/staff', { number: '9001', name: 'Ann', role_id: roles.find((one) => one.code === 'manager').id }), 201);
    const pin = keep('PIN', digits());
    ok(await client.post(`/v1/staff/${staff.id}/pin`, { pin }, { key: null }));
    const person = await signIn(url, { ...boss, staff: '9001', pin });
    keepSession('person', person.session);
    const renewed = ok(await new Client(url).post('/v1/auth/refresh', { refresh_token: person.session.refresh_token }, { key: null }));
    keepSession('refreshed', renewed);
    problem(await new Client(url).post('/v1/auth/pin', { ...boss, staff: '9001', pin: keep('wrong PIN', digits()) }, { key: null }), 401, 'bad_credentials');
    problem(await new Client(url).post('/v1/auth/pin', { ...boss, staff: '9001', pin: keep('PIN of a wrong type', digits()), extra: 1 }, { key: null }), 400, 'unknown_field');
    problem(await new Client(url).post('/v1/auth/refresh', { refresh_token: keep('wrong refresh token', `mpr_${randomBytes(32).toString('base64url')}`) }, { key: null }), 401, 'unauthenticated');

    const password = keep('password', randomBytes(15).toString('base64'));
    ok(await client.post(`/v1/staff/${staff.id}/password`, { email: 'ann@example.com', password }, { key: null }));
    const office = { tenant: 'demo-cafe', email: 'ann@example.com' };
    keepSession('office', ok(await new Client(url).post('/v1/auth/password', { ...office, password }, { key: null })));
    problem(await new Client(url).post('/v1/auth/password', { ...office, password: keep('wrong password', randomBytes(15).toString('base64')) }, { key: null }), 401, 'bad_credentials');

    const device = await paired(client);
    keep('private key of a device', device.key.privateKey.export({ format: 'jwk' }).d);
    keepSession('device', ok(await proven(url, device.key, device.id, '/v1/auth/device', { tenant: 'demo-cafe' })));
    const { key } = ok(await client.post('/v1/api-keys', { name: 'till link', scopes: ['order.read'] }, { key: null }), 201);
    keep('API key', key.slice(-43));
    ok(await new Client(url, { token: key }).get('/v1/orders'));

    const { ticket } = ok(await client.post('/v1/ws-tickets', undefined, { key: null }));
    keep('ticket', ticket);
    const spoiled = keep('spoiled token', `${client.token.slice(0, -8)}${randomBytes(6).toString('base64url')}`);
    assert.equal((await send(url, 'GET', '/v1/orders', { headers: { authorization: `Bearer ${spoiled}` } })).status, 401);
    const inPath = keep('token in an address', randomBytes(24).toString('base64url'));
    assert.equal((await send(url, 'GET', `/v1/orders?token=${inPath}`, { headers: { authorization: `Bearer ${client.token}` } })).status, 400);

    const note = keep('note', `Quince ${randomBytes(8).toString('hex')}`);
    const { items } = await readCatalogue(client);
    const { members, pii } = personal({ '/note': note });
    const lines = [{ item_id: items.find((one) => !one.combo.length && !one.group_ids.length).id, qty: '1' }];
    ok(await client.post('/v1/orders', { lines, ...members, pii }), 201);
    problem(await client.post('/v1/orders', { lines, ...members, pii, table: keep('card number', '4532 0151 1283 0366') }), 422, 'card_number_refused');
    // An error of the database itself: the statement and its parameters would be logged with it.
    await stack.psql('ALTER TABLE pos.orders ADD CONSTRAINT never CHECK (table_label <> \'never\') NOT VALID');
    assert.equal((await client.post('/v1/orders', { lines, ...members, pii, table: 'never' })).status, 500);
  });

  test('no log knows any of it, nor what the installation itself keeps secret', () => {
    for (const name of readdirSync(`${stack.runDir}/secrets`)) {
      const text = readFileSync(`${stack.runDir}/secrets/${name}`, 'latin1').trim();
      const lines = text.split('\n').filter((line) => line.length >= 16 && !line.startsWith('-----') && !line.startsWith('#'));
      lines.forEach((line, i) => keep(`${name} ${i}`, line.split(':').at(-1)));
    }
    keep('signing key', readFileSync(`${stack.signerDir}/signing.key`).toString('latin1').trim().split('\n').at(-1));
    assert.ok(used.size > 20);
    const logs = readdirSync(`${stack.runDir}/log`).map((name) => `${stack.runDir}/log/${name}`).filter((path) => statSync(path).size > 0);
    for (const part of ['mposd', 'postgres', 'signer']) assert.ok(logs.some((path) => path.includes(`/${part}`)), part);
    assert.match(readFileSync(`${stack.runDir}/log/postgres.log`, 'latin1'), /execute .*mpos\.call/, 'statements are logged');
    assert.match(stack.log(), /"event":"answered"/, 'answers are logged');
    for (const path of logs) {
      const text = readFileSync(path, 'latin1');
      for (const [name, secret] of used) assert.ok(!text.includes(secret), `${name} in ${path}: ...${text.slice(Math.max(0, text.indexOf(secret) - 200), text.indexOf(secret))}`);
    }
  });
});
