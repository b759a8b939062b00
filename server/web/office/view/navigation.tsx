/* The way to the pages: a column in groups at the side, or on a phone a sheet behind the name of the page. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../../shared/ui/icons';
import { Sheet } from '../../shared/ui/overlay';
import type { OfficeKey } from '../i18n/en';
import { o } from '../i18n/words';
import { narrow } from '../state/screen';
import { open, pages } from './pages';

function Links({ current, onGo }: { current: string; onGo?: () => void }): JSX.Element {
  const here = useRef<HTMLAnchorElement>(null);
  const names = open();
  const groups = [...new Set(names.map((name) => pages[name]!.group))];
  useEffect(() => here.current?.scrollIntoView({ block: 'nearest' }), [current]);
  const link = (name: string): JSX.Element => (
    <a key={name} href={`#/${name}`} aria-current={name === current ? 'page' : undefined} ref={name === current ? here : undefined} onClick={onGo}>
      {o(pages[name]!.title)}
    </a>
  );
  return (
    <>
      {groups.map((group: OfficeKey) => (
        <div key={group} class="nav-group" role="group" aria-label={o(group)}>
          {groups.length > 1 && <span aria-hidden="true">{o(group)}</span>}
          {names.filter((name) => pages[name]!.group === group).map(link)}
        </div>
      ))}
    </>
  );
}

export function Navigation({ current }: { current: string }): JSX.Element {
  const shown = useSignal(false);
  const close = (): void => {
    shown.value = false;
  };
  return (
    <nav aria-label={o('nav.label')}>
      {narrow.value ? (
        <button type="button" class="button quiet nav-open" aria-expanded={shown.value} onClick={() => (shown.value = true)}>
          <Icon name="menu" />
          {o(pages[current]?.title ?? 'nav.label')}
        </button>
      ) : (
        <Links current={current} />
      )}
      {narrow.value && shown.value && (
        <Sheet title={o('nav.label')} onClose={close}>
          <div class="nav-sheet">
            <Links current={current} onGo={close} />
          </div>
        </Sheet>
      )}
    </nav>
  );
}
