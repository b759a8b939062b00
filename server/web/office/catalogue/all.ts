/* The pages of the catalogue with their words and styles: loaded when the first of them is opened. */
import type { JSX } from 'preact';
import '../differences.css';
import '../preview.css';
import { catalogueDe } from '../i18n/catalogue-de';
import { catalogueEn } from '../i18n/catalogue-en';
import { moreDe } from '../i18n/more-de';
import { moreEn } from '../i18n/more-en';
import { addWords } from '../i18n/words';
import { BooksPage } from './books';
import { CategoriesPage } from './categories';
import { ChargesPage } from './charges';
import { CurrenciesPage } from './currencies';
import { CustomersPage } from './customers';
import { DifferencesPage } from './differences';
import { GroupsPage } from './groups';
import { ImportPage } from './import';
import { ItemsPage } from './items';
import { OutletsPage } from './outlets';
import { Preview } from './preview';
import { PromotionsPage } from './promotions';
import { PublishPage } from './publish';
import { RoundingPage } from './rounding';
import { TaxMapsPage } from './tax-maps';
import { TaxesPage } from './taxes';

addWords({ en: { ...catalogueEn, ...moreEn }, de: { ...catalogueDe, ...moreDe } });

export const views = {
  items: ItemsPage,
  categories: CategoriesPage,
  options: GroupsPage,
  books: BooksPage,
  promotions: PromotionsPage,
  charges: ChargesPage,
  taxes: TaxesPage,
  'tax-maps': TaxMapsPage,
  customers: CustomersPage,
  currencies: CurrenciesPage,
  rounding: RoundingPage,
  publish: PublishPage,
  import: ImportPage,
  differences: DifferencesPage,
  outlets: OutletsPage,
  preview: Preview,
} satisfies Record<string, () => JSX.Element>;

export type ViewName = keyof typeof views;
