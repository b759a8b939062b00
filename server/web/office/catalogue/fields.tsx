/* Fields that the editors of the catalogue share: amounts, percentages, choices, and rows that can be added and removed. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useId } from 'preact/hooks';
import { session } from '../../shared/api/client';
import { IconButton } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import { o } from '../i18n/words';
import type { Refusal } from '../state/problem';
import { Field } from '../view/field';

interface UnitProps {
  label: string;
  value: string;
  unit: string;
  onValue: (value: string) => void;
  hint?: string | undefined;
  locked?: boolean | undefined;
  problem?: Refusal | null | undefined;
}

/** Something typed with its unit behind it. */
export function UnitInput(props: UnitProps): JSX.Element {
  return (
    <Field label={props.label} hint={props.hint} problem={props.problem}>
      {(ids) => (
        <span class="with-unit">
          <input class="input num" inputMode="decimal" autocomplete="off" {...ids} disabled={props.locked ?? false} value={props.value} onInput={(e) => props.onValue(e.currentTarget.value)} />
          <span aria-hidden="true">{props.unit}</span>
        </span>
      )}
    </Field>
  );
}

export const MoneyInput = (props: Omit<UnitProps, 'unit'>): JSX.Element => <UnitInput {...props} unit={session.value!.outlet.currency} />;

export const PercentInput = (props: Omit<UnitProps, 'unit'>): JSX.Element => <UnitInput {...props} unit="%" />;

/** A part of a form with a head of its own. */
export function Part(props: { title: string; hint?: string | undefined; children: ComponentChildren }): JSX.Element {
  const id = useId();
  return (
    <section class="part" aria-labelledby={id}>
      <h2 id={id}>{props.title}</h2>
      {props.hint && <p class="part-hint">{props.hint}</p>}
      {props.children}
    </section>
  );
}

export function Check(props: { label: string; hint?: string; checked: boolean; locked?: boolean; onChange: (checked: boolean) => void }): JSX.Element {
  return (
    <label class="check">
      <input type="checkbox" checked={props.checked} disabled={props.locked ?? false} onChange={(e) => props.onChange(e.currentTarget.checked)} />
      <span>
        {props.label}
        {props.hint && <small>{props.hint}</small>}
      </span>
    </label>
  );
}

export interface Option<T extends string | number = string> {
  value: T;
  label: string;
}

/** Any number of a few choices. */
export function Toggles<T extends string | number>(props: {
  label: string;
  choices: Option<T>[];
  chosen: T[];
  locked?: boolean | undefined;
  hint?: string | undefined;
  onChange: (chosen: T[]) => void;
}): JSX.Element {
  const id = useId();
  const { chosen } = props;
  /* In the order of the choices, whatever the order of the touches. */
  const toggle = (value: T): void =>
    props.onChange(props.choices.map((c) => c.value).filter((v) => (v === value ? !chosen.includes(v) : chosen.includes(v))));
  return (
    <div class="form-field">
      <span class="label" id={id}>
        {props.label}
      </span>
      <div class="toggles" role="group" aria-labelledby={id}>
        {props.choices.map((c) => (
          <button type="button" key={c.value} class="chip" aria-pressed={chosen.includes(c.value)} disabled={props.locked} onClick={() => toggle(c.value)}>
            {c.label}
          </button>
        ))}
      </div>
      {props.hint && <p class="note">{props.hint}</p>}
    </div>
  );
}

/** One of a few, all of them in view. */
export function OneOf<T extends string>(props: { label: string; choices: Option<T>[]; value: T; locked?: boolean; hint?: string; onChange: (value: T) => void }): JSX.Element {
  const id = useId();
  return (
    <div class="form-field">
      <span class="label" id={id}>
        {props.label}
      </span>
      <div class="toggles" role="radiogroup" aria-labelledby={id}>
        {props.choices.map((c) => (
          <button type="button" key={c.value} class="chip" role="radio" aria-checked={c.value === props.value} disabled={props.locked} onClick={() => props.onChange(c.value)}>
            {c.label}
          </button>
        ))}
      </div>
      {props.hint && <p class="note">{props.hint}</p>}
    </div>
  );
}

/** Some of many: what is chosen, in order, and a field that finds more. */
export function PickMany(props: {
  label: string;
  hint?: string | undefined;
  chosen: string[];
  nameOf: (id: string) => string;
  /** What fits the words; asked for again with every letter. */
  find: (words: string) => Option[];
  locked?: boolean | undefined;
  problem?: Refusal | null | undefined;
  onWords?: (words: string) => void;
  onChange: (chosen: string[]) => void;
}): JSX.Element {
  const words = useSignal('');
  const { chosen, locked } = props;
  const listId = useId();
  const open = words.value.trim() !== '';
  const found = open ? props.find(words.value).filter((f) => !chosen.includes(f.value)).slice(0, 8) : [];
  const type = (text: string): void => {
    words.value = text;
    props.onWords?.(text);
  };
  const add = (id: string): void => {
    props.onChange([...chosen, id]);
    type('');
  };
  const onKeyDown = (e: KeyboardEvent): void => {
    if (e.key === 'Enter' && open) {
      if (found[0]) add(found[0].value);
      e.preventDefault();
    } else if (e.key === 'Escape' && open) {
      type('');
      e.preventDefault();
      e.stopPropagation();
    }
  };
  return (
    <Field label={props.label} hint={props.hint} problem={props.problem}>
      {(ids) => (
        <div class="pick-many">
          <div class="toggles">
            {chosen.map((id) => (
              <button type="button" key={id} class="chip picked" disabled={locked} aria-label={o('pick.remove', { name: props.nameOf(id) })} onClick={() => props.onChange(chosen.filter((c) => c !== id))}>
                {props.nameOf(id)}
                {!locked && <span aria-hidden="true">×</span>}
              </button>
            ))}
          </div>
          {!locked && (
            <input class="input" type="search" role="combobox" aria-expanded={open} aria-controls={listId} placeholder={o('pick.find')} autocomplete="off" {...ids} value={words.value} onInput={(e) => type(e.currentTarget.value)} onKeyDown={onKeyDown} />
          )}
          <div class="found" role="listbox" id={listId} aria-label={props.label} hidden={!open}>
            {found.map((f) => (
              <button type="button" role="option" aria-selected="false" key={f.value} onClick={() => add(f.value)}>
                {f.label}
              </button>
            ))}
            {found.length === 0 && <p>{o('list.nothing', { q: words.value.trim() })}</p>}
          </div>
        </div>
      )}
    </Field>
  );
}

/** Rows of the same few fields under common heads. */
export function Lines<T>(props: {
  label: string;
  heads: string[];
  rows: T[];
  blank: () => T;
  add: string;
  locked?: boolean | undefined;
  cells: (row: T, put: (change: Partial<T>) => void, n: number) => JSX.Element[];
  onChange: (rows: T[]) => void;
}): JSX.Element {
  const { rows, onChange } = props;
  return (
    <div class="lines" role="group" aria-label={props.label} style={{ '--cells': props.heads.length }}>
      {rows.length > 0 && (
        <div class="line-row line-heads" aria-hidden="true">
          {props.heads.map((head) => (
            <span key={head}>{head}</span>
          ))}
        </div>
      )}
      {rows.map((row, n) => (
        <div class="line-row" key={n} role="group" aria-label={o('lines.nth', { n: n + 1 })}>
          {props.cells(row, (change) => onChange(rows.map((r, i) => (i === n ? { ...r, ...change } : r))), n)}
          {!props.locked && <IconButton icon="close" class="quiet" label={o('lines.remove', { n: n + 1 })} onClick={() => onChange(rows.filter((_, i) => i !== n))} />}
        </div>
      ))}
      {!props.locked && (
        <button type="button" class="button" onClick={() => onChange([...rows, props.blank()])}>
          <Icon name="plus" />
          {props.add}
        </button>
      )}
    </div>
  );
}

/** A field of a row; its head is its name. */
export function Cell(props: { label: string; value: string; locked?: boolean | undefined; num?: boolean; placeholder?: string; onValue: (value: string) => void }): JSX.Element {
  return (
    <input
      class={`input ${props.num ? 'num' : ''}`}
      inputMode={props.num ? 'decimal' : undefined}
      aria-label={props.label}
      autocomplete="off"
      placeholder={props.placeholder}
      disabled={props.locked ?? false}
      value={props.value}
      onInput={(e) => props.onValue(e.currentTarget.value)}
    />
  );
}

export function SelectCell(props: { label: string; value: string; choices: Option[]; locked?: boolean | undefined; onValue: (value: string) => void }): JSX.Element {
  return (
    <select class="input" aria-label={props.label} disabled={props.locked ?? false} value={props.value} onChange={(e) => props.onValue(e.currentTarget.value)}>
      {props.choices.map((c) => (
        <option key={c.value} value={c.value}>
          {c.label}
        </option>
      ))}
    </select>
  );
}
