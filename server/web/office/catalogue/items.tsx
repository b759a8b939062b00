/* Items: the list, searched by the server, and one of them with everything that it has. */
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { session } from '../../shared/api/client';
import { locale } from '../../shared/i18n/i18n';
import { money } from '../../shared/money/money';
import { Empty } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import { o } from '../i18n/words';
import { books, categories, groups, taxes } from '../state/catalogue';
import { items, itemsFailed, itemSorts, knownItem, loadItems, moreItems, readItem, setItemActive, writeItem, type ItemQuery } from '../state/items';
import { refusal, type Refusal } from '../state/problem';
import { may } from '../state/rights';
import { route, setQuery } from '../state/route';
import type { Item } from '../state/rules';
import { lists, Loaded } from '../view/parts';
import { Rows, Search } from '../view/rows';
import { bodyOf, draftOf } from './item-draft';
import { AtTheTill, Basics, BookPrices, Combo, Options, Taxes, Variants } from './item-parts';
import { tryItem } from './preview-add';
import { RowForm } from './row-form';
import { useSignal } from '@preact/signals';

function itemQuery(): ItemQuery {
  const { query } = route.value;
  const asked = query.get('sort');
  return {
    search: query.get('q') ?? '',
    category: query.get('category') ?? '',
    archived: query.get('archived') === '1',
    sort: itemSorts.find((one) => one === asked) ?? 'name',
    down: query.get('down') === '1',
  };
}

export function priceText(item: Item): string {
  const { currency, exponent } = session.value!.outlet;
  const m = (minor: number): string => money(minor, { code: currency, exponent }, locale.value);
  if (item.open_price) return o('item.open');
  if (item.variants.length === 0) return m(item.price);
  const prices = item.variants.map((v) => v.price);
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  return low === high ? m(low) : `${m(low)} – ${m(high)}`;
}

function Filters(): JSX.Element {
  const { category, archived, sort, down } = itemQuery();
  return (
    <div class="filters">
      <select class="input" aria-label={o('item.category')} value={category} onChange={(e) => setQuery('category', e.currentTarget.value)}>
        <option value="">{o('items.all')}</option>
        {(categories.rows.value ?? []).map((c) => (
          <option key={c.id} value={c.id}>
            {c.name}
          </option>
        ))}
      </select>
      <button type="button" class="chip" aria-pressed={archived} onClick={() => setQuery('archived', archived ? '' : '1')}>
        {o('items.archived')}
      </button>
      <select class="input" aria-label={o('items.sort')} value={sort} onChange={(e) => setQuery('sort', e.currentTarget.value)}>
        {itemSorts.map((one) => (
          <option key={one} value={one}>
            {o(`items.sort.${one}`)}
          </option>
        ))}
      </select>
      <button type="button" class="chip" aria-pressed={down} aria-label={o(down ? 'items.down' : 'items.up')} title={o(down ? 'items.down' : 'items.up')} onClick={() => setQuery('down', down ? '' : '1')}>
        {down ? '↓' : '↑'}
      </button>
    </div>
  );
}

function ItemTags({ item }: { item: Item }): JSX.Element {
  return (
    <>
      {item.variants.length > 0 && <span class="tag">{o('item.variants.n', { n: item.variants.length })}</span>}
      {item.combo.length > 0 && <span class="tag">{o('item.combo')}</span>}
      {!item.active && <span class="tag">{o('row.archived')}</span>}
    </>
  );
}

function ItemRows(): JSX.Element {
  if (itemsFailed.value && !items.value) return <Empty title={o('load.failed')} hint={itemsFailed.value.text} />;
  if (!items.value) return <p class="waiting">{o('load.wait')}</p>;
  return (
    <Rows
      label={o('items.title')}
      rows={items.value}
      searched
      more={() => moreItems(itemQuery())}
      columns={[
        { key: 'name', title: o('field.name'), value: (i) => i.name },
        { key: 'category', title: o('item.category'), value: (i) => categories.rows.value?.find((c) => c.id === i.category_id)?.name ?? '' },
        { key: 'price', title: o('field.price'), value: priceText },
      ]}
      idOf={(i) => i.id}
      href={(i) => `#/items/${i.id}`}
      tags={(i) => <ItemTags item={i} />}
      none={<Empty title={o('items.none')} hint={o('items.none.hint')} />}
    />
  );
}

function ItemList(): JSX.Element {
  const query = itemQuery();
  useEffect(() => loadItems(query, items.value !== null), Object.values(query));
  useEffect(() => void categories.load(), []);
  return (
    <section class="page" aria-label={o('items.title')}>
      <header class="page-head">
        <h1>{o('items.title')}</h1>
        <Search label={o('items.search')} />
        {may('catalogue.write') && (
          <a class="button primary" href="#/items/new">
            <Icon name="plus" />
            {o('items.add')}
          </a>
        )}
      </header>
      <Filters />
      <ItemRows />
    </section>
  );
}

function ItemForm({ item }: { item: Item | null }): JSX.Element {
  const first = (): ReturnType<typeof draftOf> => draftOf(null, { category_id: route.value.query.get('category') ?? '', tax_ids: [] });
  return (
    <RowForm
      words="items"
      page="items"
      row={item}
      draftOf={(row) => (row ? draftOf(row) : first())}
      bodyOf={bodyOf}
      fields={['name', 'code', 'category_id', 'price', 'floor', 'sort', 'unit', 'barcodes', 'variants', 'prices', 'combo', 'group_ids']}
      write={writeItem}
      setActive={setItemActive}
      reload={() => item && void readItem(item.id)}
      head={
        item?.active && (
          <button type="button" class="button" onClick={() => tryItem(item)}>
            <Icon name="plus" />
            {o('preview.try')}
          </button>
        )
      }
    >
      {(form, locked) => {
        const props = { form, locked, isNew: item === null };
        return (
          <>
            <Basics {...props} />
            <Taxes {...props} />
            <Variants {...props} />
            <BookPrices {...props} />
            <Options {...props} />
            <AtTheTill {...props} />
            <Combo {...props} />
          </>
        );
      }}
    </RowForm>
  );
}

function OneItem({ id }: { id: string }): JSX.Element {
  const failed = useSignal<Refusal | null>(null);
  useEffect(() => void readItem(id).catch((e: unknown) => (failed.value = refusal(e))), [id]);
  const item = knownItem(id);
  /* Another version is another form: what was taken back shows at once. */
  if (item) return <ItemForm key={`${id}/${item.version}`} item={item} />;
  if (failed.value) return <Empty title={failed.value.code === 'not_found' ? o('lost.title') : o('load.failed')} hint={failed.value.text} />;
  return <p class="waiting">{o('load.wait')}</p>;
}

export function ItemsPage(): JSX.Element {
  const { id } = route.value;
  if (id === null) return <ItemList />;
  return (
    <section class="page" aria-label={o('items.title')}>
      <Loaded lists={lists(categories, groups, taxes, books)}>{() => (id === 'new' ? <ItemForm item={null} /> : <OneItem key={id} id={id} />)}</Loaded>
    </section>
  );
}
