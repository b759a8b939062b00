/* What was checked, in the order in which it was. A step after one that failed was not taken. */
import type { ComponentChildren, JSX } from 'preact';
import { hexText } from '../../shared/core/bytes';
import type { ProofResult, ProofStep } from '../../shared/core/proof';
import { locale, t } from '../../shared/i18n/i18n';
import { check } from '../state/check';

type State = 'ok' | 'bad' | 'open' | 'info';

/** Which of the core's steps each row shows. */
const rows = { log: ['form', 'origin'], position: ['position'], path: ['inclusion'], signature: ['keys', 'questions', 'signature'] } as const;
type RowName = keyof typeof rows;

function stateOf(name: RowName, result: ProofResult | undefined): State {
  if (!result || result.step === 'input') return 'open';
  const order = Object.keys(rows) as RowName[];
  const failed = order.findIndex((row) => (rows[row] as readonly ProofStep[]).includes(result.step));
  if (failed < 0) return 'ok';
  const at = order.indexOf(name);
  return at < failed ? 'ok' : at === failed ? 'bad' : 'open';
}

const marks: Record<State, string> = { ok: '✓', bad: '✕', open: '·', info: '·' };
const names = { ok: 'check.step.ok', bad: 'check.step.bad', open: 'check.step.open', info: 'check.step.info' } as const;

function Step(props: { title: string; state: State; children: ComponentChildren }): JSX.Element {
  return (
    <li class={`step ${props.state}`} data-state={props.state}>
      <span class="mark" role="img" aria-label={t(names[props.state])}>
        {marks[props.state]}
      </span>
      <div>
        <h3>{props.title}</h3>
        {props.children}
      </div>
    </li>
  );
}

const number = (n: number): string => new Intl.NumberFormat(locale.value).format(n);
const grouped = (bytes: Uint8Array): string => hexText(bytes).replace(/(.{8})(?=.)/g, '$1 ');
/** Name and id; what follows is base64, which may hold a plus too. */
const keyName = (vkey: string): string => vkey.split('+', 2).join(' ');

function Signature({ result }: { result: ProofResult }): JSX.Element {
  const own = result.signers.filter((s) => s.vkey.startsWith(`${result.origin}+`));
  const { key } = check.value;
  return (
    <>
      <p>{own.length > 0 ? t('check.signed') : t('check.unsigned')}</p>
      {own.map((s) => (
        <p class="value" key={s.vkey}>
          {keyName(s.vkey)}
        </p>
      ))}
      {key && <p class={key === 'changed' ? 'changed' : ''}>{t(`check.key.${key}`)}</p>}
    </>
  );
}

/** Witnesses whose key is known here have been checked; others are named only. */
function Cosigners({ result }: { result: ProofResult }): JSX.Element {
  const known = result.signers.filter((s) => s.timeS > 0);
  const others = result.names.filter((n) => n !== result.origin && !known.some((s) => s.vkey.startsWith(`${n}+`)));
  const at = (s: number): string => new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }).format(s * 1000);
  return (
    <Step title={t('check.cosigned')} state={known.length > 0 ? 'ok' : 'info'}>
      {known.map((s) => (
        <p key={s.vkey}>{t('check.cosigned.by', { name: keyName(s.vkey), t: at(s.timeS) })}</p>
      ))}
      {others.map((n) => (
        <p key={n}>{t('check.cosigned.other', { name: n })}</p>
      ))}
      {known.length + others.length === 0 && <p>{t('check.cosigned.none')}</p>}
    </Step>
  );
}

export function Steps(): JSX.Element {
  const { link, result } = check.value;
  const shown = (name: RowName): State => stateOf(name, result);
  const taken = (name: RowName): boolean => shown(name) !== 'open';
  return (
    <ol class="steps" aria-label={t('check.steps')}>
      <Step title={t('check.leaf')} state="info">
        <p>{t('check.leaf.text')}</p>
        <p class="value">{grouped(link!.leaf)}</p>
      </Step>
      <Step title={t('check.log')} state={shown('log')}>
        <p class="value">{link!.origin}</p>
        {shown('log') === 'bad' && <p>{result!.step === 'form' ? t('check.log.form') : t('check.log.other', { name: result!.origin })}</p>}
      </Step>
      <Step title={t('check.position')} state={shown('position')}>
        <p>{taken('position') ? t('check.position.of', { n: number(link!.seq), size: number(result!.size) }) : number(link!.seq)}</p>
      </Step>
      <Step title={t('check.path')} state={shown('path')}>
        <p>{taken('path') && t(shown('path') === 'bad' ? 'check.path.bad' : 'check.path.good', { n: result!.hashes })}</p>
        {taken('path') && <p class="value">{grouped(result!.root)}</p>}
      </Step>
      <Step title={t('check.signature')} state={shown('signature')}>
        {taken('signature') && <Signature result={result!} />}
      </Step>
      {result?.step === 'good' && <Cosigners result={result} />}
    </ol>
  );
}
