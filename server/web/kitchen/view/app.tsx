/* The kitchen page: tickets in columns by time, counts beside them, recall under the hand. */
import { signal, useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { session } from '../../shared/api/client';
import { chooseLanguage, language, languages, locale, t } from '../../shared/i18n/i18n';
import { Empty, IconButton, KeyList, Segmented } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import { Sheet, Toasts } from '../../shared/ui/overlay';
import { SignIn } from '../../shared/ui/sign-in';
import { StatusPill, StuckBanner, now } from '../../shared/ui/status';
import { soundOn, toggleSound } from '../state/chime';
import {
  bumpTicket, chooseStation, failure, feed, openTickets, phase, pusher, recall, recallLast, signOut, startScreen, station,
} from '../state/screen';
import { countsOf, finished } from '../state/tickets';
import { age, TicketCard } from './ticket';

const lostAfterMs = 10_000;
const recallShown = 12;

const sheet = signal<'recall' | 'menu' | null>(null);
const close = (): void => {
  sheet.value = null;
};

function nextStation(): void {
  const all: (string | null)[] = [null, ...session.value!.outlet.stations];
  chooseStation(all[(all.indexOf(station.value) + 1) % all.length] ?? null);
}

const keys: Record<string, () => void> = {
  r: recallLast,
  l: () => (sheet.value = 'recall'),
  m: toggleSound,
  s: nextStation,
  '?': () => (sheet.value = 'menu'),
};

function onKey(e: KeyboardEvent): void {
  if (sheet.value || e.target instanceof HTMLInputElement || e.ctrlKey || e.metaKey || e.altKey) return;
  const ticket = /^[1-9]$/.test(e.key) ? openTickets.value[Number(e.key) - 1] : undefined;
  if (ticket) bumpTicket(ticket);
  else if (keys[e.key]) keys[e.key]!();
  else return;
  e.preventDefault();
}

function Clock(): JSX.Element {
  const { timezone } = session.value!.outlet;
  const format = new Intl.DateTimeFormat(locale.value, { hour: '2-digit', minute: '2-digit', timeZone: timezone });
  return <span class="clock num">{format.format(now.value)}</span>;
}

function TopBar(): JSX.Element {
  const { outlet, device } = session.value!;
  return (
    <header class="top-bar">
      <h1>
        {outlet.name} · {device.code}
      </h1>
      <span class="count num">
        {t('kitchen.tickets')} {openTickets.value.length}
      </span>
      <Clock />
      <StatusPill pusher={pusher.value!} feed={feed.value} />
    </header>
  );
}

function Lost(): JSX.Element | null {
  const since = feed.value?.lostAt.value ?? null;
  if (since === null || now.value - since < lostAfterMs) return null;
  return (
    <p class="banner lost num" role="alert">
      {t('kitchen.lost', { t: age(now.value - since) })}
    </p>
  );
}

/* Tickets that begin beyond the edge of the board. */
function hiddenTickets(board: HTMLElement): number {
  const edge = board.getBoundingClientRect();
  return [...board.querySelectorAll('.ticket')].filter((x) => {
    const box = x.getBoundingClientRect();
    return box.left >= edge.right || box.top >= edge.bottom;
  }).length;
}

function Board(): JSX.Element {
  const board = useRef<HTMLOListElement>(null);
  const hidden = useSignal(0);
  const measure = (): void => {
    hidden.value = board.current ? hiddenTickets(board.current) : 0;
  };
  useLayoutEffect(measure);
  const forward = (): void => board.current?.scrollBy({ left: board.current.clientWidth, top: board.current.clientHeight });
  if (openTickets.value.length === 0) {
    return (
      <div class="board">
        <Empty title={t('kitchen.empty')} hint={t('kitchen.empty.hint')} />
      </div>
    );
  }
  return (
    <div class="board-box">
      <ol class="board" aria-label={t('kitchen.tickets')} tabIndex={0} ref={board} onScroll={measure}>
        {openTickets.value.map((ticket, i) => (
          <TicketCard key={ticket.id} ticket={ticket} position={i + 1} />
        ))}
      </ol>
      {hidden.value > 0 && (
        <button type="button" class="button primary more num" onClick={forward}>
          {t('kitchen.more', { n: hidden.value })}
        </button>
      )}
    </div>
  );
}

function Counts(): JSX.Element {
  return (
    <aside class="counts" aria-label={t('kitchen.counts')}>
      <h2>{t('kitchen.counts')}</h2>
      <ul>
        {countsOf(openTickets.value).map(([name, n]) => (
          <li key={name}>
            <b class="num">{n}</b>
            <span>{name}</span>
          </li>
        ))}
      </ul>
    </aside>
  );
}

function BottomBar(): JSX.Element {
  const { stations } = session.value!.outlet;
  return (
    <footer class="bottom-bar">
      <button type="button" class="button large" disabled={finished.value.length === 0} onClick={() => (sheet.value = 'recall')}>
        <Icon name="recall" />
        {t('kitchen.recall')}
      </button>
      <Segmented
        label={t('kitchen.station')}
        value={station.value ?? ''}
        choices={[{ value: '', label: t('kitchen.all') }, ...stations.map((s) => ({ value: s, label: s }))]}
        onChange={(value) => chooseStation(value || null)}
      />
      <span class="spread" />
      <IconButton
        icon={soundOn.value ? 'sound' : 'mute'}
        label={t(soundOn.value ? 'kitchen.sound.on' : 'kitchen.sound.off')}
        onClick={toggleSound}
      />
      <IconButton icon="menu" label={t('action.menu')} onClick={() => (sheet.value = 'menu')} />
    </footer>
  );
}

function RecallSheet(): JSX.Element {
  const list = finished.value.slice(0, recallShown);
  return (
    <Sheet title={t('kitchen.recall.title')} onClose={close}>
      {list.length === 0 && <Empty title={t('kitchen.recall.none')} />}
      <ul class="recalls">
        {list.map((x) => (
          <li key={x.id}>
            <button
              type="button"
              class="button large"
              aria-label={t('kitchen.recall.go', { n: x.call_number })}
              onClick={() => {
                recall(x.id);
                close();
              }}
            >
              <b class="num">{x.call_number}</b>
              <span>{x.items.map((i) => i.name).join(', ')}</span>
              <Icon name="recall" />
            </button>
          </li>
        ))}
      </ul>
    </Sheet>
  );
}

function MenuSheet(): JSX.Element {
  const list: [string, string][] = [
    ['1 … 9', t('keys.bump')],
    ['R', t('keys.recall')],
    ['L', t('keys.recalls')],
    ['S', t('keys.station')],
    ['M', t('keys.mute')],
    ['?', t('keys.help')],
  ];
  return (
    <Sheet title={session.value!.staff.name} onClose={close}>
      <Segmented
        label={t('user.language')}
        value={language.value}
        choices={languages.map((l) => ({ value: l.code, label: l.name }))}
        onChange={chooseLanguage}
      />
      <KeyList keys={list} />
      <button type="button" class="button" onClick={() => void signOut().then(close)}>
        {t('user.signout')}
      </button>
    </Sheet>
  );
}

function Screen(): JSX.Element {
  useLayoutEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  const since = feed.value?.lostAt.value ?? null;
  const lost = since !== null && now.value - since >= lostAfterMs;
  return (
    <div class={`screen ${lost ? 'is-lost' : ''}`}>
      <TopBar />
      <div class="notices">
        <Lost />
        <StuckBanner pusher={pusher.value!} />
      </div>
      <main>
        <Board />
        <Counts />
      </main>
      <BottomBar />
      {sheet.value === 'recall' && <RecallSheet />}
      {sheet.value === 'menu' && <MenuSheet />}
    </div>
  );
}

export function App(): JSX.Element {
  const token = session.value?.token;
  useEffect(() => {
    if (token) void startScreen();
  }, [token]);
  return (
    <>
      {!token ? (
        <SignIn title="app.kitchen" device="signin.screen" />
      ) : phase.value === 'ready' ? (
        <Screen />
      ) : (
        <main class="loading">
          <Empty title={t(phase.value === 'loading' ? 'load.wait' : 'load.title')} hint={failure.value}>
            {phase.value === 'failed' && (
              <p>
                <button type="button" class="button primary" onClick={() => void startScreen()}>
                  {t('action.retry')}
                </button>
              </p>
            )}
          </Empty>
        </main>
      )}
      <Toasts />
    </>
  );
}
