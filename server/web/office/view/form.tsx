/*
 * The form of one thing that is saved as a whole: what was typed, what was refused, and the buttons below. Words: draft
 * (what was typed, not yet saved).
 */
import { effect, useSignal } from '@preact/signals';
import type { ComponentChildren, JSX } from 'preact';
import { session } from '../../shared/api/client';
import { newId } from '../../shared/ids/ids';
import { o } from '../i18n/words';
import { refusal, type Refusal } from '../state/problem';
import { FormProblem } from './field';
import { ThingHead } from './parts';

export interface Form<D> {
  draft: D;
  put: (change: Partial<D>) => void;
  /** True once something was typed that is not saved. */
  dirty: boolean;
  /** Forgets what was typed. */
  discard: () => void;
  problem: Refusal | null;
  refuse: (problem: Refusal | null) => void;
  busy: boolean;
  /** Runs `work` unless it runs already; the same draft has the same key, so that saving twice makes one thing. */
  run: (work: (key: string) => Promise<void>) => Promise<void>;
}

/* What was typed and not saved, by the thing that it belongs to: looking something up elsewhere loses nothing. */
const unsaved = new Map<string, object>();

effect(() => {
  if (!session.value) unsaved.clear();
});

/* What was refused may be far from the button that was pressed. */
function showProblem(): void {
  requestAnimationFrame(() => {
    const found = document.querySelector<HTMLElement>('.thing [aria-invalid="true"], .part > .form-problem:not(:empty)');
    found?.scrollIntoView({ block: 'center' });
    found?.focus({ preventScroll: true });
  });
}

/** `thing` names what is edited, where it should be kept while one is elsewhere. */
export function useForm<D extends object>(first: () => D, thing = ''): Form<D> {
  const draft = useSignal<D | null>((unsaved.get(thing) as D | undefined) ?? null);
  const dirty = useSignal(draft.value !== null);
  const problem = useSignal<Refusal | null>(null);
  const busy = useSignal(false);
  const key = useSignal(newId());
  draft.value ??= first();
  const saved = (): void => {
    unsaved.delete(thing);
    dirty.value = false;
  };
  return {
    draft: draft.value,
    put: (change) => {
      draft.value = { ...draft.value!, ...change };
      key.value = newId();
      dirty.value = true;
      if (thing) unsaved.set(thing, draft.value);
    },
    dirty: dirty.value,
    discard: () => {
      saved();
      draft.value = first();
      problem.value = null;
    },
    problem: problem.value,
    refuse: (next) => {
      problem.value = next;
      showProblem();
    },
    busy: busy.value,
    run: async (work) => {
      if (busy.value) return;
      busy.value = true;
      problem.value = null;
      try {
        await work(key.value);
        saved();
      } catch (e) {
        problem.value = refusal(e);
        showProblem();
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
