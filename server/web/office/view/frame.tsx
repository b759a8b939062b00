/* The frame: who and where, the way to the pages that the session may open, and the page itself. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';
import { reachable, session } from '../../shared/api/client';
import { t } from '../../shared/i18n/i18n';
import { Empty, IconButton, KeyList } from '../../shared/ui/controls';
import { Sheet } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { may } from '../state/rights';
import { go, route } from '../state/route';
import { later } from './later';
import { Navigation } from './navigation';
import { allowed, first, open, pages, type Page } from './pages';
import { scopeWord } from './scope-words';

const help = signal(false);
const Preview = later('preview', true);

function onKey(e: KeyboardEvent): void {
  const typing = e.target instanceof HTMLInputElement || e.target instanceof HTMLSelectElement || e.target instanceof HTMLTextAreaElement;
  if (typing || e.ctrlKey || e.metaKey || e.altKey || document.querySelector('[role="dialog"]')) return;
  const nth = open()[Number(e.key) - 1];
  const search = document.querySelector<HTMLInputElement>('input[type="search"]');
  if (e.key === '?') help.value = true;
  else if (e.key === '/' && search) search.focus();
  else if (e.key === 'Escape' && route.value.id) go(route.value.page);
  else if (nth) go(nth);
  else return;
  e.preventDefault();
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
  const preview = page?.preview === true && allowed(page) && may('catalogue.write') && may('order.write');
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
    <div class={`office ${preview ? 'with-preview' : ''}`}>
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
      {preview && <Preview />}
      {help.value && <Keys />}
    </div>
  );
}
