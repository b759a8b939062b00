/* Categories: a rail beside the grid, a strip above it on narrow pages. */
import type { JSX } from 'preact';
import { t } from '../../shared/i18n/i18n';
import { catalogue, category, query } from '../state/catalogue';

function Tab(props: { id: string | null; name: string; colour?: string | null }): JSX.Element {
  const on = category.value === props.id && !query.value.trim();
  return (
    <button
      type="button"
      class="category"
      aria-pressed={on}
      style={props.colour ? { '--tile': props.colour } : undefined}
      onClick={() => {
        category.value = props.id;
        query.value = '';
      }}
    >
      {props.name}
    </button>
  );
}

export function Categories(): JSX.Element {
  return (
    <nav class="categories" aria-label={t('menu.categories')}>
      <Tab id={null} name={t('menu.all')} />
      {catalogue.value!.menu.categories.map((c) => (
        <Tab key={c.id} id={c.id} name={c.name} colour={c.colour} />
      ))}
    </nav>
  );
}
