/* The licence: what it covers, what is in use of it, and a new file. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { post } from '../../shared/api/client';
import { locale } from '../../shared/i18n/i18n';
import { Icon } from '../../shared/ui/icons';
import { say } from '../../shared/ui/overlay';
import { Part } from '../catalogue/fields';
import { o } from '../i18n/words';
import { licence } from '../state/lists';
import type { LicenceAnswer } from '../state/model';
import { refusal, type Refusal } from '../state/problem';
import { may } from '../state/rights';
import { lists, ListHead, Loaded } from './parts';

const day = (text: string): string => new Intl.DateTimeFormat(locale.value, { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(`${text}T00:00:00Z`));

function Facts({ found }: { found: LicenceAnswer }): JSX.Element {
  const { licence: one, used } = found;
  if (!one) return <p class="reason calm">{o('licence.none')}</p>;
  const of = (n: number, most: number | undefined): string => (most === undefined ? String(n) : o('licence.of', { n, most }));
  return (
    <>
      {found.state !== 'valid' && <p class="reason">{o(found.state === 'grace' ? 'licence.grace' : 'licence.expired', { n: one.grace_days })}</p>}
      <dl class="pairs facts-list">
        <dt>{o('licence.until')}</dt>
        <dd>{day(one.valid_until)}</dd>
        <dt>{o('licence.devices')}</dt>
        <dd>{of(used.devices, one.devices)}</dd>
        <dt>{o('licence.outlets')}</dt>
        <dd>{of(used.outlets, one.outlets)}</dd>
        <dt>{o('licence.modules')}</dt>
        <dd>{one.modules.join(', ') || '–'}</dd>
        <dt>{o('licence.serial')}</dt>
        <dd>{one.serial}</dd>
      </dl>
    </>
  );
}

function Install(): JSX.Element {
  const problem = useSignal<Refusal | null>(null);
  const take = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    problem.value = null;
    try {
      const body: unknown = JSON.parse(await file.text());
      licence.rows.value = [{ ...(await post<LicenceAnswer>('/v1/licence', body)).body, id: 'licence' }];
      say(o('licence.installed'));
    } catch (e) {
      problem.value = e instanceof SyntaxError ? { field: null, code: 'invalid', text: o('licence.wrong') } : refusal(e);
    }
  };
  return (
    <Part title={o('licence.install')} hint={o('licence.install.hint')}>
      <label class="drop">
        <Icon name="plus" />
        <span>{o('licence.choose')}</span>
        <input type="file" accept=".json,.licence,application/json" aria-label={o('licence.choose')} onChange={(e) => void take(e.currentTarget.files?.[0])} />
      </label>
      <p class="form-problem" role="alert">
        {problem.value?.text ?? ''}
      </p>
    </Part>
  );
}

export function LicencePage(): JSX.Element {
  return (
    <section class="page" aria-label={o('licence.title')}>
      <ListHead title={o('licence.title')} />
      <div class="thing">
        <Loaded lists={lists(licence)}>{() => <Facts found={licence.rows.value![0]!} />}</Loaded>
        {may('settings.write') && <Install />}
      </div>
    </section>
  );
}
