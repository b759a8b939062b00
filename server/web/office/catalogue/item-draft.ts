/* An item as it is typed, and what is sent of it. */
import { quantity } from '../../shared/money/money';
import type { Item, Variant } from '../state/rules';
import { amountText, codeOf, named, Reader, type Named } from './rule-form';

export interface VariantDraft {
  /* What is there already keeps its id. */
  id?: string;
  code: string;
  name: string;
  price: string;
  barcodes: string;
}

export interface PriceDraft {
  book_id: string;
  /** Id of the variant, or its place for one that is new; empty is the item itself. */
  variant: string;
  min_qty: string;
  price: string;
}

export interface SlotDraft {
  id?: string;
  name: string;
  item_ids: string[];
}

export interface ItemDraft extends Named {
  category_id: string;
  price: string;
  tax_ids: string[];
  group_ids: string[];
  station: string;
  stocked: boolean;
  open_price: boolean;
  unit: string;
  floor: string;
  sort: string;
  barcodes: string;
  variants: VariantDraft[];
  prices: PriceDraft[];
  combo: SlotDraft[];
}

const barcodesText = (barcodes: string[] = []): string => barcodes.join(' ');
const barcodesOf = (text: string): string[] => [...new Set(text.split(/[\s,;|]+/).filter(Boolean))];

const variantDraft = (v: Variant): VariantDraft => ({ ...(v.id ? { id: v.id } : {}), code: v.code, name: v.name, price: amountText(v.price), barcodes: barcodesText(v.barcodes) });

export function draftOf(item: Item | null, first: Partial<ItemDraft> = {}): ItemDraft {
  return {
    ...named(item),
    category_id: item?.category_id ?? '',
    price: amountText(item?.price),
    tax_ids: item?.tax_ids ?? [],
    group_ids: item?.group_ids ?? [],
    station: item?.station ?? '',
    stocked: item?.stocked ?? false,
    open_price: item?.open_price ?? false,
    unit: item?.unit ?? '',
    floor: amountText(item?.floor),
    sort: String(item?.sort ?? 0),
    barcodes: barcodesText(item?.barcodes),
    variants: (item?.variants ?? []).map(variantDraft),
    prices: (item?.prices ?? []).map((p) => ({ book_id: p.book_id, variant: p.variant_id ?? '', min_qty: p.min_qty ? quantity(p.min_qty) : '', price: amountText(p.price) })),
    combo: (item?.combo ?? []).map((s) => ({ ...s })),
    ...first,
  };
}

function variantOf(draft: VariantDraft, read: Reader): Record<string, unknown> {
  return {
    ...(draft.id ? { id: draft.id } : {}),
    code: draft.code.trim() || codeOf(draft.name),
    name: draft.name.trim(),
    price: read.amount('variants', draft.price, true),
    barcodes: barcodesOf(draft.barcodes),
  };
}

const priceOf = (draft: PriceDraft, read: Reader): Record<string, unknown> => ({
  book_id: draft.book_id,
  variant_id: draft.variant || null,
  min_qty: read.qty('prices', draft.min_qty) ?? null,
  price: read.amount('prices', draft.price, true),
});

export function bodyOf(draft: ItemDraft): ReturnType<Reader['done']> {
  const read = new Reader();
  return read.done({
    code: draft.code.trim(),
    name: draft.name.trim(),
    category_id: draft.category_id,
    price: read.amount('price', draft.price, !draft.open_price && draft.variants.length === 0) ?? 0,
    tax_ids: draft.tax_ids,
    group_ids: draft.group_ids,
    station: draft.station || null,
    stocked: draft.stocked,
    open_price: draft.open_price,
    unit: draft.unit.trim() || null,
    floor: read.amount('floor', draft.floor) ?? null,
    sort: read.whole('sort', draft.sort, true),
    barcodes: barcodesOf(draft.barcodes),
    variants: draft.variants.map((v) => variantOf(v, read)),
    prices: draft.prices.map((p) => priceOf(p, read)),
    combo: draft.combo.map(({ id, name, item_ids }) => ({ ...(id ? { id } : {}), name: name.trim(), item_ids })),
  });
}
