// mpos tenant create: every ready-made template is whole and sells, whatever is wrong in one is named in one line, and a
// refusal leaves nothing behind.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import Ajv from 'ajv/dist/2020.js';
import { readCatalogue } from '../lib/catalogue.mjs';
import { closeConnections, ok, signIn } from '../http/lib/client.mjs';
import { root, startStack } from '../lib/stack.mjs';

const mpos = `${root}/build/bin/mpos`;
const names = ['cafe', 'restaurant', 'shop', 'kitchen', 'kiosk', 'fridge', 'diner-us'];
const read = (name) => JSON.parse(readFileSync(`${root}/build/tenants/${name}.json`, 'utf8'));
const fits = new Ajv({ allErrors: false, strict: true, allowUnionTypes: true }).compile(read('template.schema'));
let stack;
let folder;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'mpos-templates-'));
  stack = await startStack({ tenants: [] });
});
after(async () => {
  closeConnections();
  rmSync(folder, { recursive: true, force: true });
  await stack?.stop();
});

/** {status, out, err} of the tool. */
function tool(...args) {
  const options = args.at(-1) instanceof Object ? args.pop() : {};
  return new Promise((done) => {
    const child = execFile(mpos, ['tenant', ...args], { env: stack.psqlEnv }, (error, out, err) => done({ status: error?.code ?? 0, out: out.trimEnd(), err: err.trimEnd() }));
    child.stdin.on('error', () => {}); // it may have ended without reading
    child.stdin.end(options.input ?? '');
  });
}

/** A small template that is whole; `change` may break it. */
function small(change = () => {}) {
  const doc = {
    name: 'Small', country: 'DE', currency: 'EUR', exponent: 2,
    rounding: { mode: 'half_up', level: 'line', increment: 1, cash_increment: 1, inclusive: 'tax' },
    taxes: [{ code: 'std', name: 'VAT', rate: '0.19', included: true }],
    outlets: [{ code: 'main', name: 'Main', timezone: 'Europe/Berlin', stations: ['bar'], devices: [{ code: 'R1', kind: 'register' }] }],
    categories: [{ code: 'all', name: 'All' }],
    groups: [{ code: 'milk', name: 'Milk', min: 0, max: 1, modifiers: [{ code: 'oat', name: 'Oat', price: 50 }] }],
    items: [
      { code: 'tea', name: 'Tea', category: 'all', price: 300, taxes: ['std'], groups: ['milk'], station: 'bar' },
      { code: 'cake', name: 'Cake', category: 'all', price: 400, taxes: ['std'], stock: '5' },
      { code: 'menu', name: 'Menu', category: 'all', price: 600, taxes: ['std'], combo: [{ name: 'Drink', items: ['tea'] }] },
    ],
  };
  change(doc);
  return doc;
}

const file = (text) => {
  const path = join(folder, 'template.json');
  writeFileSync(path, typeof text === 'string' ? text : JSON.stringify(text));
  return path;
};

/** Everything that a business leaves in the database, as numbers. */
const weight = () => stack.psql("SELECT (SELECT count(*) FROM pos.tenant), (SELECT count(*) FROM pos.directory), (SELECT count(*) FROM journal.journal), (SELECT count(*) FROM pos.item)");

test('the schema is one, and every ready-made template fits it', () => {
  for (const name of names) assert.ok(fits(read(name)), `${name}: ${JSON.stringify(fits.errors)}`);
  assert.ok(fits(small()));
});

// What the schema refuses: ajv and the tool must agree, and the tool says where.
const faults = [
  [(d) => { delete d.taxes; }, '$: has no "taxes"'],
  [(d) => { d.colour = 'red'; }, '$.colour: is not known here'],
  [(d) => { d.items[1].price = '400'; }, '$.items[1].price: must be of type integer, not string'],
  [(d) => { d.items[1].price = 4.5; }, '$.items[1].price: must be of type integer, not number'],
  [(d) => { d.items[1].price = -1; }, '$.items[1].price: -1 is less than 0'],
  [(d) => { d.items = []; }, '$.items: 0 elements is less than 1'],
  [(d) => { d.rounding.mode = 'up_half'; }, '$.rounding.mode: "up_half" is not one of half_up, half_even, half_down, up, down, ceiling, floor'],
  [(d) => { d.taxes[0].rate = '19 %'; }, '$.taxes[0].rate: "19 %" does not have the form ^([0-9](\\.[0-9]{1,9})?|10)$'],
  [(d) => { d.taxes[0].included = 'yes'; }, '$.taxes[0].included: must be of type boolean, not string'],
  [(d) => { d.outlets[0].devices[0].kind = 'toaster'; }, '$.outlets[0].devices[0].kind: "toaster" is not one of register, kitchen, kiosk, fridge, display'],
  [(d) => { d.items[0].name = ''; }, '$.items[0].name: 0 characters is less than 1'],
  [(d) => { d.items[0].name = 'ä'.repeat(201); }, '$.items[0].name: 201 characters is more than 200'],
  [(d) => { d.items[2].combo[0].item = []; }, '$.items[2].combo[0].item: is not known here'],
  [(d) => { d.slug = 'Small Shop'; }, '$.slug: "Small Shop" does not have the form ^[a-z0-9][a-z0-9-]{0,62}$'],
  [(d) => { d.staff = [{ number: '1', name: 'A', role: 'manager', pin: '12' }]; }, '$.staff[0].pin: "12" does not have the form ^[0-9]{4,8}$'],
  [(d) => { d.groups[0].modifiers[0] = null; }, '$.groups[0].modifiers[0]: must be of type object, not null'],
];

// What a schema cannot say.
const broken = [
  [(d) => { d.items[1].code = 'tea'; }, '$.items[1].code: another item has "tea" already'],
  [(d) => { d.items[0].taxes = ['red']; }, '$.items[0].taxes[0]: there is no tax "red"'],
  [(d) => { d.items[0].taxes = ['std', 'std']; }, '$.items[0].taxes[1]: tax "std" is named twice'],
  [(d) => { d.items[0].groups = ['milk', 'size']; }, '$.items[0].groups[1]: there is no group "size"'],
  [(d) => { d.items[0].category = 'tea'; }, '$.items[0].category: there is no category "tea"'],
  [(d) => { d.items[0].station = 'grill'; }, '$.items[0].station: no outlet has a station "grill"'],
  [(d) => { d.items[2].combo[0].items = ['coffee']; }, '$.items[2].combo[0].items[0]: there is no item "coffee"'],
  [(d) => { d.items[2].combo[0].items = ['menu']; }, '$.items[2].combo[0].items[0]: there is no item that is no combo itself: "menu"'],
  [(d) => { d.groups[0].min = 2; }, '$.groups[0]: min is more than max'],
  [(d) => { d.outlets.push(d.outlets[0]); }, '$.outlets[1].code: another outlet has "main" already'],
  [(d) => { d.outlets[0].timezone = 'Europe/Atlantis'; }, '$.outlets[0].timezone: there is no time zone "Europe/Atlantis"'],
  [(d) => { d.roles = [{ code: 'manager', name: 'M', scopes: ['*', 'order.raed'] }]; }, '$.roles[0].scopes[1]: there is no right "order.raed"'],
  [(d) => { d.roles = [{ code: 'manager', name: 'M', scopes: ['session', 'auth'] }]; }, '$.roles[0].scopes[1]: there is no right "auth"'],
  [(d) => { d.roles = [{ code: 'boss', name: 'M', scopes: ['*'] }]; }, '$.roles: there is no role "manager"'],
  [(d) => { d.roles = [{ code: 'manager', name: 'M', scopes: ['session'] }]; }, '$.roles[0]: a manager needs the right "staff.write"'],
  [(d) => { d.staff = [{ number: '1', name: 'A', role: 'owner', pin: '8362' }]; }, '$.staff[0].role: there is no role "owner"'],
  [(d) => { d.staff = ['1', '2'].map((number) => ({ number, name: 'A', role: 'manager', pin: '8362' })); }, '$.staff[1].pin: another person has "8362" already'],
  [(d) => { d.staff = [{ number: '1', name: 'A', role: 'manager', pin: '1234' }]; },
    '$.staff[0].pin: the PIN is refused: its digits are in a row (only --demo takes it)'],
];

test('whatever is wrong is named by file, place and reason, and nothing is made', async () => {
  const empty = await weight();
  for (const [change, line] of [...faults, ...broken]) {
    const path = file(small(change));
    const { status, out, err } = await tool('create', path);
    assert.deepEqual({ status, out, err }, { status: 3, out: '', err: `mpos: ${path}: ${line}` });
  }
  for (const [change, line] of faults) assert.ok(!fits(small(change)), `ajv takes what the tool refuses: ${line}`);
  for (const [change, line] of broken) assert.ok(fits(small(change)), `a case of the schema: ${line}`);
  const cut = file(JSON.stringify(small()).slice(0, -20));
  assert.match((await tool('create', cut)).err, new RegExp(`^mpos: ${cut}: line 1, column \\d+: .+$`));
  assert.match((await tool('create', file('{"name": 1, "name": 2}'))).err, /line 1, column \d+: duplicate object key/);
  assert.match((await tool('create', 'X', '--template', 'bakery')).err, /^mpos: no template "bakery": there are cafe, restaurant/);
  assert.equal(await weight(), empty);
});

test('rules of a template are rows with ids; what they name must be in it', async () => {
  const rule = (definition) => [{ code: 'r', name: 'Rule', definition }];
  const whole = small((d) => {
    d.items[0].variants = [{ code: 's', name: 'Small', price: 250, barcodes: ['12345670'] }];
    d.items[0].prices = [{ book: 'r', variant: 's', min_qty: '2', price: 200 }];
    d.customer_groups = [{ code: 'staff', name: 'Staff' }];
    d.books = rule({ outlets: ['main'], customer_groups: ['staff'] });
    d.promotions = rule({ kind: 'percent', rate: '0.1', targets: { items: ['tea'], categories: ['all'] } });
    d.charges = rule({ kind: 'fixed', amount: 100, taxes: ['std'] });
    d.tax_maps = rule({ replace: [{ tax: 'std', by: ['std'] }], keep: 'gross', when: { places: ['delivery'] } });
    d.settings = { apportion: 'last_line' };
  });
  assert.ok(fits(whole));
  const { status, err } = await tool('create', file(whole));
  assert.equal(status, 0, err);
  const ids = await stack.psql(`SELECT p.definition = jsonb_build_object('kind', 'percent', 'rate', '0.1', 'targets',
      jsonb_build_object('item_ids', jsonb_build_array(i.item_id), 'category_ids', jsonb_build_array(i.category_id))),
      x.price, x.min_qty, s.definition->>'apportion'
      FROM pos.tenant t JOIN pos.promotion p USING (tenant_id) JOIN pos.item i USING (tenant_id) JOIN pos.rule_settings s USING (tenant_id)
      JOIN pos.price x ON x.item_id = i.item_id WHERE t.name = 'Small' AND i.code = 'tea' AND x.variant_id IS NOT NULL`);
  assert.equal(ids, 't|200|2000000|last_line');
  const before = await weight();
  for (const [change, message] of [
    [(d) => { d.promotions = rule({ kind: 'percent', rate: '0.1', targets: { items: ['cocoa'] } }); }, 'a rule or price of the template names the item "cocoa", which is not in it'],
    [(d) => { d.items[0].prices = [{ book: 'x', price: 1 }]; }, 'a rule or price of the template names the price book "x", which is not in it'],
    [(d) => { d.books = rule({}); d.items[0].prices = [{ book: 'r', variant: 'x', price: 1 }]; }, 'a price of the item "tea" names a variant that it does not have'],
    [(d) => { d.items[0].barcodes = ['1234', '1234']; }, 'a barcode of the template, or a code of a variant, is there twice'],
  ]) {
    const { status: refused, err: line } = await tool('create', file(small((d) => { d.slug = 'other'; change(d); })));
    assert.deepEqual([refused, line.split('\n').at(-1)], [3, `mpos: ${message}`]);
  }
  assert.equal(await weight(), before);
});

test('what the database refuses is undone as a whole', async () => {
  const empty = await weight();
  await stack.psql("CREATE FUNCTION pos.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'the disk is full'; END $$; "
    + 'CREATE TRIGGER refuse BEFORE INSERT ON pos.catalogue_head FOR EACH ROW EXECUTE FUNCTION pos.refuse()');
  const { status, err } = await tool('create', 'Late', '--template', 'cafe');
  await stack.psql('DROP FUNCTION pos.refuse() CASCADE');
  assert.deepEqual([status, err.split('\n').at(-1)], [3, 'mpos: the disk is full']);
  assert.equal(await weight(), empty);
});

async function sellOne(credentials) {
  const client = await signIn(stack.url, credentials);
  const catalogue = await readCatalogue(client);
  const free = (item) => !item.combo.length && item.group_ids.every((id) => catalogue.groups.find((group) => group.id === id).min === 0);
  const item = catalogue.items.find(free);
  const taxes = item.tax_ids.map((id) => catalogue.taxes.find((tax) => tax.id === id));
  const added = taxes.filter((tax) => !tax.included).reduce((sum, tax) => sum + Math.round(item.price * Number(tax.rate)), 0);
  const cash = Math.round((item.price + added) / 5) * 5 + 5;
  const { order } = ok(await client.post('/v1/orders', {
    lines: [{ item_id: item.id, qty: '1' }], payments: [{ tender: 'cash', amount: item.price + added, tendered: cash }],
  }), 201);
  return order;
}

for (const name of names) {
  test(`${name} provisions and sells`, async () => {
    const { status, out, err } = await tool('create', '--template', name, '--demo');
    assert.equal(status, 0, err);
    const [slug, id] = out.split('\t');
    assert.equal(slug, read(name).demo.slug);
    const order = await sellOne({ tenant: slug, outlet: read(name).outlets[0].code, staff: '101', pin: '1234' });
    assert.equal(order.payment_state, 'paid');
    const made = await stack.psql(`SELECT (SELECT count(*) FROM pos.item WHERE tenant_id = '${id}'), (SELECT count(*) FROM pos.outlet WHERE tenant_id = '${id}'),
      (SELECT string_agg(code, ',' ORDER BY code) FROM pos.role WHERE tenant_id = '${id}'), (SELECT count(DISTINCT kind) - 1 FROM pos.device WHERE tenant_id = '${id}')`);
    const { items, outlets, roles = [{ code: 'manager' }, { code: 'cashier' }, { code: 'kitchen' }] } = read(name);
    const kinds = new Set(outlets.flatMap((outlet) => outlet.devices.map((device) => device.kind)));
    assert.equal(made, [items.length, outlets.length, roles.map((role) => role.code).sort().join(','), kinds.size].join('|'));
  });
}

test('a business without a demo gets one manager whose PIN is told once', async () => {
  const { status, out, err } = await tool('create', 'Bär & Söhne Nº 5', '--template', 'cafe', '--country', 'AT', '--manager', 'Ida');
  assert.equal(status, 0, err);
  const [slug, id, number, pin] = out.split('\t');
  assert.deepEqual([slug, number], ['bar-sohne-n-5', '101']);
  assert.match(pin, /^\d{6}$/);
  assert.match(err, /shown this once/);
  assert.equal(await stack.psql(`SELECT string_agg(number || name || role, ',') FROM pos.staff WHERE tenant_id = '${id}'`), '101Idamanager');
  assert.equal(await stack.psql(`SELECT country || pairing || state FROM pos.tenant WHERE tenant_id = '${id}'`), 'ATrequiredactive');
  const found = await stack.psql(`SELECT count(*) FROM journal.entry WHERE position('${pin}'::bytea in mpos.unpack(packed)) > 0`);
  assert.equal(found, '0', 'the journal does not know it');
  assert.equal((await sellOne({ tenant: slug, outlet: 'main', staff: '101', pin })).payment_state, 'paid');
});

test('a given PIN is taken unless it is weak; a taken name is refused', async () => {
  for (const [pin, why] of [['1111', 'repeat'], ['4321', 'in a row'], ['1212', 'repeat'], ['1987', 'year'], ['2580', 'many people'], ['12', 'four to eight'], ['12a4', 'four to eight']]) {
    const { status, err } = await tool('create', 'Pinned', '--template', 'cafe', '--pin', pin);
    assert.equal(status, 3);
    assert.match(err, new RegExp(`^mpos: the PIN is refused: .*${why}`));
  }
  const { status, out } = await tool('create', 'Pinned', '--template', 'cafe', '--pin', '-', { input: '83625\n' });
  assert.deepEqual([status, out.split('\t').length], [0, 2], 'nobody is told what they know');
  assert.equal((await sellOne({ tenant: 'pinned', outlet: 'main', staff: '101', pin: '83625' })).payment_state, 'paid');
  const again = await tool('create', 'Pinned', '--template', 'cafe');
  assert.deepEqual([again.status, again.err], [3, 'mpos: the short name "pinned" is taken: set another one with --slug']);
  assert.equal((await tool('create', '北京', '--template', 'cafe')).status, 2);
  assert.match((await tool('create', 'Yen', '--template', 'cafe', '--currency', 'JPY')).err, /prices of the template have 2 decimals and JPY has 0/);
});
