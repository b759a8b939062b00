// The example of docs/how-to/consume-events.md, killed at random moments, has every event once and in order.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readCatalogue } from '../lib/catalogue.mjs';
import { startStack } from '../lib/stack.mjs';
import { closeConnections, ok, signIn } from '../http/lib/client.mjs';

const example = fileURLToPath(new URL('../../docs/how-to/consume-events.mjs', import.meta.url));
const kills = Number(process.env.MPOS_SOAK_ROUNDS ?? (process.env.MPOS_FULL ? 200 : 20));
const at = { tenant: 'demo-cafe', outlet: 'main', staff: '101', pin: '1234' };

let stack;
let client;
let folder;

function consumer(file) {
  const args = [example, stack.url, at.tenant, at.outlet, at.staff, file];
  return spawn(process.execPath, args, { env: { ...process.env, MPOS_PIN: at.pin }, stdio: ['ignore', 'ignore', 'inherit'] });
}

async function allEvents() {
  const events = [];
  for (let next = '', more = true; more;) {
    const page = ok(await client.get(`/v1/events?limit=1000${next && `&from=${next}`}`));
    events.push(...page.events);
    ({ next, more } = page);
  }
  return events;
}

function consumed(file) {
  return readFileSync(file, 'utf8').split('\n').slice(0, -1).flatMap((line) => JSON.parse(line).events);
}

/** Resolves when the file has grown beyond size, or the process is gone. */
async function grown(file, size, child) {
  while (child.exitCode === null && !(existsSync(file) && statSync(file).size > size)) {
    await new Promise((done) => { setTimeout(done, 5); });
  }
}

describe('events consumer', () => {
  before(async () => {
    stack = await startStack();
    client = await signIn(stack.url, at);
    folder = mkdtempSync(join(tmpdir(), 'mpos-consumer-'));
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    closeConnections();
    await stack.stop();
  });

  test('kill -9 at random moments loses nothing and doubles nothing', { timeout: 1200000 }, async (t) => {
    const { items } = await readCatalogue(client);
    const item = items.find((one) => !one.combo.length && !one.group_ids.length);
    let selling = true;
    const seller = async () => {
      const sale = { lines: [{ item_id: item.id, qty: '1' }], payments: [{ tender: 'cash', amount: item.price }] };
      while (selling) ok(await client.post('/v1/orders', sale), 201);
    };
    const sellers = [seller(), seller()];
    const file = join(folder, 'events.log');
    for (let kill = 0; kill < kills; kill += 1) {
      const child = consumer(file);
      const size = existsSync(file) ? statSync(file).size : 0;
      // Half of the kills hit soon after something was written, the others any time from its start on.
      if (kill % 2) await grown(file, size, child);
      await new Promise((done) => { setTimeout(done, randomInt(kill % 2 ? 30 : 250)); });
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    selling = false;
    await Promise.all(sellers);
    const expected = await allEvents();
    const last = consumer(file);
    for (let size = -1; consumed(file).length < expected.length;) {
      await grown(file, size, last);
      size = statSync(file).size;
      assert.equal(last.exitCode, null, 'the consumer runs');
    }
    last.kill('SIGKILL');
    await once(last, 'exit');
    t.diagnostic(`${expected.length} events, ${kills} kills`);
    assert.deepEqual(consumed(file), expected);
  });
});
