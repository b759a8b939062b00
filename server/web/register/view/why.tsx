/* "Why this amount" on the bill: which figure was asked about, and the names behind the trace. */
import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { modifierName, catalogueOf } from '../state/catalogue';
import { currency } from '../state/format';
import { order, type CartOrder } from '../state/order';
import { priced, traceOf, type Priced } from '../state/pricing';
import { lineName } from '../state/sheet';
import type { Figure, Names } from '../../shared/why/trace';
import { WhySheet } from '../../shared/why/why';

/** The figure that is asked about; null while nobody asks. */
export const asked = signal<Figure | null>(null);

function lineNameOf(of: CartOrder, figures: Priced, id: string): string {
  const line = of.lines.find((l) => l.id === id);
  if (line) return lineName(line, of);
  const charge = figures.charges.find((c) => c.line === id);
  return charge?.name ?? catalogueOf(of).item(figures.lines.get(id)?.itemId ?? '')?.name ?? '';
}

function ruleNameOf(of: CartOrder, id: string): string {
  const by = catalogueOf(of);
  const { books, promotions, charges, taxes, tax_maps: maps } = by.menu;
  const rule = [...books, ...promotions, ...charges, ...taxes, ...maps].find((one) => one.id === id);
  const variant = of.lines.find((l) => l.variantId === id);
  return rule?.name ?? (variant ? lineName(variant, of) : (by.item(id)?.name ?? modifierName(by, id)));
}

function namesOf(of: CartOrder, figures: Priced): Names {
  return {
    line: (id) => lineNameOf(of, figures, id),
    rule: (id) => ruleNameOf(of, id),
    lines: of.lines.filter((l) => !l.voided).map((l) => l.id),
    included: (id) => figures.taxes.find((tax) => tax.id === id)?.included ?? true,
  };
}

export function Why(): JSX.Element | null {
  const figures = priced.value;
  const figure = asked.value;
  if (!figure || !figures) return null;
  const of = order.value;
  return (
    <WhySheet figure={figure} trace={traceOf(of, figures)} names={namesOf(of, figures)} currency={currency.value} onClose={() => (asked.value = null)} />
  );
}
