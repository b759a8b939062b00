/* Price books: other prices at other times, places or for other customers. The prices themselves are edited at the items. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { session } from '../../shared/api/client';
import { locale } from '../../shared/i18n/i18n';
import { money } from '../../shared/money/money';
import { o } from '../i18n/words';
import { books, customerGroups } from '../state/catalogue';
import { readBookPrices, type BookItem, type BookPrice } from '../state/book-prices';
import type { Book, When } from '../state/rules';
import { Part } from './fields';
import { KindPage, type FieldsProps, type Kind } from './kind';
import { Naming, Priority } from './naming';
import { ranked, Reader, type Ranked } from './rule-form';
import { tidy, WhenPart } from './when';
import { whenText } from './when-words';

interface Draft extends Ranked {
  when: When;
}

const draftOf = (row: Book | null): Draft => ({ ...ranked(row), when: row?.definition ?? {} });

const quietMs = 150;
const m = (minor: number): string => money(minor, { code: session.value!.outlet.currency, exponent: session.value!.outlet.exponent }, locale.value);

function bodyOf(draft: Draft): ReturnType<Reader['done']> {
  const read = new Reader();
  return read.done({ code: draft.code.trim(), name: draft.name.trim(), priority: read.whole('priority', draft.priority, true), definition: tidy(draft.when) });
}

const byName = ({ variant, min_qty }: BookPrice): string => [variant, min_qty ? o('book.from', { n: min_qty }) : ''].filter(Boolean).join(' · ');

/* What is in the book, and the way to each item. */
function Prices({ book }: { book: Book }): JSX.Element {
  const words = useSignal('');
  const found = useSignal<BookItem[] | null>(null);
  const next = useSignal<string | null>(null);
  const asked = useRef(0);
  const read = async (after: string | null): Promise<void> => {
    const mine = ++asked.current;
    try {
      const page = await readBookPrices(book.id, words.value, after);
      if (mine !== asked.current) return;
      found.value = after ? [...(found.value ?? []), ...page.items] : page.items;
      next.value = page.next;
    } catch {
      found.value ??= [];
    }
  };
  useEffect(() => {
    const timer = setTimeout(() => void read(null), words.value ? quietMs : 0);
    return () => clearTimeout(timer);
  }, [book.id, book.version, words.value]);
  const items = found.value;
  return (
    <Part title={o('book.prices')} hint={o('book.prices.hint')}>
      <input class="input" type="search" aria-label={o('book.search')} placeholder={o('book.search')} value={words.value} onInput={(e) => (words.value = e.currentTarget.value)} />
      {items === null && <p class="waiting-part">{o('load.wait')}</p>}
      {items?.length === 0 && <p>{words.value ? o('list.nothing', { q: words.value }) : o('book.prices.none')}</p>}
      {items && items.length > 0 && (
        <ul class="book-prices" aria-label={o('book.prices')}>
          {items.flatMap((item) =>
            item.prices.map((price, n) => (
              <li key={`${item.id} ${n}`}>
                <a href={`#/items/${item.id}`}>{[item.name, byName(price)].filter(Boolean).join(' · ')}</a>
                <span>{o('book.ordinary', { m: m(price.ordinary) })}</span>
                <span class="money">{m(price.price)}</span>
              </li>
            )),
          )}
        </ul>
      )}
      {next.value && (
        <button type="button" class="button" onClick={() => void read(next.value)}>
          {o('book.more')}
        </button>
      )}
    </Part>
  );
}

function Fields({ form, locked, row }: FieldsProps<Book, Draft>): JSX.Element {
  return (
    <>
      <div class="fields">
        <Naming form={form} locked={locked} isNew={row === null} hint={o('book.name.hint')} />
        <Priority form={form} locked={locked} />
      </div>
      <WhenPart when={form.draft.when} locked={locked} onChange={(when) => form.put({ when })} />
      {row && <Prices book={row} />}
    </>
  );
}

const kind: Kind<Book, Draft> = {
  page: 'books',
  words: 'books',
  resource: books,
  needs: [customerGroups],
  columns: () => [
    { key: 'name', title: o('field.name'), value: (b) => b.name },
    { key: 'when', title: o('when.title'), value: (b) => whenText(b.definition) },
    { key: 'priority', title: o('row.priority'), value: (b) => String(b.priority) },
  ],
  draftOf,
  bodyOf,
  fields: ['name', 'code', 'priority'],
  Fields,
};

export const BooksPage = (): JSX.Element => <KindPage kind={kind} />;
