/*
 * Rows of the catalogue as the API has them; see extension/src/rule_shape.h for what the definitions mean. Amounts are minor
 * units, rates fractions as text ("0.19"), quantities text ("1.5").
 */

export const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Day = (typeof days)[number];
export const channels = ['counter', 'dine_in', 'takeaway', 'kiosk', 'qr', 'web', 'delivery', 'fridge', 'api'] as const;
export type Channel = (typeof channels)[number];
export const places = ['dine_in', 'take_away', 'delivery'] as const;
export type Place = (typeof places)[number];

/** Everything that is given must hold; nothing given is always. */
export interface When {
  from?: string;
  until?: string;
  days?: Day[];
  start?: string;
  end?: string;
  places?: Place[];
  channels?: Channel[];
  outlet_ids?: string[];
  customer_group_ids?: string[];
  guests_min?: number;
}

export interface Row {
  id: string;
  code: string;
  name: string;
  active: boolean;
  version: number;
}

export interface Ruled<D> extends Row {
  priority: number;
  definition: D;
}

export interface Targets {
  item_ids?: string[];
  category_ids?: string[];
}

export interface Slot extends Targets {
  qty: string;
}

export const promotionKinds = ['percent', 'amount', 'amount_unit', 'price_unit', 'buy_get', 'bundle'] as const;
export type PromotionKind = (typeof promotionKinds)[number];

export interface PromotionRule {
  kind: PromotionKind;
  when?: When;
  targets?: Targets;
  min_qty?: string;
  min_amount?: number;
  coupons?: string[];
  scope?: 'line' | 'order';
  rate?: string;
  amount?: number;
  price?: number;
  x?: number;
  y?: number;
  slots?: Slot[];
  max_amount?: number;
  max_uses?: number;
  group?: number;
  stackable?: boolean;
}

export const chargeKinds = ['percent', 'fixed', 'per_guest'] as const;
export type ChargeKind = (typeof chargeKinds)[number];
export const chargeBases = ['left', 'gross', 'total'] as const;
export type ChargeBase = (typeof chargeBases)[number];

export interface ChargeRule {
  kind: ChargeKind;
  when?: When;
  rate?: string;
  amount?: number;
  base?: ChargeBase;
  tax_ids?: string[];
  apportioned?: boolean;
  waivable?: boolean;
}

export interface TaxMapRule {
  when?: When;
  replace: { tax_id: string; by: string[] }[];
  keep?: 'gross' | 'net';
}

export const taxTypes = ['percent', 'fixed', 'division', 'bracket'] as const;
export type TaxType = (typeof taxTypes)[number];

export interface Bracket {
  from: number;
  amount?: number;
  rate?: string;
}

export interface TaxRule {
  type: TaxType;
  rate?: string;
  amount?: number;
  included: boolean;
  affects_next?: boolean;
  base_unaffected?: boolean;
  brackets?: Bracket[];
  when?: When;
}

export interface Tax extends Row {
  definition: TaxRule;
}

export interface CurrencyRule {
  exponent: number;
  rate: string;
  spread?: string;
  /** Smallest coin or note that is given, minor units. */
  cash_increment?: number;
}

export type Book = Ruled<When>;
export type Promotion = Ruled<PromotionRule>;
export type Charge = Ruled<ChargeRule>;
export type TaxMap = Ruled<TaxMapRule>;
export type CurrencyRate = Ruled<CurrencyRule>;
export type CustomerGroup = Row;

export interface Category extends Row {
  colour: string;
  sort: number;
}

export interface Modifier {
  id?: string;
  code: string;
  name: string;
  price: number;
  prices?: { variant_id: string; price: number }[];
}

export interface Group extends Row {
  min: number;
  max: number;
  free: number;
  modifiers: Modifier[];
}

export interface Variant {
  id?: string;
  code: string;
  name: string;
  price: number;
  barcodes?: string[];
}

export interface Price {
  book_id: string;
  variant_id: string | null;
  min_qty: string | null;
  price: number;
}

export interface ComboSlot {
  id?: string;
  name: string;
  item_ids: string[];
}

export interface Item extends Row {
  category_id: string;
  price: number;
  tax_ids: string[];
  group_ids: string[];
  station: string | null;
  stocked: boolean;
  open_price: boolean;
  unit: string | null;
  floor: number | null;
  sort: number;
  barcodes: string[];
  variants: Variant[];
  prices: Price[];
  combo: ComboSlot[];
}

export const roundingModes = ['half_up', 'half_even', 'half_down', 'up', 'down', 'ceiling', 'floor'] as const;
export const roundingLevels = ['unit', 'line', 'line_tax', 'rate', 'combination', 'order'] as const;
export const discountSteps = ['line_percent', 'order_percent', 'line_fixed', 'order_fixed'] as const;
export const apportionings = ['largest_remainder', 'last_line', 'first_line'] as const;
export const symbologies = ['any', 'ean8', 'ean13', 'upca', 'upce', 'gtin14', 'sscc'] as const;

export interface Rounding {
  mode: (typeof roundingModes)[number];
  level: (typeof roundingLevels)[number];
  increment: number;
  cash_increment: number;
  inclusive: 'tax' | 'net';
  discount?: 'amount' | 'price';
}

export interface BarcodePattern {
  name: string;
  pattern: string;
  symbology?: (typeof symbologies)[number];
  value: 'qty' | 'price';
}

export interface RuleSettings {
  rounding: Rounding;
  outlets?: { outlet_id: string; rounding: Rounding }[];
  sequence?: (typeof discountSteps)[number][];
  apportion?: (typeof apportionings)[number];
  barcode_patterns?: BarcodePattern[];
}
