/*
 * The item grid. Only the rows in view (and a few around them) are in the page, so 5,000 items scroll like 50; the
 * columns are counted from the width. One tile is in the tab order, arrows move between tiles.
 */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import type { Item } from '../../shared/api/types';
import { t } from '../../shared/i18n/i18n';
import { Empty } from '../../shared/ui/controls';
import { catalogue, category, groupsOf, query, shownItems } from '../state/catalogue';
import { stock } from '../state/outlet-feed';
import { openPicker, touchItem } from '../state/picker';
import { asMoney } from '../state/format';

const rowHeight = 104;
const gap = 8;
const spareRows = 3;
const lastUnits = 5;
const longPressMs = 450;

function Badge({ item }: { item: Item }): JSX.Element | null {
  const left = stock.value.get(item.id);
  if (!item.stocked || left === undefined || left > lastUnits) return null;
  const text = left <= 0 ? t('menu.soldout') : t('menu.left', { n: left });
  return <span class={`tile-badge ${left <= 0 ? 'stop' : ''}`}>{text}</span>;
}

function pressHandlers(item: Item): Pick<JSX.HTMLAttributes<HTMLButtonElement>, 'onPointerDown' | 'onPointerUp' | 'onPointerLeave' | 'onClick' | 'onContextMenu'> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let held = false;
  const stop = (): void => clearTimeout(timer);
  return {
    onPointerDown: () => {
      held = false;
      timer = setTimeout(() => {
        held = true;
        if (hasOptions(item)) openPicker(item);
      }, longPressMs);
    },
    onPointerUp: stop,
    onPointerLeave: stop,
    onContextMenu: (e) => e.preventDefault(),
    onClick: () => {
      if (!held || !hasOptions(item)) touchItem(item);
      held = false;
    },
  };
}

const hasOptions = (item: Item): boolean => item.combo.length > 0 || groupsOf(catalogue.value!, item).length > 0;

function Tile({ item, index, colour }: { item: Item; index: number; colour: string | null }): JSX.Element {
  const handlers = useRef<ReturnType<typeof pressHandlers>>();
  const of = useRef<Item>();
  if (of.current !== item) {
    of.current = item;
    handlers.current = pressHandlers(item);
  }
  const kind = item.combo.length > 0 ? t('menu.combo') : '';
  return (
    <button
      type="button"
      class="tile"
      data-index={index}
      data-item={item.id}
      tabIndex={index === 0 ? 0 : -1}
      style={colour ? { '--tile': colour } : undefined}
      {...handlers.current}
    >
      <span class="tile-name">{item.name}</span>
      <span class="tile-foot">
        <span class="tile-kind">
          <Badge item={item} />
          {kind}
        </span>
        <span class="money">{asMoney(item.price)}</span>
      </span>
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
  const items = shownItems.value;
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
  const height = Math.ceil(items.length / columns) * (rowHeight + gap) - gap;
  const colours = new Map(catalogue.value!.categories.map((c) => [c.id, c.colour]));
  return (
    <div
      class="grid"
      ref={box}
      role="group"
      aria-label={t('menu.items')}
      onScroll={measure}
      onKeyDown={(e) => moveFocus(box.current!, e, columns, items.length)}
    >
      {items.length === 0 && (
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
          {items.slice(first * columns, (first + rows) * columns).map((item, i) => (
            <Tile key={item.id} item={item} index={first * columns + i} colour={colours.get(item.category_id) ?? null} />
          ))}
        </div>
      </div>
    </div>
  );
}
