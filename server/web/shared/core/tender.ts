/* How cash pays a bill, as the core settles it: the question 'T' of extension/core/answer.h, with one tender at most. */
import { ByteReader, ByteWriter } from './bytes';

const exact = 1_000_000_000;

/** A currency that is taken. Rate: of the order's currency for one of it; rate and spread have scale 9. */
export interface TenderCurrency {
  readonly code: string;
  readonly exponent: number;
  readonly rate: number;
  readonly spread: number;
  /** Smallest coin, minor units. */
  readonly coin: number;
}

export interface Bill {
  readonly total: number;
  readonly tip: number;
  /** Number of the rounding mode. */
  readonly mode: number;
  readonly home: { readonly code: string; readonly exponent: number; readonly coin: number };
  /** What is handed over, when that is not the order's currency. */
  readonly other: TenderCurrency | null;
  /** Whether change is given in the other currency as far as its coins reach. */
  readonly changeInOther: boolean;
  /** Handed over; null only asks what is payable. */
  readonly tendered: number | null;
}

/** Minor units of the order's currency but for changeOther. */
export interface Settlement {
  readonly left: number;
  readonly payable: number;
  readonly rounding: number;
  readonly change: number;
  readonly changeOther: number;
  readonly changeHome: number;
  /** Of what was handed over. */
  readonly value: number;
}

export function tenderQuestion(bill: Bill): Uint8Array {
  const out = new ByteWriter();
  const currencies: TenderCurrency[] = [{ ...bill.home, rate: exact, spread: 0 }];
  if (bill.other) currencies.push(bill.other);
  out.ascii('T');
  out.u8(bill.mode);
  out.u8(bill.other && bill.changeInOther ? 1 : 0);
  out.u8(currencies.length);
  out.u8(bill.tendered === null ? 0 : 1);
  out.i64(bill.total);
  out.i64(bill.tip);
  for (const currency of currencies) {
    out.ascii(currency.code);
    out.u8(currency.exponent);
    out.i64(currency.rate);
    out.i64(currency.spread);
    out.i64(currency.coin);
  }
  if (bill.tendered !== null) {
    out.u8(1); // cash
    out.u8(0);
    out.u8(bill.other ? 1 : 0);
    out.i64(bill.tendered);
    out.i64(0);
  }
  return out.done();
}

/** Of an answer after its error number. */
export function readSettlement(form: ByteReader, bill: Bill): Settlement {
  form.i64(); // due
  const [left, payable] = [form.i64(), form.i64()];
  form.skip(16); // tip, paid
  const [rounding, change, changeOther, changeHome] = [form.i64(), form.i64(), form.i64(), form.i64()];
  return { left, payable, rounding, change, changeOther, changeHome, value: bill.tendered === null ? 0 : form.i64() };
}
