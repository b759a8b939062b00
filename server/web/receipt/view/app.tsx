/* The verdict, then each step with the values that were checked. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import type { MessageKey } from '../../shared/i18n/en';
import { chooseLanguage, language, languages, locale, t } from '../../shared/i18n/i18n';
import { Segmented } from '../../shared/ui/controls';
import { parseReceiptLink } from '../../shared/receipt/link';
import { check, checkAgain, type Phase } from '../state/check';
import { Steps } from './steps';

type Tone = 'ok' | 'warn' | 'stop' | 'calm';

const verdicts: Record<Exclude<Phase, 'none'>, { tone: Tone; title: MessageKey; text: MessageKey }> = {
  loading: { tone: 'calm', title: 'check.loading', text: 'check.loading.text' },
  pending: { tone: 'warn', title: 'check.pending', text: 'check.pending.text' },
  unreachable: { tone: 'warn', title: 'check.unreachable', text: 'check.unreachable.text' },
  unknown: { tone: 'stop', title: 'check.bad', text: 'check.unknown.text' },
  good: { tone: 'ok', title: 'check.good', text: 'check.good.text' },
  bad: { tone: 'stop', title: 'check.bad', text: 'check.bad.text' },
};

const marks: Record<Tone, string> = { ok: 'M5 13l5 5L20 7', stop: 'M6 6l12 12M18 6L6 18', warn: 'M12 6v6l4 3', calm: 'M12 6v6l4 3' };

function when(ms: number): string {
  return new Intl.DateTimeFormat(locale.value, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);
}

function Verdict(): JSX.Element {
  const { phase, at, kept, goodBefore } = check.value;
  const { tone, title, text } = verdicts[phase as Exclude<Phase, 'none'>];
  return (
    <section class={`verdict ${tone}`} role="status" data-phase={phase}>
      <svg viewBox="0 0 24 24" aria-hidden="true">
        <path d={marks[tone]} />
      </svg>
      <div>
        <h2>{t(title)}</h2>
        <p>{t(text)}</p>
        {goodBefore && <p class="strong">{t('check.before', { t: when(goodBefore) })}</p>}
        {kept && at && <p>{t('check.kept', { t: when(at) })}</p>}
      </div>
    </section>
  );
}

/** Asks for the address on the receipt where the page was opened without one. */
function Ask(): JSX.Element {
  const text = useSignal('');
  const wrong = useSignal(false);
  return (
    <form
      class="ask"
      aria-label={t('check.ask')}
      onSubmit={(e) => {
        e.preventDefault();
        wrong.value = parseReceiptLink(text.value) === null;
        if (!wrong.value) location.hash = text.value.slice(Math.max(0, text.value.indexOf('#')));
      }}
    >
      <p>{t('check.ask.text')}</p>
      <label class="field">
        <span>{t('check.ask')}</span>
        <input
          class="input"
          value={text.value}
          autocapitalize="off"
          spellcheck={false}
          aria-invalid={wrong.value}
          onInput={(e) => (text.value = e.currentTarget.value)}
        />
      </label>
      <button type="submit" class="button primary large">
        {t('check.go')}
      </button>
      <p class="notice" role="alert">
        {wrong.value ? t('check.ask.wrong') : ''}
      </p>
    </form>
  );
}

export function App(): JSX.Element {
  const { phase } = check.value;
  return (
    <div class="check">
      <header>
        <h1>{t('check.title')}</h1>
        <Segmented
          label={t('user.language')}
          value={language.value}
          choices={languages.map(({ code, name }) => ({ value: code, label: name }))}
          onChange={chooseLanguage}
        />
      </header>
      <main>
        {phase === 'none' ? (
          <Ask />
        ) : (
          <>
            <Verdict />
            <Steps />
            <button type="button" class="button large" disabled={phase === 'loading'} onClick={checkAgain}>
              {t('check.again')}
            </button>
            <p class="meaning">{t('check.meaning')}</p>
          </>
        )}
      </main>
    </div>
  );
}
