/* The parts of docs/openapi.yaml that the pages use. */

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string;
  field?: string;
  request_id?: string;
}

export interface Session {
  token: string;
  expires_at: string;
  refresh_token?: string;
  refresh_expires_at?: string;
  tenant: { id: string; slug: string; name: string };
  outlet: {
    id: string;
    code: string;
    name: string;
    currency: string;
    exponent: number;
    timezone: string;
    stations: string[];
  };
  staff: { id: string; number: string; name: string; role: string };
  device: { id: string; code: string; kind: string; series: string };
  journal_id: string;
  session_id: string;
  /** Of a person's session: marks what is done in it, see shared/sync/log.ts. */
  log_key?: string;
  scopes: string[];
  /** How it was signed in: pin, password, sso, device, api_key. */
  method?: string;
  /** Highest discount of an order as a fraction, refunds of a shift in minor units; null is no limit. */
  limits?: { discount: string | null; refund: number | null };
}

export interface Tax {
  id: string;
  code: string;
  name: string;
  type: 'percent' | 'fixed' | 'division' | 'bracket';
  rate: string;
  amount: number | null;
  included: boolean;
}

export interface Category {
  id: string;
  code: string;
  name: string;
  colour: string | null;
  sort: number;
}

export interface Modifier {
  id: string;
  code: string;
  name: string;
  price: number;
  /** With variants of the item. */
  prices: { variant_id: string; price: number }[];
}

export interface ModifierGroup {
  id: string;
  code: string;
  name: string;
  min: number;
  max: number;
  /** So many of those chosen cost nothing. */
  free: number;
  modifiers: Modifier[];
}

export interface ComboSlot {
  id: string;
  name: string;
  item_ids: string[];
}

export interface Variant {
  id: string;
  code: string;
  name: string;
  price: number;
  barcodes: string[];
}

/** A price of a price book, from a quantity (millionths) on; variant_id null: of every variant. */
export interface BookPrice {
  book_id: string;
  variant_id: string | null;
  min_qty: number;
  price: number;
}

export interface Item {
  id: string;
  code: string;
  name: string;
  category_id: string;
  price: number;
  tax_ids: string[];
  group_ids: string[];
  station: string | null;
  barcodes: string[];
  stocked: boolean;
  open_price: boolean;
  unit: string | null;
  floor: number | null;
  sort: number;
  variants: Variant[];
  prices: BookPrice[];
  combo: ComboSlot[];
}

export interface CataloguePart {
  hash: string;
  size: number;
  count?: number;
}

/** Names the chunks of a published catalogue; the SHA-256 of its bytes is what a sale names. */
export interface CatalogueManifest {
  v: number;
  currency: string;
  exponent: number;
  version: number;
  /** Bytes for the core: everything that prices are made by. */
  rules: CataloguePart;
  menu: CataloguePart;
  /** An item is in the chunk whose number is this many first bits of SHA-256(item id). */
  bits: number;
  items: CataloguePart[];
}

/** What a value inside a barcode is; the pattern as in extension/core/barcode.h. */
export interface BarcodePattern {
  name: string;
  pattern: string;
  symbology?: string | null;
  value: 'qty' | 'price';
}

export interface CatalogueMenu {
  v: number;
  rounding: { mode: string; level: string; increment: number; cash_increment: number; inclusive: string };
  taxes: Tax[];
  categories: Category[];
  groups: ModifierGroup[];
  customer_groups: { id: string; code: string; name: string }[];
  tax_maps: CatalogueRule[];
  books: CatalogueRule[];
  promotions: CatalogueRule[];
  charges: CatalogueRule[];
  currencies: CatalogueRule[];
  barcode_patterns: BarcodePattern[];
}

/** A rule as pages show it; what it does is in the rules. */
export interface CatalogueRule {
  id: string;
  code: string;
  name: string;
  priority: number;
  definition: Record<string, unknown>;
  /** Of promotions: it needs a coupon. */
  coupon?: boolean;
}

export interface CatalogueItems {
  v: number;
  items: Item[];
}

/** All of a published catalogue. */
export interface Catalogue extends Omit<CatalogueManifest, 'rules' | 'menu' | 'items'>, CatalogueMenu {
  items: Item[];
}

export interface DiscountIn {
  type: 'percent' | 'fixed';
  rate?: string;
  amount?: number;
  name?: string;
}

export interface ModifierIn {
  modifier_id: string;
  qty?: number;
}

export interface ComponentIn {
  id: string;
  slot_id: string;
  item_id: string;
  modifiers?: ModifierIn[];
}

export interface LineIn {
  id: string;
  item_id: string;
  qty: string;
  modifiers?: ModifierIn[];
  discounts?: DiscountIn[];
  components?: ComponentIn[];
  variant_id?: string;
  /** Minor units; of items with an open price. */
  unit_price?: number;
  /** "2026-11-21T14:05", the outlet's clock: when it was chosen; default when the order was begun. */
  at?: string;
}

export interface PaymentIn {
  id: string;
  tender: 'cash';
  /** Of the order. */
  amount: number;
  /** Beside it. */
  tip?: number;
  /** Handed over, in `currency`. */
  tendered?: number;
  currency?: string;
  change_currency?: string;
}

export type Channel = 'counter' | 'dine_in' | 'takeaway' | 'kiosk' | 'qr' | 'web' | 'delivery' | 'fridge' | 'api';

/** Where it is consumed. */
export type Place = 'dine_in' | 'take_away' | 'delivery';

export interface OrderPlace {
  id: string;
  channel: Channel;
  table?: string;
  /** What the prices were made by, on the clock of the outlet: "2026-11-21T14:05". */
  at?: string;
  place?: Place;
  guests?: number;
  customer_group_id?: string;
  coupons?: string[];
  exempt?: boolean;
  /** Charges that are not asked for. */
  waive?: string[];
  lines: LineIn[];
  discounts?: DiscountIn[];
  send?: boolean;
  payments?: PaymentIn[];
  catalogue: string;
  priced_hash: string;
  /** The form behind the hash, base64. */
  priced_form?: string;
  receipt_n?: number;
}

export interface JournalRef {
  id: string;
  epoch: number;
  seq: number;
  leaf: string;
}

export interface Order {
  id: string;
  call_number?: string;
  receipt?: string | null;
  table?: string | null;
  state: string;
  payment_state: string;
  total: number;
  paid?: number;
  due?: number;
  created_at?: string;
  lines?: { id: string; name: string; qty: string; total: number; state: string; parent_id: string | null }[];
  /** line_id is null of one that lies on the lines. */
  charges?: { line_id: string | null; name: string; total: number }[];
}

export interface Cursor {
  epoch: number;
  seq: number;
  h8: string;
}

export type ItemState = 'new' | 'cooking' | 'ready' | 'served' | 'cancelled';

export interface TicketItem {
  id: string;
  line_id: string;
  name: string;
  qty: string;
  modifiers: string[];
  state: ItemState;
}

export interface Ticket {
  id: string;
  order_id: string;
  call_number: string;
  channel: string;
  table: string | null;
  station: string;
  course: number;
  state: ItemState;
  version: number;
  sent_at: string;
  last_bump: string | null;
  /** The order came with a note for the kitchen. */
  noted?: boolean;
  /** Its text; only the list of tickets has it. */
  note?: string;
  items: TicketItem[];
}

export interface TicketPage {
  tickets: Ticket[];
  cursor: Cursor;
  server_time?: string;
}

export interface TaxTotal {
  name: string;
  rate: string;
  included: boolean;
  base: number;
  tax: number;
}

export interface Shift {
  id: string;
  state: 'open' | 'closed';
  business_date: string;
  opened_at: string;
  closed_at: string | null;
  float: number;
  sales: number;
  gross: number;
  discount: number;
  net: number;
  tax: number;
  total: number;
  taxes?: TaxTotal[];
  refunds: { count: number; total: number; cash: number };
  tips: { count: number; amount: number; people: { staff_id: string | null; count: number; amount: number }[] };
  rounding: number;
  /** Cash in other currencies; `amount` is in the business's. */
  currencies: { currency: string; exponent: number; count: number; amount: number; expected: number; counted: number | null; variance: number | null }[];
  expected_cash: number;
  counted: number | null;
  variance: number | null;
}

export interface SyncState {
  device_id: string;
  gen: number;
  last_seq: number;
  last_hash: string;
  receipt_n: number;
  shift: Shift | null;
  journal: { id: string; origin: string; cursor: Cursor };
  /** Of the business, for all its outlets: catalogue, people. */
  shared_journal: { id: string; cursor: Cursor };
  server_time: string;
}

export interface OpResult {
  seq: number;
  st: 'ok' | 'flag' | 'noop' | 'rej' | 'susp' | 'held';
  code?: string;
  field?: string;
  flags?: string[];
  dup?: boolean;
  ref?: { receipt?: string; call_number?: string; total?: number; priced_hash?: string; change?: number };
}

export interface PushAnswer {
  last_seq: number;
  last_hash: string;
  results: OpResult[];
  journal: JournalRef[];
}

export interface StockPage {
  levels: { item_id: string; on_hand: string; version: number }[];
  next: string | null;
}
