// The stack shared by the suites of one process: started by the first, stopped by the last.
import { after, before, describe } from 'node:test';
import { readCatalogue } from '../../lib/catalogue.mjs';
import { startStack } from '../../lib/stack.mjs';
import { closeConnections, ok, signIn } from './client.mjs';

let waiting = 0;
let starting;

async function start() {
  const stack = await startStack({ signer: true });
  return { stack, url: stack.url };
}

export const cafe = { tenant: 'demo-cafe', outlet: 'main' };
export const shop = { tenant: 'demo-shop', outlet: 'main' };
export const manager = { staff: '101', pin: '1234' };
export const cashier = { staff: '102', pin: '2345' };
export const cook = { staff: '103', pin: '3456' };

/** describe() whose tests may use world(): the running stack and its address. */
export function suite(name, body) {
  waiting += 1;
  describe(name, () => {
    before(async () => {
      starting ??= start();
      await starting;
    });
    after(async () => {
      waiting -= 1;
      if (waiting > 0) return;
      closeConnections();
      await (await starting).stack.stop();
    });
    body();
  });
}

export function world() {
  return starting;
}

const signedIn = new Map();

/** A client for those credentials; one sign-in per process and server address. */
export async function as(...parts) {
  const { url } = await world();
  const credentials = Object.assign({}, ...parts);
  const key = url + JSON.stringify(credentials);
  if (!signedIn.has(key)) signedIn.set(key, signIn(url, credentials));
  return signedIn.get(key);
}

/** Their session has ended, or may have: who comes next signs in anew. */
export function forget(...parts) {
  const key = JSON.stringify(Object.assign({}, ...parts));
  for (const known of signedIn.keys()) if (known.endsWith(key)) signedIn.delete(known);
}

/** The integrator of the café: manager without a register. */
export function integrator() {
  return as(cafe, manager);
}

let catalogue;

/** The café's catalogue with a few items picked by shape. */
export async function menu() {
  if (!catalogue) {
    const document = await readCatalogue(await integrator());
    const plain = document.items.filter((item) => !item.combo.length && !item.variants?.length && !item.open_price && requiredGroups(document, item).length === 0);
    catalogue = {
      document,
      plain,
      kitchen: plain.find((item) => item.station),
      other: plain.filter((item) => item.station)[1],
      stocked: plain.find((item) => item.stocked),
    };
  }
  return catalogue;
}

export function requiredGroups(document, item) {
  return item.group_ids.map((id) => document.groups.find((group) => group.id === id)).filter((group) => group.min > 0);
}

/** Superuser SQL whose only value is a JSON document. */
export async function rows(sql) {
  const { stack } = await world();
  const text = await stack.psql(`SELECT coalesce(json_agg(x), '[]') FROM (${sql}) x`);
  return JSON.parse(text);
}
