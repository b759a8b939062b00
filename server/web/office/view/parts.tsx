/* What the pages have in common: the head of a list, the head of one thing, waiting, failing. */
import type { ComponentChildren, JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../../shared/i18n/i18n';
import { Empty } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import { o } from '../i18n/words';
import type { List } from '../state/lists';
import { Search } from './rows';

export function ListHead(props: { title: string; search?: string; children?: ComponentChildren }): JSX.Element {
  return (
    <header class="page-head">
      <h1>{props.title}</h1>
      {props.search && <Search label={props.search} />}
      {props.children}
    </header>
  );
}

export function ThingHead(props: { title: string; back: string; backTo: string; children?: ComponentChildren }): JSX.Element {
  return (
    <header class="page-head">
      <a class="button icon quiet" href={props.backTo} aria-label={props.back} title={props.back}>
        <Icon name="back" />
      </a>
      <h1>{props.title}</h1>
      {props.children}
    </header>
  );
}

/** Reads the lists when the page opens; shows `children` once they are there. */
export function Loaded(props: { lists: List<never>[]; children: () => ComponentChildren }): JSX.Element {
  useEffect(() => {
    for (const list of props.lists) void list.load();
  }, []);
  const failed = props.lists.find((list) => list.failed.value && !list.rows.value)?.failed.value;
  if (failed) {
    return (
      <Empty title={o('load.failed')} hint={failed.text}>
        <p>
          <button type="button" class="button primary" onClick={() => props.lists.forEach((list) => void list.load())}>
            {t('action.retry')}
          </button>
        </p>
      </Empty>
    );
  }
  if (props.lists.some((list) => list.rows.value === null)) return <p class="waiting">{o('load.wait')}</p>;
  return <>{props.children()}</>;
}

/** As `lists` of Loaded wants them: it reads and waits, whatever is in them. */
export const lists = (...some: unknown[]): List<never>[] => some as List<never>[];
