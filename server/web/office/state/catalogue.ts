/* Rows of the catalogue as lists that are read, written and archived. */
import { post } from '../../shared/api/client';
import { list, readAll, type List } from './lists';
import type { Book, Category, Charge, CurrencyRate, CustomerGroup, Group, Promotion, Row, Tax, TaxMap } from './rules';

export interface Resource<T extends Row> extends List<T> {
  /** A new row, or another form of one; refused when somebody else has changed it since. */
  write: (row: T | null, body: Record<string, unknown>, key?: string) => Promise<T>;
  setActive: (row: T, active: boolean) => Promise<T>;
}

export const root = '/v1/catalogue';

/* `one` is the name of the row in answers, `many` that of the list. */
export function resource<T extends Row>(many: string, one: string): Resource<T> {
  const path = `${root}/${many.replace(/_/g, '-')}`;
  const rows = list<T>(() => readAll<T>(`${path}?archived=all`, many));
  const send = async (to: string, body: Record<string, unknown>, key?: string): Promise<T> => {
    const saved = (await post<Record<string, T>>(to, body, key)).body[one]!;
    rows.put(saved);
    return saved;
  };
  return {
    ...rows,
    write: (row, body, key) => send(path, row ? { ...body, id: row.id, version: row.version } : body, key),
    setActive: (row, active) => send(`${path}/${row.id}/archive`, { version: row.version, active }),
  };
}

export const categories = resource<Category>('categories', 'category');
export const groups = resource<Group>('groups', 'group');
export const taxes = resource<Tax>('taxes', 'tax');
export const taxMaps = resource<TaxMap>('tax_maps', 'tax_map');
export const books = resource<Book>('books', 'book');
export const promotions = resource<Promotion>('promotions', 'promotion');
export const charges = resource<Charge>('charges', 'charge');
export const currencies = resource<CurrencyRate>('currencies', 'currency');
export const customerGroups = resource<CustomerGroup>('customer_groups', 'customer_group');
