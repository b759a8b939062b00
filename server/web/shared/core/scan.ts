/* What a scanner sent, taken apart by the core. The layout is that of extension/core/wasm/scan.c. */
import { ByteReader, ByteWriter } from './bytes';

const kinds = ['text', 'article', 'elements'] as const;
const units = ['piece', 'kg', 'lb', 'l', 'm', 'm2'] as const;
const symbologies = ['any', 'ean8', 'ean13', 'upca', 'upce', 'gtin14', 'sscc'];
const facts = { gtin: 1, quantity: 2, amount: 4, expiry: 8, lot: 16, serial: 32 };
const noPattern = 0xff;

/** A pattern of the tenant: digits, dots and one group in braces, such as "21.....{NNDDD}.". */
export interface CodePattern {
  readonly pattern: string;
  /** "ean13", "upca" ...; left out it is any number of digits. */
  readonly symbology?: string | null;
}

export interface Scanned {
  readonly kind: (typeof kinds)[number];
  /** The article's 14 digits. */
  readonly gtin: string | null;
  /** Of an element string, scale 6. */
  readonly quantity: { readonly units: number; readonly unit: (typeof units)[number] } | null;
  /** Of an element string, minor units. */
  readonly amount: number | null;
  /** "2027-01-31" */
  readonly expiry: string | null;
  readonly lot: string | null;
  readonly serial: string | null;
  /** What the first pattern that matched found; the base is what the article is filed under. */
  readonly embedded: { readonly pattern: number; readonly base: string; readonly value: number; readonly decimals: number } | null;
}

export function scanInput(code: string, patterns: readonly CodePattern[], exponent: number, year: number): Uint8Array {
  const text = new TextEncoder().encode(code);
  const out = new ByteWriter();
  out.u8(exponent);
  out.u8(patterns.length);
  out.u16(year);
  out.u16(text.length);
  out.raw(text);
  for (const { pattern, symbology } of patterns) {
    const bytes = new TextEncoder().encode(pattern);
    out.u8(Math.max(0, symbologies.indexOf(symbology ?? 'any')));
    out.u8(bytes.length);
    out.raw(bytes);
  }
  return out.done();
}

const day = (n: number): string => `${Math.floor(n / 10000)}-${String(Math.floor(n / 100) % 100).padStart(2, '0')}-${String(n % 100).padStart(2, '0')}`;

export function readScan(bytes: Uint8Array, code: string): Scanned {
  const form = new ByteReader(bytes);
  const kind = kinds[form.u8()]!;
  const has = form.u8();
  const unit = units[form.u8()]!;
  const pattern = form.u8();
  const decimals = form.u8();
  const baseSize = form.u8();
  const text = new TextEncoder().encode(code);
  const part = (): string => {
    const at = form.u16();
    return new TextDecoder().decode(text.slice(at, at + form.u16()));
  };
  const lot = part();
  const serial = part();
  const gtin = form.ascii(14);
  const base = form.ascii(48).slice(0, baseSize);
  const value = form.i64();
  const quantity = form.i64();
  const amount = form.i64();
  const expiry = form.i64();
  return {
    kind,
    gtin: has & facts.gtin ? gtin : null,
    quantity: has & facts.quantity ? { units: quantity, unit } : null,
    amount: has & facts.amount ? amount : null,
    expiry: has & facts.expiry ? day(expiry) : null,
    lot: has & facts.lot ? lot : null,
    serial: has & facts.serial ? serial : null,
    embedded: pattern === noPattern ? null : { pattern, base, value, decimals },
  };
}
