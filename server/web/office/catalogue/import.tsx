/* CSV in and out: a file is looked at as a whole before any of it is written; mistakes are told with line and column. */
import { useSignal } from '@preact/signals';
import Papa from 'papaparse';
import type { JSX } from 'preact';
import { useRef } from 'preact/hooks';
import { session } from '../../shared/api/client';
import { locale } from '../../shared/i18n/i18n';
import { Icon } from '../../shared/ui/icons';
import { warn } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { exportTable, tables, type Table } from '../state/csv';
import { checkFile, forget, job, stop, writeFile, type Job } from '../state/import';
import { refusal } from '../state/problem';
import { may } from '../state/rights';
import { ListHead } from '../view/parts';
import { OneOf, Part } from './fields';
import { Progress } from './progress';

const tableChoices = (): { value: Table; label: string }[] => tables.map((value) => ({ value, label: o(`csv.${value}`) }));
const n = (value: number): string => new Intl.NumberFormat(locale.value).format(value);

function download(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/csv;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

function Export(): JSX.Element {
  const table = useSignal<Table>('items');
  const running = useSignal<{ rows: number; startedAt: number } | null>(null);
  const stopped = useRef(false);
  const run = async (): Promise<void> => {
    stopped.current = false;
    running.value = { rows: 0, startedAt: Date.now() };
    try {
      const all = await exportTable(table.value, (rows) => (running.value = { ...running.value!, rows }), () => stopped.current);
      /* Spreadsheets know by the first three bytes that it is UTF-8. */
      if (!stopped.current) download(`${session.value!.tenant.slug}-${table.value}.csv`, `\ufeff${Papa.unparse(all)}\r\n`);
    } catch (e) {
      warn(refusal(e).text);
    }
    running.value = null;
  };
  return (
    <Part title={o('export.title')} hint={o('export.hint')}>
      <OneOf label={o('csv.table')} choices={tableChoices()} value={table.value} onChange={(value) => (table.value = value)} />
      {running.value ? (
        <Progress label={o('export.title')} at={running.value.rows} total={null} startedAt={running.value.startedAt} onStop={() => (stopped.current = true)} />
      ) : (
        <button type="button" class="button" onClick={() => void run()}>
          {o('export.go')}
        </button>
      )}
    </Part>
  );
}

function Choose(): JSX.Element {
  const table = useSignal<Table>('items');
  const over = useSignal(false);
  const take = (files: FileList | null | undefined): void => {
    const file = files?.[0];
    if (file) void checkFile(table.value, file);
  };
  return (
    <Part title={o('import.title')} hint={o('import.hint')}>
      <OneOf label={o('csv.table')} choices={tableChoices()} value={table.value} onChange={(value) => (table.value = value)} />
      <label
        class={`drop ${over.value ? 'over' : ''}`}
        onDragOver={(e) => {
          e.preventDefault();
          over.value = true;
        }}
        onDragLeave={() => (over.value = false)}
        onDrop={(e) => {
          e.preventDefault();
          over.value = false;
          take(e.dataTransfer?.files);
        }}
      >
        <Icon name="plus" />
        <span>{o('import.choose')}</span>
        <input
          type="file"
          accept=".csv,text/csv"
          aria-label={o('import.choose')}
          onChange={(e) => {
            take(e.currentTarget.files);
            e.currentTarget.value = '';
          }}
        />
      </label>
    </Part>
  );
}

function Errors({ of }: { of: Job }): JSX.Element {
  const count = of.errors.length + of.moreErrors;
  return (
    <>
      <p class="reason">{o(count === 1 ? 'import.errors.one' : 'import.errors', { n: n(count) })}</p>
      <ul class="line-errors" aria-label={o('import.errors.list')}>
        {of.errors.map((e, i) => (
          <li key={i}>
            <b class="num">{o('import.line', { n: n(e.line) })}</b>
            <span>{e.column}</span>
            <span>{e.detail}</span>
          </li>
        ))}
      </ul>
      {of.moreErrors > 0 && <p>{o('import.errors.more', { n: n(of.moreErrors) })}</p>}
    </>
  );
}

function Counts({ of }: { of: Job }): JSX.Element {
  return (
    <dl class="counts">
      {([['made', of.made], ['changed', of.changed], ['unchanged', of.unchanged]] as const).map(([name, value]) => (
        <div key={name}>
          <dt>{o(`import.${name}`)}</dt>
          <dd class="num">{n(value)}</dd>
        </div>
      ))}
    </dl>
  );
}

/* What comes next: write it, take another file, or look at what was written. */
function Next({ of }: { of: Job }): JSX.Element {
  const wrong = of.errors.length > 0 || of.problem !== null;
  return (
    <div class="import-next">
      <button type="button" class="button" onClick={forget}>
        {o(of.phase === 'checked' && !wrong ? 'action.cancel' : 'import.other')}
      </button>
      {of.phase === 'checked' && !wrong && (
        <button type="button" class="button primary large" disabled={of.made + of.changed === 0} onClick={() => void writeFile()}>
          {o('import.write', { n: n(of.made + of.changed) })}
        </button>
      )}
      {of.phase === 'done' && (
        <a class="button primary large" href="#/publish">
          {o('import.publish')}
        </a>
      )}
    </div>
  );
}

function Running({ of }: { of: Job }): JSX.Element {
  const busy = of.phase === 'checking' || of.phase === 'writing';
  return (
    <Part title={`${o(`csv.${of.table}`)} · ${of.file}`} hint={o(`import.phase.${of.phase}`)}>
      <Progress label={o(`import.phase.${of.phase}`)} at={of.at} total={of.total} startedAt={of.startedAt} {...(busy ? { onStop: stop } : {})} />
      <Counts of={of} />
      {of.problem && (
        <p class="form-problem" role="alert">
          {of.problem.text}
        </p>
      )}
      {of.errors.length > 0 && <Errors of={of} />}
      {!busy && <Next of={of} />}
    </Part>
  );
}

export function ImportPage(): JSX.Element {
  return (
    <section class="page" aria-label={o('csv.title')}>
      <ListHead title={o('csv.title')} />
      <div class="thing">
        {may('catalogue.write') && (job.value ? <Running of={job.value} /> : <Choose />)}
        <Export />
      </div>
    </section>
  );
}
