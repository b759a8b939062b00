/* Price books: other prices at other times, places or for other customers. The prices themselves are edited at the items. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { o } from '../i18n/words';
import { books, customerGroups } from '../state/catalogue';
import { exportRows } from '../state/csv';
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

function bodyOf(draft: Draft): ReturnType<Reader['done']> {
  const read = new Reader();
  return read.done({ code: draft.code.trim(), name: draft.name.trim(), priority: read.whole('priority', draft.priority, true), definition: tidy(draft.when) });
}

const shownMax = 200;

/* The prices that are in the book, found among all prices; enough to look through, and the way to each item. */
function Prices({ book }: { book: Book }): JSX.Element {
  const found = useSignal<Record<string, string>[] | null>(null);
  useEffect(() => {
    let here = true;
    void exportRows('prices', (row) => row['book'] === book.code, shownMax)
      .then((rows) => here && (found.value = rows))
      .catch(() => here && (found.value = []));
    return () => {
      here = false;
    };
  }, [book.id, book.version]);
  const rows = found.value;
  return (
    <Part title={o('book.prices')} hint={o('book.prices.hint')}>
      {rows === null && <p class="waiting-part">{o('load.wait')}</p>}
      {rows?.length === 0 && <p>{o('book.prices.none')}</p>}
      {rows && rows.length > 0 && (
        <ul class="book-prices">
          {rows.map((row, n) => (
            <li key={n}>
              <a href={`#/items?q=${encodeURIComponent(row['item'] ?? '')}`}>{[row['item'], row['variant']].filter(Boolean).join(' · ')}</a>
              <span>{row['min_qty'] && Number(row['min_qty']) > 0 ? o('book.from', { n: row['min_qty'] }) : ''}</span>
              <span class="money">{row['price']}</span>
            </li>
          ))}
        </ul>
      )}
      {rows && rows.length >= shownMax && <p>{o('book.prices.more', { n: shownMax })}</p>}
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
