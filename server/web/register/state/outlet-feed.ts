/*
 * What the register follows live: stock levels for the badges, tickets, to tell when an order is ready, and whether a
 * catalogue was published.
 */
import { signal } from '@preact/signals';
import { get, NetworkError, session } from '../../shared/api/client';
import type { Cursor, StockPage, SyncState } from '../../shared/api/types';
import { t } from '../../shared/i18n/i18n';
import { fromFeedId, fromFeedIdOrNull } from '../../shared/ids/ids';
import { say } from '../../shared/ui/overlay';
import { Feed, sharedJournal, type Change, type FeedOptions } from '../../shared/ws/feed';
import { refreshCatalogue } from './catalogue';
import { openOrders } from './order';

const stockPage = 1000;
const lookAgainMs = 5_000;
const qtyScale = 1_000_000;

/** On hand by item id, for items whose stock is counted. */
export const stock = signal<ReadonlyMap<string, number>>(new Map());

const tickets = new Map<string, { orderId: string | null; call: string }>();

async function loadStock(): Promise<void> {
  if (!session.value?.scopes.includes('stock.read')) return;
  const levels = new Map<string, number>();
  let after: string | null = null;
  do {
    const path: string = `/v1/stock?limit=${stockPage}${after ? `&after=${after}` : ''}`;
    const page: StockPage = (await get<StockPage>(path)).body;
    for (const level of page.levels) levels.set(level.item_id, Number(level.on_hand));
    after = page.next;
  } while (after);
  stock.value = levels;
}

function applyStock(changes: Change[]): void {
  const next = new Map(stock.value);
  for (const [, , , id, op, , row] of changes) {
    const item = fromFeedId(id.split('.').pop()!);
    if (op === 'D') next.delete(item);
    else if (typeof row?.['on_hand'] === 'number') next.set(item, row['on_hand'] / qtyScale);
  }
  stock.value = next;
}

function applyTicket([, , , id, , , row]: Change): void {
  if (!row) return;
  const known = tickets.get(id);
  const orderId = fromFeedIdOrNull(row['order_id']) ?? known?.orderId ?? null;
  const call = (row['call_number'] as string | undefined) ?? known?.call ?? '';
  tickets.set(id, { orderId, call });
  const mine = openOrders.value.some((o) => o.id === orderId);
  if (mine && (row['state'] === 'ready' || row['state'] === 'served')) say(t('ready.toast', { n: call }));
}

const present = async (): Promise<SyncState> => (await get<SyncState>('/v1/sync/state')).body;

function outletStream(outlet: string, state: SyncState | null): FeedOptions {
  let first: Cursor | null = state?.journal.cursor ?? null;
  return {
    outlet,
    topics: ['stock', 'kitchen'],
    load: async () => {
      const from = first ?? (await present()).journal.cursor;
      first = null;
      await loadStock();
      return from;
    },
    apply: (changes) => {
      const levels = changes.filter((c) => c[2] === 'stock');
      if (levels.length > 0) applyStock(levels);
      changes.filter((c) => c[2] === 'ticket').forEach(applyTicket);
    },
  };
}

/* Without a network it is repeated with the next connection. */
function look(): void {
  refreshCatalogue().catch((e: unknown) => {
    if (!(e instanceof NetworkError)) setTimeout(look, lookAgainMs);
  });
}

function catalogueStream(state: SyncState | null): FeedOptions {
  let first: Cursor | null = state?.shared_journal.cursor ?? null;
  return {
    outlet: sharedJournal,
    topics: ['catalogue'],
    load: async () => {
      const from = first ?? (await present()).shared_journal.cursor;
      first = null;
      look();
      return from;
    },
    apply: (changes) => {
      if (changes.some((c) => c[2] === 'catalogue_head')) look();
    },
  };
}

/** Follows the outlet and the business from where they stood; when a position is lost or not known everything is read again. */
export const followOutlet = (outlet: string, state: SyncState | null): Feed => new Feed(outletStream(outlet, state), catalogueStream(state));
