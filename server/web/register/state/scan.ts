/*
 * What a scanned code sells. The core takes the code apart; here it is looked up: as it stands, as the article's number in
 * each of its lengths, as what a pattern of the business says is filed under it.
 */
import type { Item } from '../../shared/api/types';
import type { Catalogue } from '../../shared/catalogue/catalogue';
import { idAt, rowByCode } from '../../shared/catalogue/rows';
import { CoreError } from '../../shared/core/core';
import type { Scanned } from '../../shared/core/scan';
import { t } from '../../shared/i18n/i18n';
import { warn } from '../../shared/ui/overlay';
import { catalogueOf, query } from './catalogue';
import { nextQty, order } from './order';
import { picking, takeItem, type Given } from './picker';
import { core } from './pricing';
import { closeSale } from './sheet';
import { signalMissing } from './signals';
import { mode } from './till';

const qtyScale = 6;

/* 14 digits stand for the same article as what is left without leading zeros, in the lengths that are printed. */
const lengths = [13, 12, 8];

function formsOf(gtin: string): string[] {
  const shorter = lengths.filter((n) => /^0*$/.test(gtin.slice(0, 14 - n))).map((n) => gtin.slice(14 - n));
  return [gtin, ...shorter];
}

interface Hit {
  readonly id: string;
  /** The code that it is filed under; says which variant it is. */
  readonly code: string;
  readonly given: Given;
  /** What an element string counts its quantity in; null where the quantity is in the item's own unit. */
  readonly unit: string | null;
}

function find(of: Catalogue, codes: readonly string[], given: Given, unit: string | null = null): Hit | null {
  for (const code of codes) {
    const row = rowByCode(of.rows, code);
    if (row >= 0) return { id: idAt(of.rows, row), code, given, unit };
  }
  return null;
}

/* A value with its own decimals as an integer of another scale; null when digits would be lost. */
function rescale(value: number, from: number, to: number): number | null {
  const scaled = from <= to ? value * 10 ** (to - from) : value / 10 ** (from - to);
  return Number.isSafeInteger(scaled) ? scaled : null;
}

function embeddedGiven(of: Catalogue, found: NonNullable<Scanned['embedded']>): Given | null {
  const price = of.menu.barcode_patterns[found.pattern]!.value === 'price';
  const value = rescale(found.value, found.decimals, price ? of.manifest.exponent : qtyScale);
  if (value === null) return null;
  return price ? { price: value } : { qty: value };
}

/* The code first as it stands: who files an article under a code that looks like a weight means that article. */
function lookUp(of: Catalogue, code: string, scanned: Scanned): Hit | null {
  if (scanned.kind === 'elements') {
    const given = { qty: scanned.quantity?.units, price: scanned.amount ?? undefined };
    return scanned.gtin ? find(of, formsOf(scanned.gtin), given, scanned.quantity?.unit ?? null) : null;
  }
  const whole = find(of, [code, ...(scanned.gtin ? formsOf(scanned.gtin) : [])], {});
  if (whole || !scanned.embedded) return whole;
  const given = embeddedGiven(of, scanned.embedded);
  return given && find(of, [scanned.embedded.base, ...formsOf(scanned.embedded.base.padStart(14, '0'))], given);
}

const variantOf = (item: Item, code: string): string | undefined =>
  item.variants.find((v) => v.code.toLowerCase() === code.toLowerCase() || v.barcodes.includes(code))?.id;

/* The weight on a packet that is sold by the piece is not its quantity. */
const counts = (item: Item, unit: string | null): boolean => unit === null || unit === (item.unit ?? 'piece');

/* A price on the label of an item that is weighed says how much of it there is: the quantity that costs as much. */
function fitting(item: Item, { given, unit }: Hit): Given | null {
  const qty = given.qty !== undefined && counts(item, unit) ? given.qty : undefined;
  if (given.price === undefined || item.open_price) return { qty, price: given.price };
  if (qty !== undefined) return { qty };
  if (item.unit === null || item.price === 0) return null;
  const scale = 10n ** BigInt(qtyScale);
  return { qty: Number((BigInt(given.price) * scale + BigInt(item.price) / 2n) / BigInt(item.price)) };
}

function refuse(text: string): void {
  warn(text);
  signalMissing();
}

function tellExpiry(scanned: Scanned, item: Item): void {
  const today = new Date().toISOString().slice(0, 10);
  if (scanned.expiry && scanned.expiry < today) refuse(t('scan.expired', { name: item.name, d: scanned.expiry }));
}

function read(of: Catalogue, code: string): Scanned | null {
  try {
    return core.value!.scan(code, of.menu.barcode_patterns, of.manifest.exponent, new Date().getFullYear());
  } catch (e) {
    if (e instanceof CoreError) return null;
    throw e;
  }
}

async function sell(of: Catalogue, code: string): Promise<void> {
  const scanned = read(of, code);
  const hit = scanned && lookUp(of, code, scanned);
  const item = hit ? await of.load(hit.id) : undefined;
  if (!item || !hit) return refuse(t(scanned ? 'menu.unknown' : 'scan.broken', { q: code }));
  const given = fitting(item, hit);
  if (!given) return refuse(t('scan.price', { name: item.name }));
  picking.value = null;
  takeItem(item, { ...given, variantId: variantOf(item, hit.code) });
  tellExpiry(scanned, item);
}

let last: Promise<void> = Promise.resolve();

/** Sells what the code stands for, or says that there is nothing. Scans are taken one after the other. */
export function takeScan(code: string): void {
  query.value = '';
  nextQty.value = 1;
  closeSale();
  mode.value = 'sell';
  last = last.then(() => sell(catalogueOf(order.value), code)).catch((e: unknown) => refuse(String(e)));
}
