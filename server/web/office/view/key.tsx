/* One API key: made with some of the maker's rights, told once, revoked for good. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { post } from '../../shared/api/client';
import { Empty } from '../../shared/ui/controls';
import { Sheet } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { keys } from '../state/lists';
import type { ApiKey } from '../state/model';
import { refusal, type Refusal } from '../state/problem';
import { go } from '../state/route';
import { at, FormProblem, SelectInput, TextInput } from './field';
import { KeyTag, revoke, until } from './keys';
import { ThingHead } from './parts';
import { Scopes } from './role-parts';
import { scopeWord } from './scope-words';
import { Secret } from './secret';

const lives = [30, 90, 365, 1095];

export function NewKey(): JSX.Element {
  const draft = useSignal({ name: '', days: '365', scopes: ['session'] });
  const problem = useSignal<Refusal | null>(null);
  const made = useSignal<{ id: string; key: string } | null>(null);
  const busy = useSignal(false);
  const put = (change: Partial<typeof draft.value>): void => {
    draft.value = { ...draft.value, ...change };
  };
  const submit = async (): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    problem.value = null;
    try {
      const body = { name: draft.value.name.trim(), scopes: draft.value.scopes, days: Number(draft.value.days) };
      const answer = (await post<{ api_key: ApiKey; key: string }>('/v1/api-keys', body)).body;
      keys.put(answer.api_key);
      made.value = { id: answer.api_key.id, key: answer.key };
    } catch (e) {
      problem.value = refusal(e);
    } finally {
      busy.value = false;
    }
  };
  const done = (): void => go(`keys/${made.value!.id}`);
  const { name, days, scopes } = draft.value;
  return (
    <form
      class="thing"
      aria-label={o('keys.add')}
      onSubmit={(e) => {
        e.preventDefault();
        void submit();
      }}
    >
      <ThingHead title={o('keys.add')} back={o('nav.keys')} backTo="#/keys" />
      <div class="fields">
        <TextInput label={o('field.name')} hint={o('key.name.hint')} maxLength={64} value={name} problem={at(problem.value, 'name')} onValue={(value) => put({ name: value })} />
        <SelectInput label={o('key.life')} value={days} choices={lives.map((n) => ({ value: String(n), label: o('key.days', { n }) }))} problem={at(problem.value, 'days')} onValue={(value) => put({ days: value })} />
      </div>
      <Scopes held={scopes} locked={false} without={['key.write', 'staff.write', 'settings.write']} onChange={(next) => put({ scopes: next })} />
      <footer class="actions">
        <FormProblem problem={problem.value} fields={['name', 'days']} />
        <button type="submit" class="button primary large" disabled={busy.value || name.trim() === '' || scopes.length < 2}>
          {o('keys.add')}
        </button>
      </footer>
      {made.value && (
        <Sheet title={name} onClose={done}>
          <Secret text={made.value.key} what={o('key.text')} hint={o('key.once')} onDone={done} />
        </Sheet>
      )}
    </form>
  );
}

/* For good, so it takes another gesture than the touch that opened this: writing the name. */
function RevokeSheet({ one, onClose }: { one: ApiKey; onClose: () => void }): JSX.Element {
  const typed = useSignal('');
  const same = typed.value.trim() === one.name;
  return (
    <Sheet title={o('device.revoke.title', { code: one.name })} onClose={onClose}>
      <form
        class="fields"
        onSubmit={(e) => {
          e.preventDefault();
          if (same) void revoke(one).then(onClose);
        }}
      >
        <p>{o('key.revoke.text')}</p>
        <TextInput label={o('device.revoke.type', { code: one.name })} value={typed.value} onValue={(value) => (typed.value = value)} />
        <button type="submit" class="button stop large" disabled={!same}>
          {o('device.revoke.go', { code: one.name })}
        </button>
      </form>
    </Sheet>
  );
}

export function KeyPage({ id }: { id: string }): JSX.Element {
  const revoking = useSignal(false);
  const one = keys.rows.value!.find((k) => k.id === id);
  if (!one) return <Empty title={o('lost.title')} hint={o('lost.text')} />;
  return (
    <div class="thing">
      <ThingHead title={one.name} back={o('nav.keys')} backTo="#/keys">
        <KeyTag one={one} />
      </ThingHead>
      <p>{o('key.until.t', { t: until(one) })}</p>
      <div class="block">
        <h2>{o('key.rights')}</h2>
        <ul class="consequences">
          {one.scopes.filter((s) => s !== 'session').map((s) => (
            <li key={s}>{scopeWord(s)}</li>
          ))}
        </ul>
      </div>
      {!one.revoked_at && (
        <div class="block">
          <h2>{o('device.revoke')}</h2>
          <p>{o('key.revoke.text')}</p>
          <button type="button" class="button stop" onClick={() => (revoking.value = true)}>
            {o('device.revoke.open')}
          </button>
        </div>
      )}
      {revoking.value && <RevokeSheet one={one} onClose={() => (revoking.value = false)} />}
    </div>
  );
}
