/* The kitchen screen as a whole: loading, following, bumping, recalling. */
import { computed, signal } from '@preact/signals';
import { coreHash } from 'virtual:mpos-core';
import { ApiError, get, post, session, setSession } from '../../shared/api/client';
import type { Cursor, SyncState, Ticket, TicketPage } from '../../shared/api/types';
import { t } from '../../shared/i18n/i18n';
import { newId } from '../../shared/ids/ids';
import { OperationLog, type Ack, type Operation } from '../../shared/sync/log';
import { ownLog, SecondTab } from '../../shared/sync/only-tab';
import { Pusher } from '../../shared/sync/pusher';
import { say, warn } from '../../shared/ui/overlay';
import { Feed } from '../../shared/ws/feed';
import { chime } from './chime';
import { applyChanges, dismissed, finished, isOpen, overlayBump, putTicket, takeList, tickets, touchItem, type Bump } from './tickets';

export const phase = signal<'loading' | 'failed' | 'ready'>('loading');
export const failure = signal('');
export const pusher = signal<Pusher | null>(null);
export const feed = signal<Feed | null>(null);
export const station = signal<string | null>(new URLSearchParams(location.search).get('station'));
/** Server time minus ours, so that ages are right on a screen with a wrong clock. */
export const clockOffsetMs = signal(0);

/** What each bump of this screen moved, to show a recall at once. */
const before = new Map<string, Ticket>();
const bumpOfItem = new Map<string, string>();

const here = (x: Ticket): boolean => station.value === null || x.station === station.value;

export const openTickets = computed(() =>
  [...tickets.value.values()].filter((x) => isOpen(x) && here(x)).sort((a, b) => a.sent_at.localeCompare(b.sent_at) || a.id.localeCompare(b.id)),
);

async function readTickets(first: boolean): Promise<Cursor> {
  const page = (await get<TicketPage>('/v1/kitchen/tickets?state=all')).body;
  if (page.server_time) clockOffsetMs.value = Date.parse(page.server_time) - Date.now();
  const fresh = takeList(page.tickets, first);
  for (const op of pusher.value!.log.queue.value) if (op.type === 'kds.bump') overlayBump(bumpOf(op));
  if (fresh > 0) chime();
  return page.cursor;
}

const bumpOf = (op: Operation): Bump => (JSON.parse(op.bytes) as { b: Bump }).b;

export async function startScreen(): Promise<void> {
  phase.value = 'loading';
  try {
    const state = (await get<SyncState>('/v1/sync/state')).body;
    await ownLog(state.device_id);
    adoptState(state);
    const cursor = await readTickets(true);
    follow(cursor);
    phase.value = 'ready';
  } catch (e) {
    failure.value = e instanceof ApiError ? `${e.message} (${e.problem.code})` : t(e instanceof SecondTab ? 'load.other' : 'signin.offline');
    phase.value = 'failed';
  }
}

function adoptState(state: SyncState): void {
  const known = pusher.value;
  if (known?.log.device === state.device_id) {
    if (!known.log.reconcile(state.last_seq, state.last_hash)) known.stuck.value = 'bad_chain';
    known.kick();
    return;
  }
  known?.dispose();
  const start = { device: state.device_id, gen: state.gen, lastSeq: state.last_seq, lastHash: state.last_hash, coreHash, doer: () => session.value };
  const log = new OperationLog(start);
  log.onAck(acknowledged);
  pusher.value = new Pusher(log);
}

function follow(cursor: Cursor): void {
  let first: Cursor | null = cursor;
  feed.value?.dispose();
  feed.value = new Feed({
    outlet: session.value!.outlet.id,
    topics: ['kitchen'],
    load: async () => {
      const from = first ?? (await readTickets(false));
      first = null;
      return from;
    },
    apply: (changes) => {
      const { fresh, unknown } = applyChanges(changes);
      if (fresh > 0) chime();
      if (unknown) void readTickets(false).catch(() => undefined);
    },
  });
}

/* A refusal means the ticket has moved on elsewhere: show what the server has. */
function acknowledged(op: Operation, ack: Ack): void {
  if (ack.result.st !== 'rej' && ack.result.st !== 'susp') return;
  const ticket = tickets.value.get(op.root);
  warn(t('kitchen.stale', { n: ticket?.call_number ?? '' }));
  void readTickets(false).catch(() => undefined);
}

function append(bump: Bump): void {
  const ticket = tickets.value.get(bump.ticket_id)!;
  before.set(bump.id, ticket);
  pusher.value!.log.append('kds.bump', bump.ticket_id, bump);
  overlayBump(bump);
}

/** Finishes the whole ticket; it leaves the board and can be brought back. */
export function bumpTicket(ticket: Ticket): void {
  if (ticket.state === 'cancelled') {
    dismissed.value = new Set([...dismissed.value, ticket.id]);
    return;
  }
  ticket.items.forEach((x) => touchItem(x.id));
  append({ id: newId(), ticket_id: ticket.id, to: 'served' });
  say(t('kitchen.finished', { n: ticket.call_number }), () => recall(ticket.id));
}

/** Marks one item ready; touched again, that is taken back. A changed or cancelled item is first acknowledged. */
export function bumpItem(ticket: Ticket, itemId: string): void {
  touchItem(itemId);
  const item = ticket.items.find((x) => x.id === itemId)!;
  if (item.state === 'cancelled') return;
  if (item.state === 'ready') {
    const bump = bumpOfItem.get(itemId);
    if (bump && bump === ticket.last_bump) recall(ticket.id);
    return;
  }
  const id = newId();
  bumpOfItem.set(itemId, id);
  append({ id, ticket_id: ticket.id, items: [itemId], to: 'ready' });
}

/** Undoes the newest bump of the ticket. */
export function recall(ticketId: string): void {
  const ticket = tickets.value.get(ticketId);
  if (!ticket?.last_bump) return;
  pusher.value!.log.append('kds.recall', ticketId, { ticket_id: ticketId, undo: ticket.last_bump });
  const was = before.get(ticket.last_bump);
  if (was) putTicket({ ...was, version: ticket.version });
}

export function recallLast(): void {
  const last = finished.value[0];
  if (last) recall(last.id);
}

export function chooseStation(next: string | null): void {
  station.value = next;
  const url = new URL(location.href);
  if (next) url.searchParams.set('station', next);
  else url.searchParams.delete('station');
  history.replaceState(null, '', url);
}

export async function signOut(): Promise<void> {
  try {
    await post('/v1/auth/sign-out', {});
  } catch {
    /* the token is dropped here in any case */
  }
  feed.value?.dispose();
  feed.value = null;
  setSession(null);
}
