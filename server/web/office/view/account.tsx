/* The signed-in person: language, what they may, signing out. */
import type { JSX } from 'preact';
import { post, session, setSession } from '../../shared/api/client';
import { chooseLanguage, language, languages, t } from '../../shared/i18n/i18n';
import { Segmented } from '../../shared/ui/controls';
import { o } from '../i18n/words';
import { may, scopeGroups } from '../state/rights';
import { OwnPassword } from './own-password';
import { ListHead } from './parts';
import { scopeWord } from './scope-words';
import { SecondFactor } from './second-factor';

async function signOut(): Promise<void> {
  try {
    await post('/v1/auth/sign-out', {});
  } catch {
    /* the token is dropped here in any case */
  }
  setSession(null);
}

function Rights(): JSX.Element {
  const held = Object.values(scopeGroups).flat().filter(may);
  return (
    <details class="block">
      <summary>{o('account.rights', { n: held.length })}</summary>
      <ul class="consequences">
        {held.map((scope) => (
          <li key={scope}>{scopeWord(scope)}</li>
        ))}
      </ul>
    </details>
  );
}

export function AccountPage(): JSX.Element {
  const { staff, outlet } = session.value!;
  return (
    <section class="page" aria-label={o('nav.account')}>
      <ListHead title={o('nav.account')} />
      <div class="thing">
        <dl class="pairs facts-list">
          <dt>{o('field.name')}</dt>
          <dd>{staff.name}</dd>
          <dt>{o('field.number')}</dt>
          <dd>{staff.number}</dd>
          <dt>{t('signin.outlet')}</dt>
          <dd>{outlet.name}</dd>
        </dl>
        <div class="block">
          <h2 id="language">{t('user.language')}</h2>
          <Segmented label={t('user.language')} value={language.value} choices={languages.map((l) => ({ value: l.code, label: l.name }))} onChange={chooseLanguage} />
        </div>
        {session.value!.method === 'password' && <OwnPassword />}
        {session.value!.method === 'password' && <SecondFactor />}
        <Rights />
        <div class="block">
          <button type="button" class="button" onClick={() => void signOut()}>
            {t('user.signout')}
          </button>
        </div>
      </div>
    </section>
  );
}
