/* Name, code and priority at the top of every form of a row. */
import type { JSX } from 'preact';
import { o } from '../i18n/words';
import { at, TextInput } from '../view/field';
import type { Form } from '../view/form';
import { codeOf, type Named, type Ranked } from './rule-form';

export function Naming<D extends Named>({ form, locked, isNew, hint }: { form: Form<D>; locked: boolean; isNew: boolean; hint?: string }): JSX.Element {
  const { draft, problem } = form;
  const follows = isNew && draft.code === codeOf(draft.name);
  const put = (change: Partial<Named>): void => form.put(change as Partial<D>);
  return (
    <>
      <TextInput label={o('field.name')} hint={hint} value={draft.name} maxLength={64} disabled={locked} required problem={at(problem, 'name')} onValue={(name) => put(follows ? { name, code: codeOf(name) } : { name })} />
      <TextInput label={o('row.code')} hint={o('row.code.hint')} value={draft.code} maxLength={64} disabled={locked} required problem={at(problem, 'code')} onValue={(code) => put({ code })} />
    </>
  );
}

export function Priority<D extends Ranked>({ form, locked }: { form: Form<D>; locked: boolean }): JSX.Element {
  return (
    <TextInput label={o('row.priority')} hint={o('row.priority.hint')} inputMode="numeric" value={form.draft.priority} disabled={locked} problem={at(form.problem, 'priority')} onValue={(priority) => form.put({ priority } as Partial<D>)} />
  );
}
