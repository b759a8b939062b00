/*
 * The tickets of the outlet, as the server told and as this screen has moved them. Server rows always win; what this
 * screen has bumped and not sent yet is laid over them again.
 */
import { computed, signal } from '@preact/signals';
import type { ItemState, Ticket, TicketItem } from '../../shared/api/types';
import { fromFeedId, fromFeedIdOrNull } from '../../shared/ids/ids';
import { quantity } from '../../shared/money/money';
import type { Change } from '../../shared/ws/feed';

type Row = Record<string, unknown>;

export interface Bump {
  id: string;
  ticket_id: string;
  items?: string[];
  to: ItemState;
}

const rank: Record<ItemState, number> = { new: 0, cooking: 1, ready: 2, served: 3, cancelled: 4 };
const qtyScale = 1_000_000;

export const tickets = signal<ReadonlyMap<string, Ticket>>(new Map());
/** Items that changed on a ticket already shown; highlighted until touched. */
export const changed = signal<ReadonlySet<string>>(new Set());
/** Cancelled tickets that were seen and touched away. */
export const dismissed = signal<ReadonlySet<string>>(new Set());

/* Order in which tickets were finished, as seen here. */
const finishedOrder = new Map<string, number>();
let finishedCount = 0;

const ticketOfItem = new Map<string, string>();
const shown = new Set<string>();

export const isOpen = (ticket: Ticket): boolean => ticket.state !== 'served' && !dismissed.value.has(ticket.id);

/** Finished tickets that can be brought back, newest first. */
export const finished = computed(() =>
  [...tickets.value.values()]
    .filter((x) => x.state === 'served' && x.last_bump)
    .sort((a, b) => (finishedOrder.get(b.id) ?? 0) - (finishedOrder.get(a.id) ?? 0)),
);

/* The one way to change the tickets: remembers which were finished meanwhile. */
function setTickets(next: Map<string, Ticket>): void {
  for (const x of next.values()) {
    if (x.state !== 'served') finishedOrder.delete(x.id);
    else if (!finishedOrder.has(x.id)) finishedOrder.set(x.id, ++finishedCount);
  }
  tickets.value = next;
}

/** Takes a whole list; answers how many open tickets are new to this screen. */
export function takeList(list: Ticket[], first: boolean): number {
  setTickets(new Map(list.map((x) => [x.id, x])));
  for (const x of list) for (const item of x.items) ticketOfItem.set(item.id, x.id);
  dismissed.value = new Set([...dismissed.value, ...list.filter((x) => x.state === 'cancelled' && !shown.has(x.id)).map((x) => x.id)]);
  const fresh = list.filter((x) => !shown.has(x.id) && isOpen(x));
  list.forEach((x) => shown.add(x.id));
  return first ? 0 : fresh.length;
}

const text = (row: Row, name: string, now: string): string => (typeof row[name] === 'string' ? (row[name] as string) : now);

function mergeTicket(now: Ticket | undefined, id: string, version: number, row: Row): Ticket {
  return {
    id,
    order_id: fromFeedIdOrNull(row['order_id']) ?? now?.order_id ?? '',
    call_number: text(row, 'call_number', now?.call_number ?? ''),
    channel: text(row, 'channel', now?.channel ?? ''),
    table: 'table_label' in row ? (row['table_label'] as string | null) : (now?.table ?? null),
    station: text(row, 'station', now?.station ?? ''),
    course: typeof row['course'] === 'number' ? row['course'] : (now?.course ?? 1),
    state: text(row, 'state', now?.state ?? 'new') as ItemState,
    version,
    sent_at: text(row, 'sent_at', now?.sent_at ?? ''),
    last_bump: 'last_bump' in row ? fromFeedIdOrNull(row['last_bump']) : (now?.last_bump ?? null),
    noted: row['noted'] === true || (now?.noted ?? false),
    ...(now?.note === undefined ? {} : { note: now.note }),
    items: now?.items ?? [],
  };
}

function mergeItem(now: TicketItem | undefined, id: string, row: Row): TicketItem {
  return {
    id,
    line_id: fromFeedIdOrNull(row['line_id']) ?? now?.line_id ?? '',
    name: text(row, 'name', now?.name ?? ''),
    qty: typeof row['qty'] === 'number' ? String(row['qty'] / qtyScale) : (now?.qty ?? '1'),
    modifiers: Array.isArray(row['modifiers']) ? (row['modifiers'] as string[]) : (now?.modifiers ?? []),
    state: text(row, 'state', now?.state ?? 'new') as ItemState,
  };
}

function applyItem(next: Map<string, Ticket>, id: string, row: Row): void {
  const ticketId = fromFeedIdOrNull(row['ticket_id']) ?? ticketOfItem.get(id);
  const ticket = ticketId ? next.get(ticketId) : undefined;
  if (!ticket) return;
  ticketOfItem.set(id, ticket.id);
  const now = ticket.items.find((x) => x.id === id);
  const item = mergeItem(now, id, row);
  const items = now ? ticket.items.map((x) => (x.id === id ? item : x)) : [...ticket.items, item];
  next.set(ticket.id, { ...ticket, items });
  const cancelled = item.state === 'cancelled' && now?.state !== 'cancelled';
  if (shown.has(ticket.id) && (!now || cancelled)) changed.value = new Set([...changed.value, id]);
}

export interface Applied {
  /** Open tickets this screen has not shown before. */
  fresh: number;
  /** A row about a ticket that is not known here, or whose note is not; the list must be read again. */
  unknown: boolean;
}

/** Applies feed rows: tickets first, so that items find theirs whatever the order in the entry. */
export function applyChanges(changes: Change[]): Applied {
  const next = new Map(tickets.value);
  let unknown = false;
  for (const [, , entity, id22, op, version, row] of changes) {
    if (entity !== 'ticket') continue;
    const id = fromFeedId(id22);
    if (op === 'D') next.delete(id);
    else if (!next.has(id) && !row?.['sent_at']) unknown = true;
    else next.set(id, mergeTicket(next.get(id), id, version, row ?? {}));
    if (row?.['noted'] === true && next.get(id)?.note === undefined) unknown = true;
  }
  for (const [, , entity, id22, op, , row] of changes) {
    if (entity === 'ticket_item' && op === 'U') applyItem(next, fromFeedId(id22), row ?? {});
  }
  setTickets(next);
  const fresh = [...next.values()].filter((x) => !shown.has(x.id) && isOpen(x));
  fresh.forEach((x) => shown.add(x.id));
  return { fresh: fresh.length, unknown };
}

/* A ticket stands where its least advanced item stands. */
function stateOf(items: TicketItem[], now: ItemState): ItemState {
  const live = items.filter((x) => x.state !== 'cancelled');
  if (live.length === 0) return now;
  return live.reduce<ItemState>((low, x) => (rank[x.state] < rank[low] ? x.state : low), 'served');
}

/** Shows a bump of this screen before the server has answered. Monotone like the server's rule. */
export function overlayBump(bump: Bump): void {
  const ticket = tickets.value.get(bump.ticket_id);
  if (!ticket) return;
  const items = ticket.items.map((x) =>
    (!bump.items || bump.items.includes(x.id)) && rank[x.state] < rank[bump.to] ? { ...x, state: bump.to } : x,
  );
  putTicket({ ...ticket, items, state: stateOf(items, bump.to), last_bump: bump.id });
}

export function putTicket(ticket: Ticket): void {
  const note = ticket.note ?? tickets.value.get(ticket.id)?.note;
  setTickets(new Map(tickets.value).set(ticket.id, note === undefined ? ticket : { ...ticket, note }));
}

export function touchItem(id: string): void {
  if (!changed.value.has(id)) return;
  const next = new Set(changed.value);
  next.delete(id);
  changed.value = next;
}

/** How often each item is still to be made, most first. */
export function countsOf(open: readonly Ticket[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const item of open.flatMap((x) => x.items)) {
    if (rank[item.state] >= rank.ready) continue;
    counts.set(item.name, (counts.get(item.name) ?? 0) + Number(quantity(item.qty)));
  }
  return [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
}
