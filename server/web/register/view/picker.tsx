/* Options of an item as chips, in the place of the grid: nothing pops up, nothing covers the order. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../shared/i18n/i18n';
import { IconButton } from '../../shared/ui/controls';
import { Numpad, padDigits, type PadKey } from '../../shared/ui/numpad';
import { asAmount, asMoney, asNumber } from '../state/format';
import {
  choose, chosenIn, finishPicking, isVariant, missing, missingField, picking, sections, thousandth, typeInto, type FieldName, type Section,
} from '../state/picker';

const fieldDigits = { qty: 6, price: 9 } as const;

function rule(s: Section): string {
  if (s.min > 0) return t('pick.required', { n: s.min });
  return s.max < s.options.length ? t('pick.upto', { n: s.max }) : t('pick.any');
}

const titleOf = (section: Section): string => (isVariant(section) ? t('pick.variant') : section.title);

function optionPrice(section: Section, price: number): string {
  if (isVariant(section)) return asAmount(price);
  return price === 0 ? '' : (price > 0 ? '+' : '') + asAmount(price);
}

function Group({ section }: { section: Section }): JSX.Element {
  const chosen = chosenIn(section);
  const open = chosen.length < section.min;
  return (
    <fieldset class={`pick-group ${section.slot && section.group ? 'nested' : ''}`}>
      <legend>
        {titleOf(section)} <span class={open ? 'needed' : ''}>{rule(section)}</span>
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
            {optionPrice(section, o.price) && <span class="extra">{optionPrice(section, o.price)}</span>}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

/** A key of the pad goes to the field that is being typed into. */
export function typeKey(key: PadKey): void {
  const { field } = picking.value!;
  if (field) typeInto(field, (digits) => padDigits(digits, key, fieldDigits[field]));
}

function fieldText(name: FieldName, digits: string): string {
  return name === 'price' ? asMoney(Number(digits)) : `${asNumber(Number(digits) * thousandth)} ${picking.value!.item.unit ?? ''}`;
}

const fieldLabel = (name: FieldName): string => t(name === 'price' ? 'pick.price' : 'pick.qty');

/* Weight and price as they are typed; a touch chooses which of them the pad is for. */
function Fields(): JSX.Element {
  const p = picking.value!;
  return (
    <div class="pick-fields">
      {(Object.entries(p.typed) as [FieldName, string][]).map(([name, digits]) => (
        <button type="button" class="entry" key={name} aria-pressed={p.field === name} onClick={() => typeInto(name, (d) => d)}>
          <span>{fieldLabel(name)}</span>
          <b class="num">{fieldText(name, digits)}</b>
        </button>
      ))}
      <Numpad onKey={typeKey} />
    </div>
  );
}

function finishText(): string {
  const section = missing.value;
  const field = missingField.value;
  if (section) return t('pick.missing', { g: titleOf(section) });
  if (field) return t('pick.enter', { f: fieldLabel(field) });
  return t(picking.value!.line ? 'action.apply' : 'action.add');
}

export function Picker(): JSX.Element {
  const box = useRef<HTMLElement>(null);
  const p = picking.value!;
  useEffect(() => box.current?.querySelector<HTMLElement>('.chip, .entry')?.focus(), [p.item.id]);
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
        {p.field && <Fields />}
      </div>
      <footer>
        <button type="button" class="button primary large" disabled={missing.value !== null || missingField.value !== null} onClick={finishPicking}>
          {finishText()}
        </button>
      </footer>
    </section>
  );
}
