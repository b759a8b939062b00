// The business that is measured: 200 outlets of one register and one API channel, 100 stocked items, two included taxes.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { readCatalogue } from '../../lib/catalogue.mjs';
import { Client, ok, signIn } from '../../http/lib/client.mjs';

const pin = '1234';

function template(outlets) {
  return {
    slug: 'bench', name: 'Bench', pairing: 'open', country: 'DE', currency: 'EUR', exponent: 2,
    rounding: { mode: 'half_up', level: 'line', increment: 1, cash_increment: 1, inclusive: 'tax' },
    taxes: [{ code: 'standard', name: '19 %', rate: '0.19', included: true }, { code: 'reduced', name: '7 %', rate: '0.07', included: true }],
    outlets: Array.from({ length: outlets }, (_, i) => ({
      code: `o${i + 1}`, name: `Outlet ${i + 1}`, timezone: 'Europe/Berlin', stations: ['kitchen'],
      devices: [{ code: 'R1', kind: 'register' }, { code: 'K1', kind: 'kitchen' }],
    })),
    staff: [{ number: '101', name: 'Bench', role: 'manager', pin }],
    categories: [{ code: 'all', name: 'All', colour: '#336699', sort: 1 }],
    groups: [],
    items: Array.from({ length: 101 }, (_, i) => ({
      code: `i${i}`, name: `Item ${i}`, category: 'all', price: 250 + i, taxes: [i % 2 ? 'standard' : 'reduced'], groups: [],
      station: i === 100 ? 'kitchen' : null, barcode: null, ...(i < 100 && { stock: '1000000' }),
    })),
  };
}

/** Creates the business with the published tool. */
export function createTenant(stack, mpos, folder, outlets) {
  const file = `${folder}/tenant.json`;
  writeFileSync(file, JSON.stringify(template(outlets)));
  execFileSync(mpos, ['tenant', 'create', file, '--demo'], { env: { ...process.env, ...stack.env }, stdio: ['ignore', 'ignore', 'inherit'] });
}

function claims(token) {
  return JSON.parse(Buffer.from(token.split('.')[1], 'base64url'));
}

/** One line of the tills file of load.c. */
function line(client, items, state) {
  const { sub, tid, oid, did, sid, rv } = claims(client.token);
  const total = items.reduce((sum, item) => sum + item.price, 0);
  return [client.token, tid, oid, sub, did, sid, rv, state.gen, state.last_seq, state.last_hash, state.receipt_n,
    ...items.map((item) => item.id), total].join(' ');
}

/** Three items of the hundred, other ones for every till. */
function basket(catalogue, i) {
  const stocked = catalogue.items.filter((item) => item.stocked);
  return [0, 33, 66].map((offset) => stocked[(i * 7 + offset) % stocked.length]);
}

export function till(outlet, register) {
  return { tenant: 'bench', outlet, staff: '101', pin, ...(register && { register }) };
}

/** Signs in everywhere; returns {registers, channels}: lines of tills, in the order of the outlets. */
export async function openTills(url, outlets) {
  const registers = [];
  const channels = [];
  const unused = { gen: 1, last_seq: 0, last_hash: '0'.repeat(64), receipt_n: 0 };
  let catalogue;
  for (let i = 0; i < outlets; i += 1) {
    const [register, channel] = await Promise.all([signIn(url, till(`o${i + 1}`, 'R1')), signIn(url, till(`o${i + 1}`))]);
    catalogue ??= await readCatalogue(register);
    ok(await register.post('/v1/shifts', { float: 0 }), 201);
    registers.push(line(register, basket(catalogue, i), ok(await register.get('/v1/sync/state'))));
    channels.push(line(channel, basket(catalogue, i), unused));
  }
  return { registers, channels };
}

/** Client of the first outlet, for the kitchen's latency. */
export async function firstOutlet(url) {
  const client = await signIn(url, till('o1'));
  const { items } = await readCatalogue(client);
  return { client: new Client(url, client.session), item: items.find((item) => item.station) };
}
