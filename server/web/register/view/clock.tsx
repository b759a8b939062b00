/* The time clock of who is signed in. */
import type { JSX } from 'preact';
import { ApiError, post } from '../../shared/api/client';
import { t } from '../../shared/i18n/i18n';
import { say, warn } from '../../shared/ui/overlay';

const stamps = ['in', 'break', 'resume', 'out'] as const;
type Stamp = (typeof stamps)[number];

async function stamp(kind: Stamp): Promise<void> {
  try {
    await post(`/v1/clock/${kind}`, {});
    say(t(`clock.${kind}.done`));
  } catch (e) {
    if (e instanceof ApiError && e.problem.code === 'clock_state') warn(t('clock.state'));
    else warn(e instanceof ApiError ? `${e.message} (${e.problem.code})` : t('clock.offline'));
  }
}

export function ClockButtons(): JSX.Element {
  return (
    <div class="clock" role="group" aria-label={t('clock.title')}>
      {stamps.map((kind) => (
        <button type="button" class="button" key={kind} onClick={() => void stamp(kind)}>
          {t(`clock.${kind}`)}
        </button>
      ))}
    </div>
  );
}
