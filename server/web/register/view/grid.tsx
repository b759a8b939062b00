/*
 * The item grid. Only the rows in view (and a few around them) are in the page, so 100,000 items scroll like 50; the
 * columns are counted from the width. One tile is in the tab order, arrows move between tiles.
 */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'preact/hooks';
import { idAt, nameAt, rowFlag, type Rows } from '../../shared/catalogue/rows';
import { t } from '../../shared/i18n/i18n';
import { Empty } from '../../shared/ui/controls';
import { catalogue, category, query, rowShown, shownCount } from '../state/catalogue';
import { stock } from '../state/outlet-feed';
import { askItem, touchItem } from '../state/picker';
import { priceNow } from '../state/tile-price';
import { tellGone } from '../state/sheet';
import { asMoney } from '../state/format';

const rowHeight = 104;
const gap = 8;
const spareRows = 3;
const lastUnits = 5;
const longPressMs = 450;

/* One row of the catalogue, as far as a tile needs it. */
interface TileItem {
  readonly id: string;
  readonly name: string;
  readonly price: number;
  readonly flags: number;
  readonly colour: string | null;
}

function tileItem(rows: Rows, row: number, colours: ReadonlyMap<string, string | null>): TileItem {
  const colour = colours.get(rows.categoryIds[rows.categories[row]!] ?? '') ?? null;
  return { id: idAt(rows, row), name: nameAt(rows, row), price: rows.prices[row]!, flags: rows.flags[row]!, colour };
}

const asks = rowFlag.combo | rowFlag.variants | rowFlag.groups | rowFlag.openPrice | rowFlag.unit;

function Badge({ item }: { item: TileItem }): JSX.Element | null {
  const left = stock.value.get(item.id);
  if (!(item.flags & rowFlag.stocked) || left === undefined || left > lastUnits) return null;
  const text = left <= 0 ? t('menu.soldout') : t('menu.left', { n: left });
  return <span class={`tile-badge ${left <= 0 ? 'stop' : ''}`}>{text}</span>;
}

function pressHandlers(id: string, flags: number): Pick<JSX.HTMLAttributes<HTMLButtonElement>, 'onPointerDown' | 'onPointerUp' | 'onPointerLeave' | 'onClick' | 'onContextMenu'> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let held = false;
  const stop = (): void => clearTimeout(timer);
  return {
    onPointerDown: () => {
      held = false;
      timer = setTimeout(() => {
        held = true;
        if (flags & asks) askItem(id, tellGone);
      }, longPressMs);
    },
    onPointerUp: stop,
    onPointerLeave: stop,
    onContextMenu: (e) => e.preventDefault(),
    onClick: () => {
      if (!held || !(flags & asks)) touchItem(id, {}, tellGone);
      held = false;
    },
  };
}

function priceText(price: number, flags: number): string {
  if (flags & rowFlag.openPrice) return t('menu.open');
  return flags & rowFlag.variants ? t('menu.from', { m: asMoney(price) }) : asMoney(price);
}

/* Where it costs something else now the ordinary price is struck. */
function TileFoot({ item }: { item: TileItem }): JSX.Element {
  const { id, price, flags } = item;
  const now = flags & rowFlag.openPrice ? price : (priceNow(id, (flags & rowFlag.booked) !== 0) ?? price);
  const other = now !== price && !(flags & rowFlag.variants);
  return (
    <span class="tile-foot">
      <span class="tile-kind">
        <Badge item={item} />
        {flags & rowFlag.combo ? t('menu.combo') : ''} {other && <s>{asMoney(price)}</s>}
      </span>
      <span class={`money ${other ? 'other' : ''}`}>{priceText(now, flags)}</span>
    </span>
  );
}

function Tile({ item, index }: { item: TileItem; index: number }): JSX.Element {
  const handlers = useMemo(() => pressHandlers(item.id, item.flags), [item.id, item.flags]);
  return (
    <button
      type="button"
      class="tile"
      data-index={index}
      data-item={item.id}
      tabIndex={index === 0 ? 0 : -1}
      style={item.colour ? { '--tile': item.colour } : undefined}
      {...handlers}
    >
      <span class="tile-name">{item.name}</span>
      <TileFoot item={item} />
    </button>
  );
}

interface Window {
  columns: number;
  first: number;
  rows: number;
}

function windowOf(box: HTMLElement): Window {
  const wide = box.clientWidth - 2 * gap;
  const tileMin = wide < 460 ? 104 : 124;
  const columns = Math.max(2, Math.floor((wide + gap) / (tileMin + gap)));
  const first = Math.max(0, Math.floor(box.scrollTop / (rowHeight + gap)) - spareRows);
  const rows = Math.ceil(box.clientHeight / (rowHeight + gap)) + 2 * spareRows + 1;
  return { columns, first, rows };
}

function moveFocus(box: HTMLElement, e: KeyboardEvent, columns: number, count: number): void {
  const at = Number((e.target as HTMLElement).dataset['index'] ?? NaN);
  const page = columns * Math.max(1, Math.floor(box.clientHeight / (rowHeight + gap)));
  const rtl = getComputedStyle(box).direction === 'rtl' ? -1 : 1;
  const step: Record<string, number> = {
    ArrowRight: rtl, ArrowLeft: -rtl, ArrowDown: columns, ArrowUp: -columns,
    PageDown: page, PageUp: -page, Home: -count, End: count,
  };
  const by = step[e.key];
  if (Number.isNaN(at) || by === undefined) return;
  e.preventDefault();
  const to = Math.max(0, Math.min(count - 1, at + by));
  const top = Math.floor(to / columns) * (rowHeight + gap);
  if (top < box.scrollTop) box.scrollTop = top;
  else if (top + rowHeight > box.scrollTop + box.clientHeight - gap) box.scrollTop = top + rowHeight - box.clientHeight + 2 * gap;
  requestAnimationFrame(() => box.querySelector<HTMLElement>(`[data-index="${to}"]`)?.focus({ preventScroll: true }));
}

export function Grid(): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const view = useSignal<Window>({ columns: 4, first: 0, rows: 12 });
  const { rows: table, menu } = catalogue.value!;
  const count = shownCount.value;
  const measure = (): void => {
    const next = windowOf(box.current!);
    const now = view.value;
    if (next.columns !== now.columns || next.first !== now.first || next.rows !== now.rows) view.value = next;
  };
  useLayoutEffect(() => {
    const watch = new ResizeObserver(measure);
    watch.observe(box.current!);
    return () => watch.disconnect();
  }, []);
  const shown = `${category.value}|${query.value}`;
  useEffect(() => {
    box.current!.scrollTop = 0;
    measure();
  }, [shown]);
  const { columns, first, rows } = view.value;
  const height = Math.ceil(count / columns) * (rowHeight + gap) - gap;
  const colours = new Map(menu.categories.map((c) => [c.id, c.colour]));
  const at = first * columns;
  const last = Math.min(count, (first + rows) * columns);
  return (
    <div
      class="grid"
      ref={box}
      role="group"
      aria-label={t('menu.items')}
      onScroll={measure}
      onKeyDown={(e) => moveFocus(box.current!, e, columns, count)}
    >
      {count === 0 && (
        <Empty
          title={query.value.trim() ? t('menu.none', { q: query.value.trim() }) : t('menu.empty')}
          hint={query.value.trim() ? t('menu.none.hint') : ''}
        />
      )}
      <div class="grid-space" style={{ blockSize: `${Math.max(0, height)}px` }}>
        <div
          class="grid-window"
          style={{ transform: `translateY(${first * (rowHeight + gap)}px)`, gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}
        >
          {Array.from({ length: Math.max(0, last - at) }, (_, i) => tileItem(table, rowShown(at + i), colours)).map((item, i) => (
            <Tile key={item.id} item={item} index={at + i} />
          ))}
        </div>
      </div>
    </div>
  );
}
