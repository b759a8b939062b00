/* The pages of the catalogue with their words and styles: loaded when the first of them is opened. */
import type { JSX } from 'preact';
import '../preview.css';
import { catalogueDe } from '../i18n/catalogue-de';
import { catalogueEn } from '../i18n/catalogue-en';
import { addWords } from '../i18n/words';
import { BooksPage } from './books';
import { CategoriesPage } from './categories';
import { ChargesPage } from './charges';
import { CurrenciesPage } from './currencies';
import { CustomersPage } from './customers';
import { GroupsPage } from './groups';
import { ImportPage } from './import';
import { ItemsPage } from './items';
import { Preview } from './preview';
import { PromotionsPage } from './promotions';
import { PublishPage } from './publish';
import { RoundingPage } from './rounding';
import { TaxMapsPage } from './tax-maps';
import { TaxesPage } from './taxes';

addWords({ en: catalogueEn, de: catalogueDe });

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
  preview: Preview,
} satisfies Record<string, () => JSX.Element>;

export type ViewName = keyof typeof views;
