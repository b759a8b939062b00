/*
 * The form of one thing that is saved as a whole: what was typed, what was refused, and the buttons below. Words: draft
 * (what was typed, not yet saved).
 */
import { useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { newId } from '../../shared/ids/ids';
import { o } from '../i18n/words';
import { refusal, type Refusal } from '../state/problem';
import { FormProblem } from './field';
import { ThingHead } from './parts';

export interface Form<D> {
  draft: D;
  put: (change: Partial<D>) => void;
  problem: Refusal | null;
  refuse: (problem: Refusal | null) => void;
  busy: boolean;
  /** Runs `work` unless it runs already; the same draft has the same key, so that saving twice makes one thing. */
  run: (work: (key: string) => Promise<void>) => Promise<void>;
}

export function useForm<D extends object>(first: () => D): Form<D> {
  const draft = useSignal<D | null>(null);
  const problem = useSignal<Refusal | null>(null);
  const busy = useSignal(false);
  const key = useSignal(newId());
  draft.value ??= first();
  return {
    draft: draft.value,
    put: (change) => {
      draft.value = { ...draft.value!, ...change };
      key.value = newId();
    },
    problem: problem.value,
    refuse: (next) => {
      problem.value = next;
    },
    busy: busy.value,
    run: async (work) => {
      if (busy.value) return;
      busy.value = true;
      problem.value = null;
      try {
        await work(key.value);
      } catch (e) {
        problem.value = refusal(e);
      } finally {
        busy.value = false;
      }
    },
  };
}

/** A new thing: head with the way back, the fields, what was refused as a whole, cancel and add. */
export function NewForm<D>(props: {
  form: Form<D>;
  title: string;
  /** The list that it will be in: its name and its page. */
  list: string;
  page: string;
  /** Fields that show what was refused of them. */
  fields: string[];
  ready: boolean;
  submit: () => void;
  children: ComponentChildren;
}): JSX.Element {
  const { form, title, page, ready, submit } = props;
  const back = `#/${page}`;
  return (
    <form
      class="thing"
      aria-label={title}
      onSubmit={(e) => {
        e.preventDefault();
        if (ready) submit();
      }}
    >
      <ThingHead title={title} back={props.list} backTo={back} />
      {props.children}
      <FormProblem problem={form.problem} fields={props.fields} />
      <footer class="actions">
        <a class="button" href={back}>
          {o('action.cancel')}
        </a>
        <button type="submit" class="button primary large" disabled={!ready || form.busy}>
          {title}
        </button>
      </footer>
    </form>
  );
}
