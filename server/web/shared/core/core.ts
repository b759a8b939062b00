/*
 * The core as WASM: the same C code that prices in the database and reads the journal. It sells a
 * basket (basket.ts) by the published rules (rules.ts) and gives a priced form (priced.ts), or checks a receipt's proof
 * (proof.ts); nothing of that is calculated outside it.
 */
import { sha256 } from '@noble/hashes/sha2';
import { ByteReader, hexText } from './bytes';
import { readScan, scanInput, type CodePattern, type Scanned } from './scan';
import { readSettlement, tenderQuestion, type Bill, type Settlement } from './tender';

/** What the module exports; see extension/core/wasm/exports.c. Results below zero are minus an error number. */
interface CoreExports {
  memory: WebAssembly.Memory;
  input(): number;
  input_size(): number;
  output(): number;
  price(size: number): number;
  rules(): number;
  rules_size(): number;
  load_rules(size: number): number;
  sell(size: number): number;
  explain(): number;
  allowance(limit: bigint): bigint;
  answer(size: number): number;
  check_proof(size: number): number;
  scan(size: number): number;
  order_next(op: number, state: number, payment: number): number;
  kitchen_bump(from: number, to: number): number;
  error_code(error: number): number;
}

/* In the order of the enums of extension/core/order.h. */
export const orderStates = ['open', 'submitted', 'in_preparation', 'ready', 'served', 'closed', 'voided'] as const;
export const paymentStates = ['unpaid', 'partial', 'paid', 'overpaid', 'partly_refunded', 'refunded'] as const;
export const kitchenStates = ['new', 'cooking', 'ready', 'served', 'cancelled'] as const;
export const orderOps = [
  'add_line',
  'void_line',
  'send',
  'requeue',
  'prepare',
  'ready',
  'serve',
  'pay',
  'close',
  'void',
  'refund',
] as const;

export type OrderState = (typeof orderStates)[number];
export type PaymentState = (typeof paymentStates)[number];
export type KitchenState = (typeof kitchenStates)[number];
export type OrderOp = (typeof orderOps)[number];

/** A refusal of the core with its stable code, such as "amount_overflow". */
export class CoreError extends Error {
  constructor(readonly code: string) {
    super(`the core refused: ${code}`);
  }
}

/** SHA-256 in hex; of a priced form it is what travels with the sale. */
export function sha256Hex(bytes: Uint8Array): string {
  return hexText(sha256(bytes));
}

export class Core {
  private constructor(
    private readonly wasm: CoreExports,
    /** SHA-256 of the module, which operations name. */
    readonly hash: string,
  ) {}

  static async load(bytes: Uint8Array): Promise<Core> {
    const { instance } = await WebAssembly.instantiate(bytes as BufferSource, {});
    return new Core(instance.exports as unknown as CoreExports, sha256Hex(bytes));
  }

  /** Loads from an address such as /core/<sha256>.wasm and checks the hash when it is given. */
  static async fetch(url: string, hash?: string): Promise<Core> {
    const response = await fetch(url);
    if (!response.ok) throw new Error(`the core could not be loaded: ${response.status}`);
    const core = await Core.load(new Uint8Array(await response.arrayBuffer()));
    if (hash !== undefined && core.hash !== hash) throw new Error('the core is not the one that was announced');
    return core;
  }

  /** Prices a cart form. The result is a copy. Throws CoreError. */
  price(cart: Uint8Array): Uint8Array {
    return this.through(cart, (size) => this.wasm.price(size));
  }

  /** The rules that baskets are sold by from now on. Throws CoreError; then there are none. */
  loadRules(rules: Uint8Array): void {
    if (rules.length > this.wasm.rules_size()) throw new CoreError('too_many');
    new Uint8Array(this.wasm.memory.buffer, this.wasm.rules(), rules.length).set(rules);
    this.checked(this.wasm.load_rules(rules.length));
  }

  /** Sells a basket form by the loaded rules: its priced form, a copy. Throws CoreError. */
  sell(basket: Uint8Array): Uint8Array {
    return this.through(basket, (size) => this.wasm.sell(size));
  }

  /** The trace of the last sale: the form MPOSWHY1 of extension/core/explain.h, a copy. Throws CoreError. */
  explain(): Uint8Array {
    const size = this.checked(this.wasm.explain());
    return new Uint8Array(this.wasm.memory.buffer, this.wasm.output(), size).slice();
  }

  /** The most discount by hand that a limit (rate of scale 9) allows the last sale. Throws CoreError. */
  allowance(limit: number): number {
    return this.checked(Number(this.wasm.allowance(BigInt(limit))));
  }

  /** How cash pays a bill. Throws CoreError. */
  settle(bill: Bill): Settlement {
    const answer = new ByteReader(this.through(tenderQuestion(bill), (size) => this.wasm.answer(size)));
    this.checked(-answer.u16());
    return readSettlement(answer, bill);
  }

  /** Checks a receipt's proof; layouts as in extension/core/wasm/proof.h, see proof.ts. */
  checkProof(input: Uint8Array): Uint8Array {
    return this.through(input, (size) => this.wasm.check_proof(size));
  }

  /** Takes a scanned code apart. Throws CoreError for an element string that cannot be read, or a pattern that is none. */
  scan(code: string, patterns: readonly CodePattern[], exponent: number, year: number): Scanned {
    const input = scanInput(code, patterns, exponent, year);
    return readScan(this.through(input, (size) => this.wasm.scan(size)), code);
  }

  private through(input: Uint8Array, run: (size: number) => number): Uint8Array {
    if (input.length > this.wasm.input_size()) throw new CoreError('too_many');
    new Uint8Array(this.wasm.memory.buffer, this.wasm.input(), input.length).set(input);
    const size = this.checked(run(input.length));
    return new Uint8Array(this.wasm.memory.buffer, this.wasm.output(), size).slice();
  }

  /** The order's state after an operation. Throws CoreError (order_state, nothing_due) when it is not legal. */
  orderNext(op: OrderOp, state: OrderState, payment: PaymentState): OrderState {
    const next = this.wasm.order_next(
      orderOps.indexOf(op),
      orderStates.indexOf(state),
      paymentStates.indexOf(payment),
    );
    return orderStates[this.checked(next)]!;
  }

  /** Whether the operation is legal, for buttons. */
  orderAllows(op: OrderOp, state: OrderState, payment: PaymentState): boolean {
    return this.wasm.order_next(orderOps.indexOf(op), orderStates.indexOf(state), paymentStates.indexOf(payment)) >= 0;
  }

  /** The later of both states; a cancelled item stays so. */
  kitchenBump(from: KitchenState, to: KitchenState): KitchenState {
    return kitchenStates[this.checked(this.wasm.kitchen_bump(kitchenStates.indexOf(from), kitchenStates.indexOf(to)))]!;
  }

  private checked(result: number): number {
    if (result >= 0) return result;
    const bytes = new Uint8Array(this.wasm.memory.buffer, this.wasm.error_code(-result));
    throw new CoreError(String.fromCharCode(...bytes.subarray(0, bytes.indexOf(0))));
  }
}
