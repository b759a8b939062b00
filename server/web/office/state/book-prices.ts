/* What is in a price book, searched by the server and read in pages. */
import { get } from '../../shared/api/client';
import { root } from './catalogue';

export interface BookPrice {
  variant_id: string | null;
  variant: string | null;
  min_qty: string | null;
  price: number;
  ordinary: number;
}

export interface BookItem {
  id: string;
  code: string;
  name: string;
  active: boolean;
  prices: BookPrice[];
}

export async function readBookPrices(book: string, search: string, after: string | null): Promise<{ items: BookItem[]; next: string | null }> {
  const query = new URLSearchParams({ ...(search.trim() ? { search: search.trim().slice(0, 64) } : {}), ...(after ? { after } : {}) });
  return (await get<{ items: BookItem[]; next: string | null }>(`${root}/books/${book}/prices?${query}`)).body;
}
