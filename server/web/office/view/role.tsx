/* One role: what it may, how far, and removing it when nobody has it. Saved as a whole, because it reaches everybody who has it. */
import { useSignal, type Signal } from '@preact/signals';
import type { JSX } from 'preact';
import { post, session } from '../../shared/api/client';
import { t } from '../../shared/i18n/i18n';
import { Empty } from '../../shared/ui/controls';
import { say, warn } from '../../shared/ui/overlay';
import { o } from '../i18n/words';
import { fractionOf, minorOf, percentOf, typedAmount } from '../state/limits';
import { roles } from '../state/lists';
import type { Role } from '../state/model';
import { refusal, type Refusal } from '../state/problem';
import { covers, may, ownDiscount, ownRefund } from '../state/rights';
import { go } from '../state/route';
import { at, FormProblem, TextInput } from './field';
import { ThingHead } from './parts';
import { peopleWith } from './roles';
import { LimitField, Scopes } from './role-parts';

export interface Draft {
  name: string;
  code: string;
  scopes: string[];
  /** As typed; null is no limit. */
  discount: string | null;
  refund: string | null;
  hours: string;
}

const hoursMax = 8760;
const blank: Draft = { name: '', code: '', scopes: ['session'], discount: '0', refund: '0', hours: '12' };

function draftOf(role: Role): Draft {
  return {
    name: role.name,
    code: role.code,
    scopes: role.scopes,
    discount: role.discount_limit === null ? null : percentOf(role.discount_limit),
    refund: role.refund_limit === null ? null : typedAmount(role.refund_limit, session.value!.outlet.exponent),
    hours: String(role.refresh_hours),
  };
}

const codeOf = (name: string): string =>
  name
    .toLowerCase()
    .replace(/ä/g, 'ae').replace(/ö/g, 'oe').replace(/ü/g, 'ue').replace(/ß/g, 'ss')
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 32);

/* The body of the call, or the field that cannot be read. */
function bodyOf(draft: Draft): { body: Record<string, unknown> } | { wrong: Refusal } {
  const wrong = (field: string, text: string): { wrong: Refusal } => ({ wrong: { field, text, code: 'invalid' } });
  const discount = draft.discount === null ? null : fractionOf(draft.discount);
  const refund = draft.refund === null ? null : minorOf(draft.refund, session.value!.outlet.exponent);
  const hours = Number(draft.hours);
  const mine = { discount: ownDiscount(), refund: ownRefund() };
  if (draft.discount !== null && discount === null) return wrong('discount_limit', o('role.discount.wrong'));
  if (draft.refund !== null && refund === null) return wrong('refund_limit', o('role.refund.wrong'));
  if (mine.discount !== null && (discount === null || Number(discount) > mine.discount)) return wrong('discount_limit', o('role.limit.above'));
  if (mine.refund !== null && (refund === null || refund > mine.refund)) return wrong('refund_limit', o('role.limit.above'));
  if (!Number.isInteger(hours) || hours < 1 || hours > hoursMax) return wrong('refresh_hours', o('role.hours.wrong', { n: hoursMax }));
  return { body: { name: draft.name.trim(), scopes: draft.scopes, discount_limit: discount, refund_limit: refund, refresh_hours: hours } };
}

async function replace(id: string, body: Record<string, unknown>): Promise<void> {
  roles.put((await post<{ role: Role }>(`/v1/roles/${id}`, body)).body.role);
}

const oldBody = ({ name, scopes, discount_limit, refund_limit, refresh_hours }: Role): Record<string, unknown> => ({
  name, scopes, discount_limit, refund_limit, refresh_hours,
});

const warned = (e: unknown): void => warn(refusal(e).text);

async function saveRole(role: Role | null, draft: Draft, body: Record<string, unknown>): Promise<void> {
  if (role) {
    await replace(role.id, body);
    say(o('role.saved', { name: draft.name }), () => void replace(role.id, oldBody(role)).catch(warned));
    return;
  }
  const made = (await post<{ role: Role }>('/v1/roles', { ...body, code: draft.code })).body.role;
  roles.put(made);
  say(o('role.added', { name: made.name }));
  go(`roles/${made.id}`);
}

/* Taking a removal back makes the role again: nobody had it, so nobody misses its old id. */
async function remove(role: Role): Promise<void> {
  await post(`/v1/roles/${role.id}/delete`, {});
  roles.drop(role.id);
  go('roles');
  const again = async (): Promise<void> => {
    roles.put((await post<{ role: Role }>('/v1/roles', { ...oldBody(role), code: role.code })).body.role);
  };
  say(o('role.removed', { name: role.name }), () => void again().catch(warned));
}

function Remove({ role, locked, problem }: { role: Role; locked: boolean; problem: Signal<Refusal | null> }): JSX.Element {
  const used = peopleWith(role);
  const run = (): void =>
    void remove(role).catch((e: unknown) => {
      problem.value = refusal(e);
    });
  return (
    <div class="block">
      <h2>{o('role.remove')}</h2>
      <p>{used > 0 ? (used === 1 ? o('role.used.one') : o('role.used', { n: used })) : o('role.remove.text')}</p>
      <button type="button" class="button stop" disabled={locked || used > 0} onClick={run}>
        {o('role.remove')}
      </button>
    </div>
  );
}

function lockReason(role: Role | null): string | null {
  if (!may('staff.write')) return o('role.readonly');
  return role && !covers(role) ? o('role.locked') : null;
}

function RoleForm({ role }: { role: Role | null }): JSX.Element {
  const draft = useSignal<Draft>(role ? draftOf(role) : blank);
  const problem = useSignal<Refusal | null>(null);
  const busy = useSignal(false);
  const reason = lockReason(role);
  const locked = reason !== null;
  const put = (change: Partial<Draft>): void => {
    draft.value = { ...draft.value, ...change };
  };
  const submit = async (): Promise<void> => {
    const read = bodyOf(draft.value);
    problem.value = 'wrong' in read ? read.wrong : null;
    if ('wrong' in read || busy.value) return;
    busy.value = true;
    try {
      await saveRole(role, draft.value, read.body);
    } catch (e) {
      problem.value = refusal(e);
    } finally {
      busy.value = false;
    }
  };
  const { name, code, hours } = draft.value;
  return (
    <form
      class="thing"
      aria-label={o('role.form')}
      onSubmit={(e) => {
        e.preventDefault();
        void submit();
      }}
    >
      <ThingHead title={role ? role.name : o('roles.add')} back={o('nav.roles')} backTo="#/roles" />
      {reason && <p class="reason">{reason}</p>}
      <div class="fields">
        <TextInput
          label={o('field.name')}
          value={name}
          maxLength={64}
          disabled={locked}
          problem={at(problem.value, 'name')}
          onValue={(value) => put(role ? { name: value } : { name: value, code: codeOf(value) })}
        />
        {!role && <TextInput label={o('role.code')} hint={o('role.code.hint')} value={code} maxLength={32} problem={at(problem.value, 'code')} onValue={(value) => put({ code: value })} />}
        <LimitField label={o('role.discount')} unit="%" value={draft.value.discount} locked={locked} mayLift={ownDiscount() === null} hint={o('role.discount.hint')} problem={at(problem.value, 'discount_limit')} onValue={(discount) => put({ discount })} />
        <LimitField label={o('role.refund')} unit={session.value!.outlet.currency} value={draft.value.refund} locked={locked} mayLift={ownRefund() === null} hint={o('role.refund.hint')} problem={at(problem.value, 'refund_limit')} onValue={(refund) => put({ refund })} />
        <TextInput label={o('role.hours')} hint={o('role.hours.hint')} inputMode="numeric" value={hours} disabled={locked} problem={at(problem.value, 'refresh_hours')} onValue={(value) => put({ hours: value })} />
      </div>
      <Scopes held={draft.value.scopes} locked={locked} onChange={(scopes) => put({ scopes })} />
      {role && <Remove role={role} locked={locked} problem={problem} />}
      <footer class="actions">
        <FormProblem problem={problem.value} fields={['name', 'code', 'discount_limit', 'refund_limit', 'refresh_hours']} />
        <button type="submit" class="button primary large" disabled={locked || busy.value || name.trim() === ''}>
          {role ? t('action.apply') : o('roles.add')}
        </button>
      </footer>
    </form>
  );
}

export function RolePage({ id }: { id: string }): JSX.Element {
  if (id === 'new') return <RoleForm role={null} />;
  const role = roles.rows.value!.find((r) => r.id === id);
  /* Another version is another form: what was taken back shows at once. */
  return role ? <RoleForm key={role.version} role={role} /> : <Empty title={o('lost.title')} hint={o('lost.text')} />;
}
