// The life of a business after it was made: suspended and resumed, taken along, erased while another one goes on selling.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { after, before, test } from 'node:test';
import { Client, closeConnections, ok, problem, signIn } from '../http/lib/client.mjs';
import { Device } from '../http/lib/device.mjs';
import { root, startStack } from '../lib/stack.mjs';

const mpos = `${root}/build/bin/mpos`;
const manager = { tenant: 'demo-cafe', outlet: 'main', staff: '101', pin: '1234' };
let stack;

before(async () => {
  stack = await startStack({ tenants: ['cafe'], signer: true });
});
after(async () => {
  closeConnections();
  await stack?.stop();
});

/** {status, out, err} of the tool. */
function tool(...args) {
  return new Promise((done) => {
    execFile(mpos, args, { env: stack.psqlEnv, maxBuffer: 1 << 26 }, (error, out, err) => done({ status: error ? error.code : 0, out: out.trimEnd(), err: err.trimEnd() }));
  });
}

async function clean() {
  const { status, out } = await tool('verify');
  assert.equal(status, 0, out);
  return out;
}

async function cartOf(client) {
  const { items } = ok(await client.get('/v1/catalogue'));
  const item = items.find((one) => !one.combo.length && one.group_ids.length === 0);
  return { lines: [{ item_id: item.id, qty: '1' }], payments: [{ tender: 'cash', amount: item.price }] };
}

test('suspended: nobody works or gets in, tills sell on, and nothing of it is lost', async () => {
  const { url } = stack;
  const client = await signIn(url, manager);
  const till = await new Device(await signIn(url, { ...manager, register: 'R1' })).load();
  const cart = await cartOf(client);
  ok(await till.push([till.sale(cart)]));

  const { status, out, err } = await tool('tenant', 'suspend', 'demo-cafe', '--reason', 'invoice 4711');
  assert.equal(status, 0, err);
  assert.equal(out, 'demo-cafe\tsuspended\t2');
  assert.equal((await tool('tenant', 'suspend', 'demo-cafe')).out, 'demo-cafe\tsuspended\t0', 'again changes nothing');
  assert.match((await tool('tenant', 'list')).out, /^demo-cafe\t.*\tsuspended$/m);

  problem(await client.get('/v1/catalogue'), 401, 'session_ended');
  const sold = [till.sale(cart), till.sale(cart), till.sale(cart)];
  problem(await till.push(sold), 401, 'session_ended');
  problem(await new Client(url).post('/v1/auth/pin', manager, { key: null }), 403, 'tenant_suspended');
  problem(await new Client(url).post('/v1/auth/pin', { ...manager, pin: '9999' }, { key: null }), 401, 'bad_credentials');

  assert.equal((await tool('tenant', 'resume', 'demo-cafe')).out, 'demo-cafe\tactive\t0');
  till.client = await signIn(url, { ...manager, register: 'R1' });
  const { results } = ok(await till.push(sold));
  assert.deepEqual(results.map(({ st }) => st), ['ok', 'ok', 'ok']);
  await clean();
});

test('both are in the journal of the business, with the reason', async () => {
  const payloads = await stack.psql(`SELECT encode(mpos.unpack(packed), 'escape') FROM journal.entry e JOIN journal.journal j USING (journal_id)
    WHERE j.origin = 'mpos/demo-cafe' ORDER BY seq`);
  assert.match(payloads, /"suspended: invoice 4711"/);
  assert.match(payloads, /"state":"suspended"/);
  assert.match(payloads, /"resumed: "/);
});
