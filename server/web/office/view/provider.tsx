/* The identity provider of the organisation: where it is, what its roles are called here. */
import type { JSX } from 'preact';
import { post } from '../../shared/api/client';
import { t } from '../../shared/i18n/i18n';
import { say } from '../../shared/ui/overlay';
import { Check, Part } from '../catalogue/fields';
import { o } from '../i18n/words';
import { provider, roles } from '../state/lists';
import type { IdentityProvider } from '../state/model';
import { at, FormProblem, SelectInput, TextInput } from './field';
import { useForm, type Form } from './form';
import { lists, ListHead, Loaded } from './parts';

interface Draft {
  issuer: string;
  client_id: string;
  client_secret: string;
  role_claim: string;
  /** What the provider calls it, and the code of the role here. */
  map: { value: string; role: string }[];
  link_email: boolean;
  enabled: boolean;
}

const draftOf = (known: IdentityProvider | null): Draft => ({
  issuer: known?.issuer ?? '',
  client_id: known?.client_id ?? '',
  client_secret: '',
  role_claim: known?.role_claim ?? '',
  map: Object.entries(known?.role_map ?? {}).map(([value, role]) => ({ value, role })),
  link_email: known?.link_email ?? false,
  enabled: known?.enabled ?? true,
});

function bodyOf({ client_secret, map, ...draft }: Draft): Record<string, unknown> {
  const role_map = Object.fromEntries(map.filter((m) => m.value.trim() && m.role).map((m) => [m.value.trim(), m.role]));
  return { ...draft, issuer: draft.issuer.trim(), client_id: draft.client_id.trim(), role_claim: draft.role_claim.trim(), role_map, ...(client_secret ? { client_secret } : {}) };
}

function RoleMap({ form }: { form: Form<Draft> }): JSX.Element {
  const { map } = form.draft;
  const put = (n: number, change: Partial<Draft['map'][number]>): void => form.put({ map: map.map((m, i) => (i === n ? { ...m, ...change } : m)) });
  const choices = [{ value: '', label: o('role.choose') }, ...(roles.rows.value ?? []).map((r) => ({ value: r.code, label: r.name }))];
  return (
    <Part title={o('provider.roles')} hint={o('provider.roles.hint')}>
      <div class="fields">
        <TextInput label={o('provider.claim')} hint={o('provider.claim.hint')} maxLength={64} value={form.draft.role_claim} problem={at(form.problem, 'role_claim')} onValue={(role_claim) => form.put({ role_claim })} />
      </div>
      {map.map((m, n) => (
        <div class="fields" key={n}>
          <TextInput label={o('provider.value')} value={m.value} maxLength={128} onValue={(value) => put(n, { value })} />
          <SelectInput label={o('field.role')} value={m.role} choices={choices} onValue={(role) => put(n, { role })} />
        </div>
      ))}
      <button type="button" class="button" onClick={() => form.put({ map: [...map, { value: '', role: '' }] })}>
        {o('provider.add')}
      </button>
    </Part>
  );
}

function ProviderForm({ known }: { known: IdentityProvider | null }): JSX.Element {
  const form = useForm<Draft>(() => draftOf(known), 'provider');
  const { draft, problem, put } = form;
  const submit = async (): Promise<void> => {
    const saved = (await post<IdentityProvider>('/v1/identity-provider', bodyOf(draft))).body;
    provider.rows.value = [{ ...saved, id: 'provider' }];
    say(o('saved'));
  };
  return (
    <form
      class="thing"
      aria-label={o('provider.title')}
      noValidate
      onSubmit={(e) => {
        e.preventDefault();
        void form.run(submit);
      }}
    >
      <p class="reason calm">{o('provider.text')}</p>
      <div class="fields">
        <TextInput label={o('provider.issuer')} hint={o('provider.issuer.hint')} type="url" maxLength={255} value={draft.issuer} problem={at(problem, 'issuer')} onValue={(issuer) => put({ issuer })} />
        <TextInput label={o('provider.client')} maxLength={255} value={draft.client_id} problem={at(problem, 'client_id')} onValue={(client_id) => put({ client_id })} />
        <TextInput label={o('provider.secret')} hint={o(known?.has_secret ? 'provider.secret.has' : 'provider.secret.none')} type="password" autocomplete="new-password" maxLength={255} value={draft.client_secret} problem={at(problem, 'client_secret')} onValue={(client_secret) => put({ client_secret })} />
      </div>
      <Check label={o('provider.enabled')} checked={draft.enabled} onChange={(enabled) => put({ enabled })} />
      <Check label={o('provider.email')} hint={o('provider.email.hint')} checked={draft.link_email} onChange={(link_email) => put({ link_email })} />
      <RoleMap form={form} />
      <footer class="actions">
        <FormProblem problem={problem} fields={['issuer', 'client_id', 'client_secret', 'role_claim']} />
        <button type="submit" class="button primary large" disabled={form.busy || !form.dirty || draft.issuer.trim() === '' || draft.client_id.trim() === ''}>
          {t('action.apply')}
        </button>
      </footer>
    </form>
  );
}

export function ProviderPage(): JSX.Element {
  return (
    <section class="page" aria-label={o('provider.title')}>
      <ListHead title={o('provider.title')} />
      <Loaded lists={lists(provider, roles)}>
        {() => {
          const known = provider.rows.value![0] ?? null;
          return <ProviderForm key={known?.version ?? 0} known={known} />;
        }}
      </Loaded>
    </section>
  );
}
