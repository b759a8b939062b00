/* Big-endian reading and writing of the core's binary forms. Amounts are numbers: the core keeps them within 2^53. */
import { uuidText } from '../ids/ids';

/** The 16 bytes of a uuid's text form. */
export function uuidBytes(text: string): Uint8Array {
  const hex = text.replace(/-/g, '');
  if (!/^[0-9a-f]{32}$/i.test(hex)) throw new TypeError(`not a uuid: ${text}`);
  return hexBytes(hex);
}

export function hexBytes(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, i) => parseInt(hex.slice(2 * i, 2 * i + 2), 16));
}

export function hexText(bytes: Uint8Array): string {
  return Array.from(bytes, (b) => b.toString(16).padStart(2, '0')).join('');
}

/** "0.19" at scale 9 is 190000000. Throws for another form or more decimals than the scale. */
export function decimalUnits(text: string, scale: number): number {
  const match = /^([0-9]+)(?:\.([0-9]+))?$/.exec(text);
  const decimals = match?.[2] ?? '';
  if (!match || decimals.length > scale) throw new TypeError(`not a decimal of ${scale} places: ${text}`);
  const units = Number(match[1] + decimals.padEnd(scale, '0'));
  if (!Number.isSafeInteger(units)) throw new RangeError(`too large: ${text}`);
  return units;
}

/** The reverse, without trailing zeros. */
export function decimalText(units: number, scale: number): string {
  const digits = String(units).padStart(scale + 1, '0');
  const decimals = digits.slice(digits.length - scale).replace(/0+$/, '');
  const whole = digits.slice(0, digits.length - scale);
  return decimals === '' ? whole : `${whole}.${decimals}`;
}

export class ByteWriter {
  private bytes = new Uint8Array(1024);
  private view = new DataView(this.bytes.buffer);
  private size = 0;

  /** Room for count bytes. It may replace bytes and view, so callers name them only afterwards. */
  private take(count: number): number {
    const at = this.size;
    this.size += count;
    if (this.size > this.bytes.length) {
      const larger = new Uint8Array(Math.max(this.size, 2 * this.bytes.length));
      larger.set(this.bytes);
      this.bytes = larger;
      this.view = new DataView(larger.buffer);
    }
    return at;
  }

  u8(value: number): void {
    const at = this.take(1);
    this.view.setUint8(at, value);
  }

  u16(value: number): void {
    const at = this.take(2);
    this.view.setUint16(at, value);
  }

  u32(value: number): void {
    const at = this.take(4);
    this.view.setUint32(at, value);
  }

  /** A whole number; BigInt throws for anything else. */
  i64(value: number): void {
    const at = this.take(8);
    this.view.setBigInt64(at, BigInt(value));
  }

  raw(bytes: Uint8Array): void {
    const at = this.take(bytes.length);
    this.bytes.set(bytes, at);
  }

  ascii(text: string): void {
    this.raw(Uint8Array.from(text, (c) => c.charCodeAt(0)));
  }

  zero(count: number): void {
    this.take(count);
  }

  done(): Uint8Array {
    return this.bytes.slice(0, this.size);
  }
}

export class ByteReader {
  private readonly view: DataView;
  private at = 0;

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  private take(count: number): number {
    const at = this.at;
    this.at += count;
    if (this.at > this.bytes.length) throw new RangeError('the form is too short');
    return at;
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  u16(): number {
    return this.view.getUint16(this.take(2));
  }

  u32(): number {
    return this.view.getUint32(this.take(4));
  }

  i64(): number {
    return Number(this.view.getBigInt64(this.take(8)));
  }

  raw(count: number): Uint8Array {
    const at = this.take(count);
    return this.bytes.slice(at, at + count);
  }

  ascii(count: number): string {
    return String.fromCharCode(...this.raw(count));
  }

  uuid(): string {
    return uuidText(this.raw(16));
  }

  skip(count: number): void {
    this.take(count);
  }

  get ended(): boolean {
    return this.at === this.bytes.length;
  }
}
