/* Who changed what of a row: behind a line of its own, read when it is opened. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { session } from '../../shared/api/client';
import { dateTime, o } from '../i18n/words';
import { leavesOf, readHistory, type Edit, type Leaf } from '../state/history';
import { refusal } from '../state/problem';
import { may } from '../state/rights';
import { labelOf, valueText } from './history-words';

function Change({ leaf, entity }: { leaf: Leaf; entity: string }): JSX.Element {
  const text = (value: unknown): string => valueText(leaf.path, value, entity);
  return (
    <li>
      <span>{labelOf(leaf.path)}</span>
      <del aria-label={`${o('history.from')}: ${text(leaf.before)}`}>{text(leaf.before)}</del>
      <span aria-hidden="true">→</span>
      <ins aria-label={`${o('history.to')}: ${text(leaf.after)}`}>{text(leaf.after)}</ins>
    </li>
  );
}

function One({ edit }: { edit: Edit }): JSX.Element {
  return (
    <li>
      <p title={o('history.proof', { id: edit.transaction_id })}>
        <b>{edit.staff ?? o('history.nobody')}</b> <time dateTime={edit.at}>{dateTime(edit.at, session.value?.outlet.timezone)}</time>
      </p>
      <ul>{edit.made ? <li>{o('history.made')}</li> : leavesOf(edit).map((leaf, n) => <Change key={n} leaf={leaf} entity={edit.entity} />)}</ul>
    </li>
  );
}

/** `version` of the row: what is shown is read anew when it has another. */
export function History({ row, version }: { row: string; version: number }): JSX.Element | null {
  const edits = useSignal<Edit[] | null>(null);
  const next = useSignal<string | null>(null);
  const problem = useSignal('');
  const readVersion = useSignal(0);
  const read = async (after: string | null): Promise<void> => {
    try {
      const page = await readHistory(row, after);
      edits.value = after ? [...(edits.value ?? []), ...page.edits] : page.edits;
      next.value = page.next;
      readVersion.value = version;
      problem.value = '';
    } catch (e) {
      problem.value = refusal(e).text;
    }
  };
  if (!may('catalogue.write')) return null;
  return (
    <details class="more history" onToggle={(e) => e.currentTarget.open && readVersion.value !== version && void read(null)}>
      <summary>{o('history.title')}</summary>
      {problem.value && <p class="form-problem">{problem.value}</p>}
      {edits.value === null && !problem.value && <p class="waiting-part">{o('load.wait')}</p>}
      {edits.value?.length === 0 && <p>{o('history.none')}</p>}
      {edits.value && edits.value.length > 0 && (
        <ol aria-label={o('history.title')}>
          {edits.value.map((edit) => (
            <One key={edit.id} edit={edit} />
          ))}
        </ol>
      )}
      {next.value && (
        <button type="button" class="button" onClick={() => void read(next.value)}>
          {o('history.more')}
        </button>
      )}
    </details>
  );
}
