// kill -9 of mposd, of a backend, of the postmaster, of sealer and signer under 16 sellers: what was acknowledged is there
// once under its number and leaf, what was not is sold by repeating it, the journals have no gap, and every note that anybody
// saw is one of the tree that remains.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readCatalogue } from '../lib/catalogue.mjs';
import { startStack } from '../lib/stack.mjs';
import { Client, closeConnections, ok, signIn, uuid7 } from '../http/lib/client.mjs';
import { Device } from '../http/lib/device.mjs';
import { Notes } from './lib/notes.mjs';
import { until } from './lib/until.mjs';

const rounds = Number(process.env.MPOS_SOAK_ROUNDS ?? (process.env.MPOS_FULL ? 200 : 15));
const sellersOfPosts = 12;
const mpos = fileURLToPath(new URL('../../build/bin/mpos', import.meta.url));
const outlets = [
  { tenant: 'demo-cafe', outlet: 'main' }, { tenant: 'demo-cafe', outlet: 'terrace' }, { tenant: 'demo-shop', outlet: 'main' },
];

let stack;
let notes;
let vkey;
const acknowledged = []; // the client's own log: {id, total, receipt}
const entries = []; // {id, epoch, seq, leaf} of those that were told
const repeated = { posts: 0, pushes: 0 };
let selling = true;
let givenUp = false;
let wake = () => {};

/** Not an answer: the outcome is unknown and the same bytes are sent again. */
function unknown(answer) {
  return answer === undefined || answer.status >= 500 || answer.json?.code === 'push_in_progress';
}

/** Sends the same request until it is answered; at most one request per turn of the event loop waits for the server. */
async function untilAnswered(request, count) {
  for (;;) {
    const answer = await request().catch(() => undefined);
    if (!unknown(answer)) return answer;
    if (givenUp) throw new Error('the test has failed elsewhere');
    count();
    await stack.up;
  }
}

const lastOf = new Map(); // seller -> number of sales acknowledged when it last had an answer

function acknowledge(seller, sold, journal) {
  acknowledged.push(sold);
  if (journal) entries.push(journal);
  lastOf.set(seller, acknowledged.length);
  wake();
  wakeReader();
}

let wakeReader = () => {};

/** Somebody who checks a receipt now and then: that of the last sale, which asks for a signature, and an earlier one. */
async function reader() {
  for (let looked = 0; selling;) {
    await new Promise((done) => {
      wakeReader = () => { if (!selling || acknowledged.length >= looked + 25) done(); };
      wakeReader();
    });
    looked = acknowledged.length;
    if (entries.length === 0) continue;
    await notes.look(entries.at(-1));
    await notes.look(entries[randomInt(entries.length)]);
  }
}

/** An integrator: one key per sale, repeated until it is answered. */
async function postSeller(name, client, item) {
  while (selling) {
    const id = uuid7();
    const key = randomUUID();
    const json = { id, lines: [{ item_id: item.id, qty: '1' }], payments: [{ tender: 'cash', amount: item.price }] };
    const send = () => new Client(stack.url, client.session).request('POST', '/v1/orders', { json, key });
    const { order, journal } = ok(await untilAnswered(send, () => { repeated.posts += 1; }), 201);
    assert.equal(order.id, id);
    acknowledge(name, { id, total: order.total, receipt: order.receipt }, journal[0]);
  }
}

/** A register: a batch of one to five sales, repeated until it is answered; a repetition may find itself applied. */
async function pushSeller(name, client, item) {
  const device = await new Device(client).load();
  while (selling) {
    const sale = { lines: [{ item_id: item.id, qty: '1' }], payments: [{ tender: 'cash', amount: item.price }] };
    const ops = Array.from({ length: randomInt(1, 6) }, () => device.sale(sale));
    const send = () => {
      device.client = new Client(stack.url, client.session);
      return device.push(ops);
    };
    const { results, last_hash: hash } = ok(await untilAnswered(send, () => { repeated.pushes += 1; }));
    assert.equal(hash, device.hash);
    results.forEach((result, i) => {
      assert.ok(['ok', 'flag'].includes(result.st), JSON.stringify(result));
      acknowledge(name, { id: ops[i].id, total: item.price, receipt: result.ref?.receipt });
    });
  }
}

/**
 * Resolves once `more` further sales are acknowledged and every seller has had an answer: an operation that is in flight
 * at two crashes is put into suspense on purpose, and that is not what this test is about.
 */
function acknowledgements(more) {
  const start = acknowledged.length;
  return new Promise((done) => {
    wake = () => {
      const all = lastOf.size === sellersOfPosts + 4 && [...lastOf.values()].every((count) => count > start);
      if (all && acknowledged.length >= start + more) done();
    };
    wake();
  });
}

async function json(sql) {
  return JSON.parse(await stack.psql(`SELECT coalesce(json_agg(x), '[]') FROM (${sql}) x`));
}

const faults = {
  async mposd() {
    await stack.mposd.kill('SIGKILL');
    await stack.restartMposd();
  },
  async backend() {
    const [{ pid }] = await json(`SELECT pid FROM pg_stat_activity WHERE usename = 'mpos_app' ORDER BY random() LIMIT 1`);
    process.kill(pid, 'SIGKILL');
  },
  async postmaster() {
    const pid = Number(readFileSync(`${stack.pgData}/postmaster.pid`, 'utf8').split('\n')[0]);
    process.kill(pid, 'SIGKILL');
    await stack.restartPostgres();
  },
  async sealer() {
    const find = () => json(`SELECT pid FROM pg_stat_activity WHERE backend_type = 'mpos sealer'`).catch(() => []);
    const [{ pid }] = await until(async () => (await find()).length === 1 && find());
    process.kill(pid, 'SIGKILL');
  },
  async signer() {
    const size = () => json('SELECT count(*)::int AS n FROM journal.checkpoint').then(([{ n }]) => n);
    const before = await size();
    await until(async () => await size() > before, () => stack.signerLog().slice(-3000));
    await stack.signer.kill('SIGKILL');
    await stack.startSigner();
  },
};

/** Sellers that meet a dead server wait for it here instead of asking it in a tight loop. */
async function inject(fault) {
  let recovered;
  stack.up = new Promise((done) => { recovered = done; });
  try {
    await fault();
    await stack.ready();
  } finally {
    recovered();
  }
}

async function sellers() {
  const clients = await Promise.all(outlets.map((outlet) => signIn(stack.url, { ...outlet, staff: '101', pin: '1234' })));
  const items = await Promise.all(clients.map(async (client) => (await readCatalogue(client)).items
    .find((item) => item.stocked && !item.combo.length && !item.group_ids.length)));
  const registers = [[0, 'R1'], [0, 'R2'], [1, 'R1'], [2, 'R1']];
  const devices = await Promise.all(registers.map(([at, register]) =>
    signIn(stack.url, { ...outlets[at], staff: '101', pin: '1234', register })));
  return [
    ...Array.from({ length: sellersOfPosts }, (_, i) => postSeller(i, clients[i % 3], items[i % 3])),
    ...devices.map((client, i) => pushSeller(sellersOfPosts + i, client, items[registers[i][0]])),
  ];
}

/** All orders, a page at a time: a soak sells a million. */
async function storedOrders() {
  const all = [];
  for (let page, after = '00000000-0000-0000-0000-000000000000'; page === undefined || page.length > 0; after = all.at(-1)?.order_id) {
    page = await json(`SELECT order_id, total, receipt, payment_state, tenant_id FROM pos.orders
      WHERE order_id > '${after}' ORDER BY order_id LIMIT 100000`);
    for (const order of page) all.push(order);
  }
  return all;
}

describe('kill -9 under load', () => {
  before(async () => {
    stack = await startStack({ signer: true });
    notes = new Notes(stack);
    vkey = await stack.signerTool('vkey', 'any');
    stack.up = Promise.resolve();
  });
  after(async () => {
    closeConnections();
    await stack.stop();
  });

  let earlier;

  test('sixteen sellers go on through every crash', { timeout: 3600000 }, async (t) => {
    [earlier] = await json('SELECT count(*)::int AS orders, (SELECT sum(on_hand) FROM pos.stock) AS stock FROM pos.orders');
    const running = await sellers();
    const broken = Promise.race(running.map((seller) => seller.then(() => new Promise(() => {}))));
    const names = Object.keys(faults);
    const reading = reader();
    try {
      for (let round = 0; round < rounds; round += 1) {
        await Promise.race([acknowledgements(randomInt(100, 200)), broken]);
        await inject(faults[names[round % names.length]]);
        // The database may still be recovering from a killed process of its own.
        await until(() => notes.lookInside().then(() => true, () => false));
      }
      await Promise.race([acknowledgements(Math.max(100, 2000 - acknowledged.length)), broken]);
    } catch (error) {
      givenUp = true;
      throw error;
    } finally {
      selling = false;
      wakeReader();
      await Promise.allSettled([...running, reading]);
    }
    await Promise.all([...running, reading]);
    t.diagnostic(`${acknowledged.length} acknowledged sales, ${rounds} rounds, repeated: ${JSON.stringify(repeated)}`);
    assert.ok(acknowledged.length >= 2000);
    assert.ok(repeated.posts > 0 && repeated.pushes > 0, 'the faults hit sales in flight');
  });

  test('every acknowledged sale is there once and nothing else is', async () => {
    const stored = await storedOrders();
    const byId = new Map(stored.map((order) => [order.order_id, order]));
    assert.equal(byId.size, stored.length);
    for (const sale of acknowledged) {
      const order = byId.get(sale.id);
      assert.ok(order, `${sale.id} was acknowledged`);
      assert.equal(order.total, sale.total);
      assert.equal(order.payment_state, 'paid');
      if (sale.receipt) assert.equal(order.receipt, sale.receipt);
    }
    assert.equal(new Set(acknowledged.map((sale) => sale.id)).size, acknowledged.length);
    assert.equal(stored.length, earlier.orders + acknowledged.length);
    const receipts = stored.filter((order) => order.receipt).map((order) => order.tenant_id + order.receipt);
    assert.equal(new Set(receipts).size, receipts.length);
  });

  test('payments, stock and shift sums agree with the sales', async () => {
    const [sums] = await json(`SELECT (SELECT count(*) FROM pos.payment) AS payments, (SELECT sum(on_hand) FROM pos.stock) AS stock,
      (SELECT count(*) FROM pos.orders WHERE payment_state = 'paid') AS paid`);
    assert.equal(sums.payments, sums.paid);
    assert.equal(earlier.stock - sums.stock, acknowledged.length * 1000000);
  });

  test('the journals have no gap, and every acknowledged entry is where it was said to be', async () => {
    const leaves = new Map();
    for (const { journal_id: id } of await json('SELECT journal_id FROM journal.head')) {
      // Head and entries of one moment: the signer goes on with the platform's own.
      const [log] = await json(`SELECT h.epoch, h.next_seq AS size, e.* FROM journal.head h CROSS JOIN LATERAL
        (SELECT count(*) AS entries, coalesce(min(seq), 0) AS first, coalesce(max(seq), -1) AS last,
                string_agg(encode(leaf, 'hex'), '' ORDER BY seq) AS leaves FROM journal.entry e WHERE e.journal_id = h.journal_id) e
        WHERE h.journal_id = '${id}'`);
      assert.equal(log.epoch, 0, 'a crash begins no epoch');
      assert.deepEqual([log.entries, log.first, log.last], [log.size, 0, log.size - 1]);
      leaves.set(id, log.leaves);
    }
    for (const { id, epoch, seq, leaf } of entries) {
      assert.equal(epoch, 0);
      assert.equal(leaves.get(id).slice(seq * 64, seq * 64 + 64), leaf, `${id} ${seq}`);
    }
    assert.ok(entries.length > acknowledged.length / 4);
  });

  test('every note that was ever seen is one of this tree, and the newest entries become signed', async (t) => {
    await stack.psql('SELECT mpos.checkpoint_ask(journal_id) FROM journal.journal');
    const unsigned = `SELECT count(*)::int AS n FROM journal.head h LEFT JOIN journal.sealed s USING (journal_id, epoch)
      JOIN journal.journal j USING (journal_id) WHERE j.kind <> 'platform' AND h.next_seq > coalesce(s.signed_size, 0)`;
    await until(async () => (await json(unsigned))[0].n === 0, () => stack.signerLog().slice(-3000));
    const checked = await notes.check(vkey);
    t.diagnostic(`${checked} notes, ${notes.proofs} proofs of receipts`);
    assert.ok(checked >= rounds / 5 && notes.proofs >= rounds / 5, 'the signer was at work in every fifth round at least');
    assert.deepEqual(await json('SELECT journal_id, kind, detail FROM journal.alarm'), []);
  });

  test('mpos verify finds nothing', async () => {
    const result = await new Promise((done) => {
      execFile(mpos, ['verify'], { env: { ...process.env, ...stack.env }, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
        done({ status: error ? error.code : 0, text: stdout + stderr }));
    });
    assert.equal(result.status, 0, result.text);
  });
});
