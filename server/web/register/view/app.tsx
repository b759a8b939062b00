/* The register page: signing in, loading, opening the shift, selling. */
import type { JSX } from 'preact';
import { useEffect, useLayoutEffect } from 'preact/hooks';
import { session } from '../../shared/api/client';
import { loading } from '../../shared/catalogue/store';
import { t } from '../../shared/i18n/i18n';
import { Empty } from '../../shared/ui/controls';
import { Toasts } from '../../shared/ui/overlay';
import { SignIn } from '../../shared/ui/sign-in';
import { StuckBanner } from '../../shared/ui/status';
import { picking } from '../state/picker';
import { failure, mode, phase, pusher, sale, shift, startTill } from '../state/till';
import { Cart, CartBar } from './cart';
import { Categories } from './categories';
import { Done } from './done';
import { Grid } from './grid';
import { listenForKeys } from './keys';
import { Pay } from './pay';
import { Picker } from './picker';
import { OpenShift } from './shift';
import { Sheets } from './sheets';
import { TopBar } from './top-bar';
import { Why } from './why';

function Centre(): JSX.Element {
  if (sale.value) return <Done sale={sale.value} />;
  if (mode.value === 'pay') return <Pay />;
  return (
    <div class="menu">
      <Categories />
      <Grid />
      {picking.value && <Picker />}
    </div>
  );
}

function Till(): JSX.Element {
  useLayoutEffect(listenForKeys, []);
  const busy = mode.value === 'pay' || sale.value !== null;
  return (
    <div class={`till ${busy ? 'busy' : ''}`}>
      <TopBar />
      {pusher.value && <StuckBanner pusher={pusher.value} />}
      <div class="till-body">
        <main>{shift.value ? <Centre /> : <OpenShift />}</main>
        {shift.value && <Cart />}
      </div>
      {shift.value && !busy && <CartBar />}
      <Sheets />
      <Why />
    </div>
  );
}

function Loading(): JSX.Element {
  if (phase.value === 'loading') {
    const { done, all } = loading.value ?? { done: 0, all: 0 };
    return (
      <Empty title={all > 1 ? t('load.parts', { n: done, all }) : t('load.wait')}>{all > 1 && <progress value={done} max={all} aria-label={t('load.wait')} />}</Empty>
    );
  }
  return (
    <Empty title={t('load.title')} hint={failure.value}>
      <p>
        <button type="button" class="button primary" onClick={() => void startTill()}>
          {t('action.retry')}
        </button>
      </p>
    </Empty>
  );
}

export function App(): JSX.Element {
  const token = session.value?.token;
  useEffect(() => {
    if (token) void startTill();
  }, [token]);
  return (
    <>
      {!token ? (
        <SignIn title="app.register" device="signin.register" />
      ) : phase.value === 'ready' ? (
        <Till />
      ) : (
        <main class="loading">
          <Loading />
        </main>
      )}
      <Toasts />
    </>
  );
}
