/* The words of an explanation. `{x}` is replaced. */
import { translator } from '../i18n/i18n';

const en = {
  'why.title': 'Why {m}?',
  'why.ask': 'why this amount',
  'why.price': '{rule}: ordinary price',
  'why.open_price': '{line}: price as it was typed in',
  'why.book': 'Price book “{rule}” instead of {base}',
  'why.book.from': 'Price book “{rule}” from a quantity of {n}, instead of {base}',
  'why.tax_map': 'Other taxes by “{rule}”; before: {base}',
  'why.exempt': 'Sold without tax; before: {base}',
  'why.modifier.n': '{rule}, {n} × {base}',
  'why.combo_share': 'Part of the menu’s price; alone it costs {base}',
  'why.gross': '{n} × {base}',
  'why.gross.with': '{n} × {base} and options',
  'why.by_hand': 'Discount by hand',
  'why.rate': '{rule}: {rate} of {base}',
  'why.share': 'Part of {rule} ({base} in all)',
  'why.tax.in': '{rule} {rate} on {base}, in the price already',
  'why.tax.on': '{rule} {rate} on {base}, added',
  'why.tax.fixed': '{rule} on {base}',
  'why.exact': 'exactly {m}, rounded',
  'why.sum.gross': 'All lines before discounts',
  'why.sum.discounts': 'All discounts',
  'why.sum.taxes': 'All taxes',
  'why.sum.net': 'Without taxes',
  'why.sum.total': 'To pay',
  'why.refused': '{m} in all; the lowest price or what is left allows no more',
  'why.nothing': 'Nothing changes this amount.',
};

export type WhyKey = keyof typeof en;

const de: Record<WhyKey, string> = {
  'why.title': 'Warum {m}?',
  'why.ask': 'warum dieser Betrag',
  'why.price': '{rule}: gewöhnlicher Preis',
  'why.open_price': '{line}: Preis wie eingetippt',
  'why.book': 'Preisliste „{rule}“ statt {base}',
  'why.book.from': 'Preisliste „{rule}“ ab einer Menge von {n}, statt {base}',
  'why.tax_map': 'Andere Steuern durch „{rule}“; vorher: {base}',
  'why.exempt': 'Ohne Steuer verkauft; vorher: {base}',
  'why.modifier.n': '{rule}, {n} × {base}',
  'why.combo_share': 'Anteil am Menüpreis; allein kostet es {base}',
  'why.gross': '{n} × {base}',
  'why.gross.with': '{n} × {base} und Optionen',
  'why.by_hand': 'Rabatt von Hand',
  'why.rate': '{rule}: {rate} von {base}',
  'why.share': 'Anteil an {rule} (insgesamt {base})',
  'why.tax.in': '{rule} {rate} auf {base}, schon im Preis',
  'why.tax.on': '{rule} {rate} auf {base}, kommt dazu',
  'why.tax.fixed': '{rule} auf {base}',
  'why.exact': 'genau {m}, gerundet',
  'why.sum.gross': 'Alle Zeilen vor Rabatten',
  'why.sum.discounts': 'Alle Rabatte',
  'why.sum.taxes': 'Alle Steuern',
  'why.sum.net': 'Ohne Steuern',
  'why.sum.total': 'Zu zahlen',
  'why.refused': 'eigentlich {m}; mehr lassen der tiefste Preis oder der Rest nicht zu',
  'why.nothing': 'Nichts ändert diesen Betrag.',
};

export const w = translator<WhyKey>({ en, de });
