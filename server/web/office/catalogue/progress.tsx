/* Long work: how much is done, how fast, how long it still takes, and the way to stop it. */
import type { JSX } from 'preact';
import { locale } from '../../shared/i18n/i18n';
import { o } from '../i18n/words';

const n = (value: number): string => new Intl.NumberFormat(locale.value, { maximumFractionDigits: 0 }).format(value);

function left(seconds: number): string {
  const style: Intl.NumberFormatOptions = { style: 'unit', unit: seconds < 90 ? 'second' : 'minute', unitDisplay: 'long' };
  return new Intl.NumberFormat(locale.value, style).format(seconds < 90 ? Math.ceil(seconds) : Math.round(seconds / 60));
}

export function Progress(props: { label: string; at: number; total: number | null; startedAt: number; onStop?: () => void }): JSX.Element {
  const { at, total } = props;
  const seconds = Math.max(0.001, (Date.now() - props.startedAt) / 1000);
  const rate = at / seconds;
  const facts = [
    total === null ? n(at) : o('progress.of', { a: n(at), b: n(total) }),
    ...(at > 0 && seconds > 0.5 ? [o('progress.rate', { n: n(rate) })] : []),
    ...(total !== null && at > 0 && at < total && rate > 0 ? [o('progress.left', { t: left((total - at) / rate) })] : []),
  ];
  return (
    <div class="progress">
      <progress aria-label={props.label} max={total ?? 1} value={total === null ? undefined : at} />
      <p class="num">{facts.join(' · ')}</p>
      {props.onStop && (
        <button type="button" class="button" onClick={props.onStop}>
          {o('progress.stop')}
        </button>
      )}
    </div>
  );
}
