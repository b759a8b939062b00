/* Roles of the business: the list, and the way to one of them. */
import type { JSX } from 'preact';
import { session } from '../../shared/api/client';
import { locale } from '../../shared/i18n/i18n';
import { money, percent } from '../../shared/money/money';
import { Empty } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import { o } from '../i18n/words';
import { people, roles } from '../state/lists';
import type { Role } from '../state/model';
import { may } from '../state/rights';
import { route } from '../state/route';
import { lists, ListHead, Loaded } from './parts';
import { RolePage } from './role';
import { Rows } from './rows';

export function limitText(role: Pick<Role, 'discount_limit' | 'refund_limit'>): [discount: string, refund: string] {
  const { currency, exponent } = session.value!.outlet;
  return [
    role.discount_limit === null ? o('limit.none') : percent(role.discount_limit, locale.value),
    role.refund_limit === null ? o('limit.none') : money(role.refund_limit, { code: currency, exponent }, locale.value),
  ];
}

export const peopleWith = (role: Role): number => people.rows.value!.filter((p) => p.role_id === role.id).length;

const count = (n: number): string => (n === 1 ? o('roles.people.one') : o('roles.people', { n }));

function RoleList(): JSX.Element {
  return (
    <section class="page" aria-label={o('nav.roles')}>
      <ListHead title={o('nav.roles')} search={o('roles.search')}>
        {may('staff.write') && (
          <a class="button primary" href="#/roles/new">
            <Icon name="plus" />
            {o('roles.add')}
          </a>
        )}
      </ListHead>
      <Loaded lists={lists(roles, people)}>
        {() => (
          <Rows
            label={o('nav.roles')}
            rows={roles.rows.value!}
            columns={[
              { key: 'name', title: o('field.name'), value: (r) => r.name },
              { key: 'discount', title: o('role.discount'), value: (r) => limitText(r)[0] },
              { key: 'refund', title: o('role.refund'), value: (r) => limitText(r)[1] },
            ]}
            idOf={(r) => r.id}
            href={(r) => `#/roles/${r.id}`}
            tags={(r) => <span class="tag num">{count(peopleWith(r))}</span>}
            none={<Empty title={o('roles.none')} />}
          />
        )}
      </Loaded>
    </section>
  );
}

export function RolesPage(): JSX.Element {
  const { id } = route.value;
  if (id === null) return <RoleList />;
  return (
    <section class="page" aria-label={o('nav.roles')}>
      <Loaded lists={lists(roles, people)}>{() => <RolePage key={id} id={id} />}</Loaded>
    </section>
  );
}
