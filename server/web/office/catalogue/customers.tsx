/* Groups of customers, whom books, promotions, charges and tax maps may be for. */
import type { JSX } from 'preact';
import { o } from '../i18n/words';
import { customerGroups } from '../state/catalogue';
import type { CustomerGroup } from '../state/rules';
import { KindPage, type FieldsProps, type Kind } from './kind';
import { Naming } from './naming';
import { named, type Named } from './rule-form';

const Fields = ({ form, locked, row }: FieldsProps<CustomerGroup, Named>): JSX.Element => (
  <div class="fields">
    <Naming form={form} locked={locked} isNew={row === null} hint={o('customers.name.hint')} />
  </div>
);

const kind: Kind<CustomerGroup, Named> = {
  page: 'customers',
  words: 'customers',
  resource: customerGroups,
  needs: [],
  columns: () => [
    { key: 'name', title: o('field.name'), value: (g) => g.name },
    { key: 'code', title: o('row.code'), value: (g) => g.code },
  ],
  draftOf: named,
  bodyOf: (draft) => ({ code: draft.code.trim(), name: draft.name.trim() }),
  fields: ['name', 'code'],
  Fields,
};

export const CustomersPage = (): JSX.Element => <KindPage kind={kind} />;
