/* The frame: who and where, the way to the pages that the session may open, and the page itself. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { reachable, session } from '../../shared/api/client';
import { t } from '../../shared/i18n/i18n';
import { Empty, IconButton, KeyList } from '../../shared/ui/controls';
import { Sheet } from '../../shared/ui/overlay';
import type { OfficeKey } from '../i18n/en';
import { o } from '../i18n/words';
import { may } from '../state/rights';
import { go, route } from '../state/route';
import { AccountPage } from './account';
import { DevicesPage } from './devices';
import { KeysPage } from './keys';
import { PeoplePage } from './people';
import { RolesPage } from './roles';
import { scopeWord } from './scope-words';
import { SessionsPage } from './sessions';

interface Page {
  title: OfficeKey;
  /** The right that opens it; null is for everybody. */
  scope: string | null;
  view: () => JSX.Element;
}

export const pages: Record<string, Page> = {
  people: { title: 'nav.people', scope: 'staff.read', view: PeoplePage },
  roles: { title: 'nav.roles', scope: 'staff.read', view: RolesPage },
  devices: { title: 'nav.devices', scope: 'device.read', view: DevicesPage },
  sessions: { title: 'nav.sessions', scope: 'staff.read', view: SessionsPage },
  keys: { title: 'nav.keys', scope: 'key.write', view: KeysPage },
  account: { title: 'nav.account', scope: null, view: AccountPage },
};

const allowed = (page: Page): boolean => page.scope === null || may(page.scope);
const first = (): string => Object.keys(pages).find((name) => allowed(pages[name]!))!;
const help = signal(false);

function onKey(e: KeyboardEvent): void {
  const typing = e.target instanceof HTMLInputElement || e.target instanceof HTMLSelectElement;
  if (typing || e.ctrlKey || e.metaKey || e.altKey || document.querySelector('[role="dialog"]')) return;
  const nth = Object.keys(pages).filter((name) => allowed(pages[name]!))[Number(e.key) - 1];
  const search = document.querySelector<HTMLInputElement>('input[type="search"]');
  if (e.key === '?') help.value = true;
  else if (e.key === '/' && search) search.focus();
  else if (e.key === 'Escape' && route.value.id) go(route.value.page);
  else if (nth) go(nth);
  else return;
  e.preventDefault();
}

function Navigation({ current }: { current: string }): JSX.Element {
  const here = useRef<HTMLAnchorElement>(null);
  useEffect(() => here.current?.scrollIntoView({ block: 'nearest', inline: 'center' }), [current]);
  return (
    <nav aria-label={o('nav.label')}>
      {Object.entries(pages).map(
        ([name, page]) =>
          allowed(page) && (
            <a key={name} href={`#/${name}`} aria-current={name === current ? 'page' : undefined} ref={name === current ? here : undefined}>
              {o(page.title)}
            </a>
          ),
      )}
    </nav>
  );
}

function Keys(): JSX.Element {
  const list: [string, string][] = [
    ['1 … 9', o('keys.pages')],
    ['/', t('keys.search')],
    ['↑ ↓', o('keys.rows')],
    ['Enter', o('keys.enter')],
    ['Esc', t('keys.back')],
    ['?', t('keys.help')],
  ];
  return (
    <Sheet title={t('keys.title')} onClose={() => (help.value = false)}>
      <KeyList keys={list} />
    </Sheet>
  );
}

function Closed({ page }: { page: Page }): JSX.Element {
  return (
    <section class="page" aria-label={o(page.title)}>
      <Empty title={o('closed.title', { page: o(page.title) })} hint={o('closed.text', { scope: scopeWord(page.scope!), role: session.value!.staff.role })} />
    </section>
  );
}

function Lost(): JSX.Element {
  return (
    <section class="page" aria-label={o('lost.title')}>
      <Empty title={o('lost.title')} hint={o('lost.text')}>
        <p>
          <a class="button primary" href={`#/${first()}`}>
            {o(pages[first()]!.title)}
          </a>
        </p>
      </Empty>
    </section>
  );
}

export function Frame(): JSX.Element {
  const name = route.value.page || first();
  const page = pages[name];
  const View = page?.view;
  const main = useRef<HTMLElement>(null);
  const place = `${name}/${route.value.id ?? ''}`;
  useLayoutEffect(() => {
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, []);
  useEffect(() => {
    document.title = `${page ? o(page.title) : o('app.office')} · M_POS`;
    main.current?.focus({ preventScroll: true });
  }, [place]);
  return (
    <div class="office">
      <header class="office-bar">
        <p class="place">
          <b>{session.value!.tenant.name}</b>
          <span>{o('app.office')}</span>
        </p>
        <span class="who">{session.value!.staff.name}</span>
        <IconButton icon="menu" label={t('keys.title')} class="quiet keys-button" onClick={() => (help.value = true)} />
      </header>
      <Navigation current={name} />
      <main ref={main} tabIndex={-1} key={place}>
        {!reachable.value && (
          <p class="banner stop" role="alert">
            {o('problem.offline')}
          </p>
        )}
        {!page || !View ? <Lost /> : allowed(page) ? <View /> : <Closed page={page} />}
      </main>
      {help.value && <Keys />}
    </div>
  );
}
