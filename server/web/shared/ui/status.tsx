/* The one status pill: connection, queue length, last synced. Same place on every page. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { reachable, session } from '../api/client';
import { locale, t } from '../i18n/i18n';
import type { Pusher } from '../sync/pusher';
import type { Feed } from '../ws/feed';

/** Ticks once a second; ages on the page hang on it. */
export const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, 1_000);

const time = (ms: number): string =>
  new Intl.DateTimeFormat(locale.value, {
    hour: '2-digit',
    minute: '2-digit',
    timeZone: session.value?.outlet.timezone,
  }).format(ms);

function level(pusher: Pusher, feed: Feed | null): { tone: string; text: string } {
  if (pusher.stuck.value) return { tone: 'stop', text: t('status.stuck') };
  if (!reachable.value) return { tone: 'stop', text: t('status.offline') };
  if (feed && !feed.live.value) return { tone: 'warn', text: t('status.reconnecting') };
  return { tone: pusher.log.length.value > 0 ? 'warn' : '', text: t('status.online') };
}

export function StatusPill({ pusher, feed }: { pusher: Pusher; feed: Feed | null }): JSX.Element {
  const queued = pusher.log.length.value;
  const { tone, text } = level(pusher, feed);
  return (
    <span class={`pill ${tone}`} role="status" aria-label={t('status.label')}>
      {text}
      <span class="detail">
        {queued > 0 ? t('status.queued', { n: queued }) : t('status.synced', { t: time(pusher.log.lastAckAt.value) })}
      </span>
    </span>
  );
}

/** Shown while the server refuses to go on with our log. */
export function StuckBanner({ pusher }: { pusher: Pusher }): JSX.Element | null {
  if (!pusher.stuck.value) return null;
  return (
    <p class="banner stop" role="alert">
      {t('stuck.text', { n: pusher.log.length.value })}
    </p>
  );
}
