/* The pages of the back office in the order of the way to them, and the right that opens each. */
import type { JSX } from 'preact';
import type { ViewName } from '../catalogue/all';
import type { OfficeKey } from '../i18n/en';
import { may } from '../state/rights';
import { AccountPage } from './account';
import { DevicesPage } from './devices';
import { KeysPage } from './keys';
import { later } from './later';
import { LicencePage } from './licence';
import { PeoplePage } from './people';
import { ProviderPage } from './provider';
import { RolesPage } from './roles';
import { SessionsPage } from './sessions';

export interface Page {
  title: OfficeKey;
  group: OfficeKey;
  /** The right that opens it; null is for everybody. */
  scope: string | null;
  view: () => JSX.Element;
  /** A cart beside the page shows what its changes do. */
  preview?: boolean;
}

/* Who only sells reads the catalogue as it was published; as it is being edited it is for those who edit it. */
const editor = 'catalogue.write';

const group = (title: OfficeKey, of: Partial<Record<ViewName, OfficeKey>>): Record<string, Page> =>
  Object.fromEntries(Object.entries(of).map(([name, word]) => [name, { title: word, group: title, scope: editor, view: later(name as ViewName), preview: true }]));

const business = 'nav.group.business';

export const pages: Record<string, Page> = {
  ...group('nav.group.catalogue', { items: 'items.title', categories: 'categories.title', options: 'groups.title' }),
  ...group('nav.group.rules', {
    books: 'books.title',
    promotions: 'promotions.title',
    charges: 'charges.title',
    taxes: 'taxes.title',
    'tax-maps': 'taxmaps.title',
    customers: 'customers.title',
    currencies: 'currencies.title',
    rounding: 'rounding.nav',
  }),
  publish: { title: 'publish.title', group: 'nav.group.live', scope: editor, view: later('publish'), preview: true },
  import: { title: 'csv.title', group: 'nav.group.live', scope: editor, view: later('import') },
  differences: { title: 'diffs.title', group: 'nav.group.live', scope: 'journal.read', view: later('differences') },
  outlets: { title: 'outlets.title', group: business, scope: 'device.read', view: later('outlets') },
  people: { title: 'nav.people', group: business, scope: 'staff.read', view: PeoplePage },
  roles: { title: 'nav.roles', group: business, scope: 'staff.read', view: RolesPage },
  devices: { title: 'nav.devices', group: business, scope: 'device.read', view: DevicesPage },
  sessions: { title: 'nav.sessions', group: business, scope: 'staff.read', view: SessionsPage },
  keys: { title: 'nav.keys', group: business, scope: 'key.write', view: KeysPage },
  provider: { title: 'provider.title', group: business, scope: 'settings.write', view: ProviderPage },
  licence: { title: 'licence.title', group: business, scope: 'device.read', view: LicencePage },
  account: { title: 'nav.account', group: business, scope: null, view: AccountPage },
};

export const allowed = (page: Page): boolean => page.scope === null || may(page.scope);

/** Names of the pages that the session may open. */
export const open = (): string[] => Object.keys(pages).filter((name) => allowed(pages[name]!));

export const first = (): string => open()[0]!;
