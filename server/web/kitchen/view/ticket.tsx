/* One ticket: header to finish it, items to mark ready one by one, age in calm, warn and late colours. */
import type { JSX } from 'preact';
import type { Ticket, TicketItem } from '../../shared/api/types';
import type { MessageKey } from '../../shared/i18n/en';
import { t } from '../../shared/i18n/i18n';
import { quantity } from '../../shared/money/money';
import { now } from '../../shared/ui/status';
import { bumpItem, bumpTicket, clockOffsetMs, station } from '../state/screen';
import { changed } from '../state/tickets';

const promiseMs = 10 * 60_000;
const warnPart = 0.6;
const keysMax = 9;

/** "4:05", "1:02:05". */
export function age(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor(s / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

function tone(ms: number): '' | 'warn' | 'late' {
  if (ms >= promiseMs) return 'late';
  return ms >= promiseMs * warnPart ? 'warn' : '';
}

const place = (ticket: Ticket): string =>
  ticket.table ? t('kitchen.table', { n: ticket.table }) : t(`cart.channel.${ticket.channel}` as MessageKey);

function Item({ ticket, item }: { ticket: Ticket; item: TicketItem }): JSX.Element {
  const qty = quantity(item.qty);
  const state = t(`state.${item.state}` as MessageKey);
  return (
    <li>
      <button
        type="button"
        class={`item ${item.state} ${changed.value.has(item.id) ? 'changed' : ''}`}
        aria-label={[t('kitchen.item', { q: qty, name: item.name, state }), ...item.modifiers].join(', ')}
        onClick={() => bumpItem(ticket, item.id)}
      >
        <span class={`item-qty num ${qty === '1' ? 'one' : ''}`}>{qty}</span>
        <span class="item-text">
          <span class="item-name">{item.name}</span>
          {item.modifiers.map((m, i) => (
            <span class="item-modifier" key={i}>
              {m}
            </span>
          ))}
        </span>
      </button>
    </li>
  );
}

export function TicketCard({ ticket, position }: { ticket: Ticket; position: number }): JSX.Element {
  const waited = now.value + clockOffsetMs.value - Date.parse(ticket.sent_at);
  const late = ticket.state === 'cancelled' ? '' : tone(waited);
  return (
    <li class={`ticket ${late} ${ticket.state}`} data-ticket={ticket.id}>
      <button
        type="button"
        class="ticket-head"
        aria-label={`${t('kitchen.bump', { n: ticket.call_number })}, ${place(ticket)}`}
        onClick={() => bumpTicket(ticket)}
      >
        <span class="call num">{ticket.call_number}</span>
        <span class="where">
          {place(ticket)}
          {station.value === null && <span class="station">{ticket.station}</span>}
        </span>
        <span class="age num">{age(waited)}</span>
        {position <= keysMax && <kbd aria-hidden="true">{position}</kbd>}
      </button>
      {ticket.note && <p class="ticket-note">{ticket.note}</p>}
      <ul class="items">
        {ticket.items.map((item) => (
          <Item key={item.id} ticket={ticket} item={item} />
        ))}
      </ul>
    </li>
  );
}
