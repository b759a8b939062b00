/* Place, search, status pill, menu. */
import type { JSX } from 'preact';
import { session } from '../../shared/api/client';
import { t } from '../../shared/i18n/i18n';
import { IconButton } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import { StatusPill } from '../../shared/ui/status';
import { idAt } from '../../shared/catalogue/rows';
import { catalogue, query, rowShown, shownCount } from '../state/catalogue';
import { touchItem } from '../state/picker';
import { takeScan } from '../state/scan';
import { otherOpenOrders, sheet, tellGone } from '../state/sheet';
import { feed, mode, pusher, sale } from '../state/till';

export const searchId = 'search';

/* Enter takes the first hit, and a code that none has in its text as it would be scanned; down goes into the grid. */
function onSearchKey(e: KeyboardEvent): void {
  if (e.key === 'Enter' && query.value.trim()) {
    const asked = query.value.trim();
    if (shownCount.value > 0) touchItem(idAt(catalogue.value!.rows, rowShown(0)), {}, tellGone);
    else takeScan(asked);
    query.value = '';
  } else if (e.key === 'ArrowDown') {
    document.querySelector<HTMLElement>('.tile')?.focus();
  } else if (e.key === 'Escape') {
    query.value = '';
    (e.currentTarget as HTMLElement).blur();
  } else {
    return;
  }
  e.preventDefault();
  e.stopPropagation();
}

function Search(): JSX.Element {
  return (
    <label class="search">
      <Icon name="search" />
      <input
        id={searchId}
        class="input"
        type="search"
        enterkeyhint="done"
        autocomplete="off"
        placeholder={t('menu.search')}
        aria-label={t('menu.search')}
        value={query.value}
        onKeyDown={onSearchKey}
        onInput={(e) => {
          query.value = e.currentTarget.value;
          sale.value = null;
          mode.value = 'sell';
        }}
      />
    </label>
  );
}

export function TopBar(): JSX.Element {
  const { outlet, device, staff } = session.value!;
  const open = otherOpenOrders();
  return (
    <header class="top-bar">
      <div class="place">
        <strong>{outlet.name}</strong>
        <span>
          {device.code} · {staff.name}
        </span>
      </div>
      <Search />
      <button type="button" class="button orders-button" aria-label={`${t('orders.title')}: ${open}`} onClick={() => (sheet.value = { kind: 'orders' })}>
        <span class="orders-word">{t('orders.button')}</span>
        <span class="badge num">{open}</span>
      </button>
      <StatusPill pusher={pusher.value!} feed={feed.value} />
      <IconButton icon="menu" label={t('action.menu')} onClick={() => (sheet.value = { kind: 'menu' })} />
    </header>
  );
}
