/* Small controls shared by the pages. */
import type { ComponentChildren, JSX } from 'preact';
import { t } from '../i18n/i18n';
import { Icon, type IconName } from './icons';

export function IconButton(props: {
  icon: IconName;
  label: string;
  onClick: () => void;
  class?: string;
  disabled?: boolean;
}): JSX.Element {
  return (
    <button
      type="button"
      class={`button icon ${props.class ?? ''}`}
      aria-label={props.label}
      title={props.label}
      disabled={props.disabled ?? false}
      onClick={props.onClick}
    >
      <Icon name={props.icon} />
    </button>
  );
}

export interface Choice<T extends string> {
  value: T;
  label: string;
}

export function Segmented<T extends string>(props: {
  label: string;
  value: T;
  choices: Choice<T>[];
  onChange: (value: T) => void;
}): JSX.Element {
  return (
    <div class="segmented" role="radiogroup" aria-label={props.label}>
      {props.choices.map((c) => (
        <button
          type="button"
          role="radio"
          key={c.value}
          aria-checked={c.value === props.value}
          onClick={() => props.onChange(c.value)}
        >
          {c.label}
        </button>
      ))}
    </div>
  );
}

export function Empty(props: { title: string; hint?: string; children?: ComponentChildren }): JSX.Element {
  return (
    <div class="empty">
      <strong>{props.title}</strong>
      {props.hint && <span>{props.hint}</span>}
      {props.children}
    </div>
  );
}

/** The list that `?` opens. */
export function KeyList({ keys }: { keys: [string, string][] }): JSX.Element {
  return (
    <dl class="pairs" aria-label={t('keys.title')}>
      {keys.map(([key, what]) => [
        <dt key={key}>{what}</dt>,
        <dd key={key + '-key'}>
          <kbd>{key}</kbd>
        </dd>,
      ])}
    </dl>
  );
}
