/* People of the business: the list, and the way to one of them. */
import type { JSX } from 'preact';
import { Empty } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import { o } from '../i18n/words';
import { people, roles } from '../state/lists';
import type { Person } from '../state/model';
import { may } from '../state/rights';
import { route } from '../state/route';
import { lists, ListHead, Loaded } from './parts';
import { NewPerson } from './new-person';
import { PersonPage } from './person';
import { Rows } from './rows';

export const roleName = (code: string): string => roles.rows.value?.find((r) => r.code === code)?.name ?? code;

function tags(person: Person): JSX.Element {
  return (
    <>
      {!person.active && <span class="tag">{o('person.inactive')}</span>}
      {person.active && !person.has_pin && <span class="tag warn">{o('person.nopin')}</span>}
    </>
  );
}

function AddPerson(): JSX.Element | null {
  if (!may('staff.write')) return null;
  return (
    <a class="button primary" href="#/people/new">
      <Icon name="plus" />
      {o('people.add')}
    </a>
  );
}

function PeopleList(): JSX.Element {
  return (
    <section class="page" aria-label={o('nav.people')}>
      <ListHead title={o('nav.people')} search={o('people.search')}>
        <AddPerson />
      </ListHead>
      <Loaded lists={lists(people, roles)}>
        {() => (
          <Rows
            label={o('nav.people')}
            rows={people.rows.value!}
            columns={[
              { key: 'name', title: o('field.name'), value: (p) => p.name },
              { key: 'number', title: o('field.number'), value: (p) => p.number },
              { key: 'role', title: o('field.role'), value: (p) => roleName(p.role) },
            ]}
            idOf={(p) => p.id}
            href={(p) => `#/people/${p.id}`}
            tags={tags}
            none={<Empty title={o('people.none')} hint={o('people.none.hint')} />}
          />
        )}
      </Loaded>
    </section>
  );
}

export function PeoplePage(): JSX.Element {
  const { id } = route.value;
  if (id === null) return <PeopleList />;
  return (
    <section class="page" aria-label={o('nav.people')}>
      <Loaded lists={lists(people, roles)}>{() => (id === 'new' ? <NewPerson /> : <PersonPage key={id} id={id} />)}</Loaded>
    </section>
  );
}
