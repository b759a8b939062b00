// What goes on beside the sales that are measured, in a process of its own: somebody holds the row of a table's order, four waiters
// want it, and people sign in by PIN. Prints what it did as JSON when its standard input ends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readCatalogue } from '../../lib/catalogue.mjs';
import { closeConnections, ok, signIn, uuid7 } from '../../http/lib/client.mjs';
import { till } from './tenant.mjs';

const [url, logins] = process.argv.slice(2);
const hold = 5; // seconds
let going = true;
process.stdin.resume();
process.stdin.on('end', () => { going = false; });

const client = await signIn(url, till('o1'));
const item = (await readCatalogue(client)).items.find((one) => one.station);
const { order } = ok(await client.post('/v1/orders', { id: uuid7(), lines: [{ item_id: item.id, qty: '1' }] }), 201);
const done = { held: 0, waited: 0, busy: 0, signed_in: 0 };
process.stdout.write('ready\n');

async function holdRow() {
  while (going) {
    const sql = `BEGIN; SELECT 1 FROM pos.orders WHERE order_id = '${order.id}' FOR UPDATE; SELECT pg_sleep(${hold}); COMMIT`;
    await once(spawn('psql', ['-Xq', '-c', sql, 'mpos'], { stdio: 'ignore' }), 'exit');
    done.held += 1;
  }
}

async function wantRow() {
  while (going) {
    const { status } = await client.post(`/v1/orders/${order.id}/lines`, { lines: [{ item_id: item.id, qty: '1' }] });
    if (status !== 201 && status !== 503) throw new Error(`a waiter is answered ${status}`);
    done[status === 201 ? 'waited' : 'busy'] += 1;
  }
}

async function signInAgain() {
  const begin = Date.now();
  const all = [];
  for (let n = 0; going; n += 1) {
    const early = begin + (n * 1000) / Number(logins) - Date.now();
    if (early > 0) await new Promise((wake) => { setTimeout(wake, early); });
    all.push(signIn(url, till(`o${(n % 100) + 100}`)).then(() => { done.signed_in += 1; }, () => {}));
  }
  await Promise.all(all);
}

await Promise.all([holdRow(), ...Array.from({ length: 4 }, wantRow), ...(Number(logins) ? [signInAgain()] : [])]);
process.stdout.write(`${JSON.stringify(done)}\n`);
closeConnections();
