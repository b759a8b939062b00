/* The pages of the catalogue, loaded when the first of them is opened: who only signs in or looks after people need not wait. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import { t } from '../../shared/i18n/i18n';
import { Empty } from '../../shared/ui/controls';
import type { ViewName, views } from '../catalogue/all';
import { o } from '../i18n/words';

const loaded = signal<typeof views | null>(null);
const failed = signal(false);

async function load(): Promise<void> {
  try {
    failed.value = false;
    loaded.value = (await import('../catalogue/all')).views;
  } catch {
    failed.value = true;
  }
}

/** A page of the catalogue; `quiet` shows nothing until it is there. */
export function later(name: ViewName, quiet = false): () => JSX.Element {
  return function Later() {
    useEffect(() => {
      if (!loaded.value) void load();
    }, []);
    const View = loaded.value?.[name];
    if (View) return <View />;
    if (quiet) return <></>;
    if (!failed.value) return <p class="waiting">{o('load.wait')}</p>;
    return (
      <Empty title={o('load.failed')} hint={o('problem.offline')}>
        <p>
          <button type="button" class="button primary" onClick={() => void load()}>
            {t('action.retry')}
          </button>
        </p>
      </Empty>
    );
  };
}
