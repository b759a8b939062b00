/* Fields of forms: a label, what may be typed, and below it what the server said; the space for that is always there. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import { refusal, type Refusal } from '../state/problem';

type InputProps = Omit<JSX.IntrinsicElements['input'], 'onInput' | 'value' | 'label'>;

export function Field(props: {
  label: string;
  hint?: string | undefined;
  problem?: Refusal | null | undefined;
  children: (ids: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ComponentChildren;
}): JSX.Element {
  const id = useId();
  const problem = props.problem ?? null;
  return (
    <div class="form-field">
      <label for={id}>{props.label}</label>
      {props.children({ id, 'aria-describedby': `${id}-note`, 'aria-invalid': problem !== null })}
      <p class={`note ${problem ? 'stop' : ''}`} id={`${id}-note`} role={problem ? 'alert' : undefined} data-code={problem?.code}>
        {problem?.text ?? props.hint ?? ''}
      </p>
    </div>
  );
}

export function TextInput(
  props: InputProps & {
    label: string;
    value: string;
    onValue: (value: string) => void;
    hint?: string | undefined;
    problem?: Refusal | null | undefined;
  },
): JSX.Element {
  const { label, value, onValue, hint, problem, ...input } = props;
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(ids) => (
        <input
          class="input"
          autocapitalize="off"
          autocomplete="off"
          spellcheck={false}
          {...input}
          {...ids}
          value={value}
          onInput={(e) => onValue(e.currentTarget.value)}
        />
      )}
    </Field>
  );
}

export function SelectInput(props: {
  label: string;
  value: string;
  choices: { value: string; label: string; disabled?: boolean }[];
  onValue: (value: string) => void;
  hint?: string | undefined;
  disabled?: boolean;
  problem?: Refusal | null | undefined;
}): JSX.Element {
  return (
    <Field label={props.label} hint={props.hint} problem={props.problem}>
      {(ids) => (
        <select class="input" {...ids} disabled={props.disabled ?? false} value={props.value} onChange={(e) => props.onValue(e.currentTarget.value)}>
          {props.choices.map((c) => (
            <option key={c.value} value={c.value} disabled={c.disabled ?? false}>
              {c.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Saves when it is left or Enter is pressed; a refused value stays to be corrected, Escape brings the old one back. */
export function SavedField(props: InputProps & { label: string; value: string; save: (value: string) => Promise<void>; hint?: string }): JSX.Element {
  const { value, save, ...rest } = props;
  const draft = useSignal(value);
  const problem = useSignal<Refusal | null>(null);
  useEffect(() => {
    draft.value = value;
    problem.value = null;
  }, [value]);
  const commit = async (): Promise<void> => {
    if (draft.value.trim() === value) return;
    try {
      await save(draft.value.trim());
      problem.value = null;
    } catch (e) {
      problem.value = refusal(e);
    }
  };
  const onKeyDown = (e: KeyboardEvent): void => {
    if (e.key === 'Enter') void commit();
    else if (e.key === 'Escape') {
      draft.value = value;
      problem.value = null;
    } else return;
    e.preventDefault();
  };
  return (
    <TextInput
      {...rest}
      value={draft.value}
      problem={problem.value}
      onValue={(next) => {
        draft.value = next;
      }}
      onBlur={() => void commit()}
      onKeyDown={onKeyDown}
    />
  );
}

/** What was refused as a whole; stays until the next attempt. */
export function FormProblem({ problem, fields }: { problem: Refusal | null; fields: string[] }): JSX.Element {
  const whole = problem && !(problem.field && fields.includes(problem.field)) ? problem : null;
  return (
    <p class="form-problem" role="alert" data-code={whole?.code}>
      {whole?.text ?? ''}
    </p>
  );
}

/** The part of a refusal that belongs to one field. */
export const at = (problem: Refusal | null, field: string): Refusal | null => (problem?.field === field ? problem : null);
