/*
 * A list of rows that lead somewhere: searched, sorted, windowed, and where it was left when one comes back. Words: row
 * (one thing), facts (its columns), tags (its states).
 */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { locale } from '../../shared/i18n/i18n';
import { Empty } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import { o } from '../i18n/words';
import { route, setQuery } from '../state/route';

export interface Column<T> {
  key: string;
  title: string;
  value: (row: T) => string;
}

interface Props<T> {
  label: string;
  rows: T[];
  /** The first column is what the row is called. */
  columns: Column<T>[];
  idOf: (row: T) => string;
  href: (row: T) => string | null;
  tags?: (row: T) => ComponentChildren;
  action?: (row: T) => ComponentChildren;
  none: ComponentChildren;
  /** The server has searched, sorted and cut already; called when the end of what was read comes into view. */
  more?: (() => void) | undefined;
  searched?: boolean;
}

/* As in rows.css. */
const rowHeight = 64;
const around = 8;
const windowedFrom = 50;
const leftAt = new Map<string, number>();

function matching<T>(rows: T[], columns: Column<T>[], query: string): T[] {
  const words = query.toLocaleLowerCase(locale.value).split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = columns.map((c) => c.value(row)).join(' ').toLocaleLowerCase(locale.value);
    return words.every((word) => text.includes(word));
  });
}

function sorted<T>(rows: T[], column: Column<T>, down: boolean): T[] {
  const order = new Intl.Collator(locale.value, { numeric: true });
  const up = [...rows].sort((a, b) => order.compare(column.value(a), column.value(b)));
  return down ? up.reverse() : up;
}

export function Search({ label }: { label: string }): JSX.Element {
  return (
    <div class="search">
      <Icon name="search" />
      <input
        class="input"
        type="search"
        aria-label={label}
        placeholder={label}
        aria-keyshortcuts="/"
        value={route.value.query.get('q') ?? ''}
        onInput={(e) => setQuery('q', e.currentTarget.value)}
      />
    </div>
  );
}

function Heads<T>({ columns, by, down }: { columns: Column<T>[]; by: string; down: boolean }): JSX.Element {
  const press = (key: string): void => {
    setQuery('down', key === by && !down ? '1' : '');
    setQuery('sort', key);
  };
  return (
    <div class="row heads" role="group" aria-label={o('list.sort')}>
      {columns.map((c) => (
        <button type="button" key={c.key} aria-pressed={c.key === by} onClick={() => press(c.key)}>
          {c.title}
          {c.key === by && <span aria-hidden="true">{down ? ' ↓' : ' ↑'}</span>}
        </button>
      ))}
    </div>
  );
}

/* Arrows move between rows; the page around scrolls with the focus. */
function onArrow(e: KeyboardEvent): void {
  if (e.key !== 'ArrowDown' && e.key !== 'ArrowUp') return;
  const list = e.currentTarget as HTMLElement;
  const all = [...list.querySelectorAll<HTMLElement>('a.row')];
  const next = all[all.indexOf(document.activeElement as HTMLElement) + (e.key === 'ArrowDown' ? 1 : -1)];
  if (!next) return;
  next.focus();
  e.preventDefault();
}

export function Rows<T>(props: Props<T>): JSX.Element {
  const { columns } = props;
  const box = useRef<HTMLDivElement>(null);
  const top = useSignal(leftAt.get(route.value.page) ?? 0);
  const { query, page } = route.value;
  const by = query.get('sort') ?? columns[0]!.key;
  const down = query.get('down') === '1';
  const shown = props.searched ? props.rows : sorted(matching(props.rows, columns, query.get('q') ?? ''), columns.find((c) => c.key === by) ?? columns[0]!, down);
  useLayoutEffect(() => {
    if (box.current) box.current.scrollTop = top.value;
  }, []);
  const onScroll = (): void => {
    top.value = box.current!.scrollTop;
    leftAt.set(page, top.value);
    if (box.current!.scrollHeight - top.value - box.current!.clientHeight < innerHeight) props.more?.();
  };
  if (props.rows.length === 0 && !query.get('q')) return <>{props.none}</>;
  const inView = Math.ceil((box.current?.clientHeight || innerHeight) / rowHeight) + 2 * around;
  const windowed = shown.length > windowedFrom;
  const first = windowed ? Math.max(0, Math.min(Math.floor(top.value / rowHeight) - around, shown.length - inView)) : 0;
  const part = windowed ? shown.slice(first, first + inView) : shown;
  const room = { paddingBlockStart: `${first * rowHeight}px`, paddingBlockEnd: `${(shown.length - first - part.length) * rowHeight}px` };
  return (
    <div class={`rows cols-${columns.length}`}>
      {!props.searched && <Heads columns={columns} by={by} down={down} />}
      <div class="rows-scroll" ref={box} onScroll={onScroll} tabIndex={-1}>
        {shown.length === 0 && <Empty title={o('list.nothing', { q: query.get('q') ?? '' })} hint={o('list.nothing.hint')} />}
        <ul aria-label={props.label} onKeyDown={onArrow} style={room}>
          {part.map((row, i) => (
            <li key={props.idOf(row)} aria-setsize={shown.length} aria-posinset={first + i + 1}>
              <RowLine row={row} {...props} />
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}

function RowLine<T>({ row, columns, href, tags, action }: Props<T> & { row: T }): JSX.Element {
  const target = href(row);
  const inside = (
    <>
      <b>{columns[0]!.value(row)}</b>
      <span class="facts">
        {columns.slice(1).map((c) => (
          <span key={c.key} class="num">
            {c.value(row)}
          </span>
        ))}
      </span>
      <span class="tags">{tags?.(row)}</span>
    </>
  );
  if (target) {
    return (
      <a class="row" href={target}>
        {inside}
      </a>
    );
  }
  return (
    <div class="row">
      {inside}
      {action && <span class="row-action">{action(row)}</span>}
    </div>
  );
}
