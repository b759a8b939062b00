// Random carts from a seed: what a register may put into an order, with modifiers, combos, discounts and every tax.

/** mulberry32: small, seedable, the same everywhere. Returns below(n): 0 to n-1. */
export function seeded(seed) {
  let state = seed >>> 0;
  return (n) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  };
}

function uuid(below) {
  const digits = Array.from({ length: 32 }, () => below(16).toString(16));
  digits[12] = '7';
  digits[16] = '8';
  return digits.join('').replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5');
}

function pick(below, list) {
  return list[below(list.length)];
}

function modifiers(below, document, item) {
  const chosen = [];
  for (const group of item.group_ids.map((id) => document.groups.find((one) => one.id === id))) {
    const most = Math.min(group.max || group.modifiers.length, group.modifiers.length);
    const count = Math.max(group.min, below(most + 1));
    const rest = [...group.modifiers];
    for (let i = 0; i < count; i += 1) chosen.push({ modifier_id: rest.splice(below(rest.length), 1)[0].id, qty: 1 });
  }
  return chosen;
}

function discount(below) {
  if (below(2)) return { type: 'percent', rate: `0.${1 + below(9)}${below(2) ? '' : below(1000)}` };
  return { type: 'fixed', amount: 1 + below(300) };
}

function discounts(below, share) {
  return below(100) < share ? Array.from({ length: 1 + below(2) }, () => discount(below)) : [];
}

const quantities = ['1', '1', '1', '2', '3', '7', '0.5', '0.345', '1.333333', '12.000001'];

function component(below, document, slot) {
  const id = pick(below, slot.item_ids);
  const item = document.items.find((one) => one.id === id);
  return { id: uuid(below), slot_id: slot.id, item_id: item.id, modifiers: modifiers(below, document, item) };
}

function line(below, document) {
  const item = pick(below, document.items);
  const combo = item.combo.length > 0;
  return {
    id: uuid(below),
    item_id: item.id,
    ...(item.variants.length ? { variant_id: pick(below, item.variants).id } : {}),
    ...(item.open_price ? { unit_price: below(2000) } : {}),
    qty: combo ? String(1 + below(3)) : pick(below, quantities),
    modifiers: combo ? [] : modifiers(below, document, item),
    discounts: discounts(below, 25),
    ...(below(3) ? {} : { at: '' }), // to be replaced by a minute
    components: item.combo.map((slot) => component(below, document, slot)),
  };
}

const channels = ['counter', 'dine_in', 'takeaway', 'kiosk', 'qr', 'web', 'delivery', 'fridge', 'api'];

/** Where, for how many and for whom, with what rules.mjs has made depend on it. */
function circumstances(below, { coupons, group, charge }) {
  const some = (share, members) => (below(100) < share ? members : {});
  return {
    channel: pick(below, channels),
    ...some(50, { place: pick(below, ['dine_in', 'take_away', 'delivery']) }),
    ...some(50, { guests: pick(below, [1, 2, 9, 12]) }),
    ...some(50, { customer_group_id: group }),
    ...some(40, { coupons: coupons.slice(0, 1 + below(2)).map((code) => (below(2) ? code : code.toUpperCase())) }),
    ...some(10, { exempt: true }),
    ...some(20, { waive: [charge] }),
  };
}

/** An OrderPlace without payments, in circumstances when the rules for them are given. */
export function randomCart(below, document, rules) {
  return {
    id: uuid(below),
    lines: Array.from({ length: 1 + below(8) }, () => line(below, document)),
    discounts: discounts(below, 25),
    ...(rules && circumstances(below, rules)),
  };
}

/** What a cart has of what the test wants to see often. */
export function traits(cart, document) {
  const parts = cart.lines.flatMap((one) => [one, ...one.components]);
  const taxes = new Set(parts.flatMap((part) => document.items.find((item) => item.id === part.item_id).tax_ids));
  return {
    modifiers: parts.some((part) => part.modifiers.length > 0),
    discounts: cart.discounts.length > 0 || cart.lines.some((one) => one.discounts.length > 0),
    bothTaxes: taxes.size > 1,
    combos: cart.lines.some((one) => one.components.length > 0),
  };
}
