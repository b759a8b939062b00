/* Options of an item as chips, in the place of the grid: nothing pops up, nothing covers the order. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../shared/i18n/i18n';
import { IconButton } from '../../shared/ui/controls';
import { choose, chosenIn, finishPicking, missing, picking, sections, type Section } from '../state/picker';
import { asAmount } from '../state/format';

function rule(s: Section): string {
  if (s.min > 0) return t('pick.required', { n: s.min });
  return s.max < s.options.length ? t('pick.upto', { n: s.max }) : t('pick.any');
}

function Group({ section }: { section: Section }): JSX.Element {
  const chosen = chosenIn(section);
  const open = chosen.length < section.min;
  return (
    <fieldset class={`pick-group ${section.slot && section.group ? 'nested' : ''}`}>
      <legend>
        {section.title} <span class={open ? 'needed' : ''}>{rule(section)}</span>
      </legend>
      <div class="chips">
        {section.options.map((o) => (
          <button
            type="button"
            class="chip"
            key={o.id}
            aria-pressed={chosen.includes(o.id)}
            onClick={() => choose(section, o.id)}
          >
            {o.name}
            {o.price !== 0 && <span class="extra">{(o.price > 0 ? '+' : '') + asAmount(o.price)}</span>}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

export function Picker(): JSX.Element {
  const box = useRef<HTMLElement>(null);
  const p = picking.value!;
  useEffect(() => box.current?.querySelector<HTMLElement>('.chip')?.focus(), [p.item.id]);
  const left = missing.value;
  return (
    <section class="picker" aria-label={`${t('menu.options')}: ${p.item.name}`} ref={box}>
      <header>
        <IconButton icon="back" label={t('action.back')} class="quiet" onClick={() => (picking.value = null)} />
        <h2>{p.item.name}</h2>
      </header>
      <div class="pick-groups">
        {sections.value.map((s) => (
          <Group key={s.key} section={s} />
        ))}
      </div>
      <footer>
        <button type="button" class="button primary large" disabled={left !== null} onClick={finishPicking}>
          {left ? t('pick.missing', { g: left.title }) : t(p.line ? 'action.apply' : 'action.add')}
        </button>
      </footer>
    </section>
  );
}
