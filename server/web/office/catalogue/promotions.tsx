/* Promotions: what is given, on what, when, and with which coupon. */
import type { JSX } from 'preact';
import { session } from '../../shared/api/client';
import { locale } from '../../shared/i18n/i18n';
import { money, percent, quantity } from '../../shared/money/money';
import type { OfficeKey } from '../i18n/en';
import { o } from '../i18n/words';
import { categories, customerGroups, promotions } from '../state/catalogue';
import { promotionKinds, type Promotion, type PromotionKind, type PromotionRule, type Targets, type When } from '../state/rules';
import { at, TextInput } from '../view/field';
import { Check, MoneyInput, OneOf, Part, PercentInput } from './fields';
import { KindPage, type FieldsProps, type Kind } from './kind';
import { Naming, Priority } from './naming';
import { amountText, given, percentText, ranked, Reader, type Ranked } from './rule-form';
import { Slots, slotDrafts, slotsOf, type SlotDraft } from './slots';
import { TargetFields } from './targets';
import { tidy, WhenPart } from './when';
import { whenText } from './when-words';

interface Draft extends Ranked {
  kind: PromotionKind;
  /** Of a percentage: off what is targeted, or off the whole order. */
  order: boolean;
  rate: string;
  amount: string;
  price: string;
  x: string;
  y: string;
  slots: SlotDraft[];
  targets: Targets;
  min_qty: string;
  min_amount: string;
  coupons: string;
  max_amount: string;
  max_uses: string;
  group: string;
  stackable: boolean;
  when: When;
}

const m = (minor: number | undefined): string =>
  money(minor ?? 0, { code: session.value!.outlet.currency, exponent: session.value!.outlet.exponent }, locale.value);

/** What a promotion gives, in one line. */
export function giftText(rule: PromotionRule): string {
  const rate = rule.rate ? percent(rule.rate, locale.value) : '';
  switch (rule.kind) {
    case 'percent': return o(rule.scope === 'order' ? 'promotion.gift.order' : 'promotion.gift.percent', { rate });
    case 'amount': return o('promotion.gift.amount', { m: m(rule.amount) });
    case 'amount_unit': return o('promotion.gift.amount_unit', { m: m(rule.amount) });
    case 'price_unit': return o('promotion.gift.price_unit', { m: m(rule.price) });
    case 'buy_get': return Number(rule.rate) === 1 ? o('promotion.gift.free', { x: rule.x ?? 0, y: rule.y ?? 0 }) : o('promotion.gift.buy_get', { x: rule.x ?? 0, y: rule.y ?? 0, rate });
    case 'bundle': return o('promotion.gift.bundle', { n: rule.slots?.length ?? 0, m: m(rule.price) });
  }
}

function draftOf(row: Promotion | null): Draft {
  const rule = row?.definition ?? { kind: 'percent' as const };
  const text = (n: number | string | undefined): string => (n === undefined ? '' : String(n));
  return {
    ...ranked(row),
    kind: rule.kind,
    order: rule.scope === 'order',
    rate: percentText(rule.rate),
    amount: amountText(rule.amount),
    price: amountText(rule.price),
    x: text(rule.x),
    y: text(rule.y),
    slots: slotDrafts(rule.slots),
    targets: rule.targets ?? {},
    min_qty: rule.min_qty ? quantity(rule.min_qty) : '',
    min_amount: amountText(rule.min_amount),
    coupons: (rule.coupons ?? []).join(' '),
    max_amount: amountText(rule.max_amount),
    max_uses: text(rule.max_uses),
    group: text(rule.group),
    stackable: rule.stackable ?? true,
    when: rule.when ?? {},
  };
}

/* What the kind is about; the members of other kinds are not sent. */
function giftOf(draft: Draft, read: Reader): Partial<PromotionRule> {
  const rate = (): string | undefined => read.percent('rate', draft.rate, true);
  const price = (): number | undefined => read.amount('price', draft.price, true);
  switch (draft.kind) {
    case 'percent': return { rate: rate(), scope: draft.order ? 'order' : 'line' } as Partial<PromotionRule>;
    case 'amount': return { amount: read.amount('amount', draft.amount, true), scope: 'order' } as Partial<PromotionRule>;
    case 'amount_unit': return { amount: read.amount('amount', draft.amount, true) } as Partial<PromotionRule>;
    case 'price_unit': return { price: price() } as Partial<PromotionRule>;
    case 'buy_get': return { x: read.whole('x', draft.x, true), y: read.whole('y', draft.y, true), rate: rate() } as Partial<PromotionRule>;
    case 'bundle': return { price: price(), slots: slotsOf(draft.slots, read) } as Partial<PromotionRule>;
  }
}

const isOrder = (draft: Draft): boolean => draft.kind === 'amount' || (draft.kind === 'percent' && draft.order);
const targetsOf = ({ item_ids = [], category_ids = [] }: Targets): Targets | undefined =>
  item_ids.length + category_ids.length === 0 ? undefined : { item_ids, category_ids };

function bodyOf(draft: Draft): ReturnType<Reader['done']> {
  const read = new Reader();
  const coupons = [...new Set(draft.coupons.split(/[\s,;]+/).filter(Boolean))];
  const when = tidy(draft.when);
  const definition = given({
    kind: draft.kind,
    ...giftOf(draft, read),
    targets: isOrder(draft) || draft.kind === 'bundle' ? undefined : targetsOf(draft.targets),
    min_qty: read.qty('min_qty', draft.min_qty),
    min_amount: read.amount('min_amount', draft.min_amount),
    coupons: coupons.length > 0 ? coupons : undefined,
    max_amount: read.amount('max_amount', draft.max_amount),
    max_uses: draft.kind === 'buy_get' || draft.kind === 'bundle' ? read.whole('max_uses', draft.max_uses) : undefined,
    group: read.whole('group', draft.group),
    stackable: draft.stackable,
    when: Object.keys(when).length > 0 ? when : undefined,
  });
  return read.done({ code: draft.code.trim(), name: draft.name.trim(), priority: read.whole('priority', draft.priority, true), definition });
}

type Props = FieldsProps<Promotion, Draft>;

function Gift({ form, locked }: Props): JSX.Element {
  const { draft, problem, put } = form;
  const rate = (hint?: string): JSX.Element => <PercentInput label={o('promotion.rate')} hint={hint} value={draft.rate} locked={locked} problem={at(problem, 'rate')} onValue={(value) => put({ rate: value })} />;
  const price = (label: OfficeKey): JSX.Element => <MoneyInput label={o(label)} value={draft.price} locked={locked} problem={at(problem, 'price')} onValue={(value) => put({ price: value })} />;
  const count = (name: 'x' | 'y'): JSX.Element => <TextInput label={o(`promotion.${name}`)} inputMode="numeric" value={draft[name]} disabled={locked} problem={at(problem, name)} onValue={(value) => put({ [name]: value })} />;
  return (
    <Part title={o('promotion.gift')} hint={o(`promotion.kind.${draft.kind}.hint`)}>
      <OneOf label={o('promotion.kind')} choices={promotionKinds.map((value) => ({ value, label: o(`promotion.kind.${value}`) }))} value={draft.kind} locked={locked} onChange={(kind) => put({ kind })} />
      <div class="fields two">
        {draft.kind === 'buy_get' && count('x')}
        {draft.kind === 'buy_get' && count('y')}
        {(draft.kind === 'percent' || draft.kind === 'buy_get') && rate(draft.kind === 'buy_get' ? o('promotion.rate.free') : undefined)}
        {(draft.kind === 'amount' || draft.kind === 'amount_unit') && <MoneyInput label={o('promotion.amount')} value={draft.amount} locked={locked} problem={at(problem, 'amount')} onValue={(amount) => put({ amount })} />}
        {draft.kind === 'price_unit' && price('promotion.price')}
        {draft.kind === 'bundle' && price('promotion.price.bundle')}
      </div>
      {draft.kind === 'percent' && <Check label={o('promotion.order')} hint={o('promotion.order.hint')} checked={draft.order} locked={locked} onChange={(order) => put({ order })} />}
      {draft.kind === 'bundle' && <Slots slots={draft.slots} locked={locked} problem={at(problem, 'slots')} onChange={(slots) => put({ slots })} />}
    </Part>
  );
}

function Conditions({ form, locked }: Props): JSX.Element {
  const { draft, problem, put } = form;
  return (
    <Part title={o('promotion.conditions')}>
      {!isOrder(draft) && draft.kind !== 'bundle' && <TargetFields targets={draft.targets} locked={locked} onChange={(targets) => put({ targets })} />}
      <div class="fields">
        <MoneyInput label={o('promotion.min_amount')} hint={o('promotion.min.hint')} value={draft.min_amount} locked={locked} problem={at(problem, 'min_amount')} onValue={(min_amount) => put({ min_amount })} />
        <TextInput label={o('promotion.min_qty')} hint={o('promotion.min.hint')} inputMode="decimal" value={draft.min_qty} disabled={locked} problem={at(problem, 'min_qty')} onValue={(min_qty) => put({ min_qty })} />
        <TextInput label={o('promotion.coupons')} hint={o('promotion.coupons.hint')} autocapitalize="characters" value={draft.coupons} disabled={locked} problem={at(problem, 'coupons')} onValue={(coupons) => put({ coupons })} />
      </div>
    </Part>
  );
}

function Together({ form, locked }: Props): JSX.Element {
  const { draft, problem, put } = form;
  const many = draft.kind === 'buy_get' || draft.kind === 'bundle';
  return (
    <Part title={o('promotion.together')} hint={o('promotion.together.hint')}>
      <div class="fields">
        <Priority form={form} locked={locked} />
        <TextInput label={o('promotion.group')} hint={o('promotion.group.hint')} inputMode="numeric" value={draft.group} disabled={locked} problem={at(problem, 'group')} onValue={(group) => put({ group })} />
        <MoneyInput label={o('promotion.max_amount')} hint={o('promotion.max.hint')} value={draft.max_amount} locked={locked} problem={at(problem, 'max_amount')} onValue={(max_amount) => put({ max_amount })} />
        {many && <TextInput label={o('promotion.max_uses')} hint={o('promotion.max.hint')} inputMode="numeric" value={draft.max_uses} disabled={locked} problem={at(problem, 'max_uses')} onValue={(max_uses) => put({ max_uses })} />}
      </div>
      <Check label={o('promotion.stackable')} hint={o('promotion.stackable.hint')} checked={draft.stackable} locked={locked} onChange={(stackable) => put({ stackable })} />
    </Part>
  );
}

function Fields(props: Props): JSX.Element {
  const { form, locked, row } = props;
  return (
    <>
      <div class="fields">
        <Naming form={form} locked={locked} isNew={row === null} hint={o('promotion.name.hint')} />
      </div>
      <Gift {...props} />
      <Conditions {...props} />
      <WhenPart when={form.draft.when} locked={locked} onChange={(when) => form.put({ when })} />
      <Together {...props} />
    </>
  );
}

const groupName = (id: string): string => customerGroups.rows.value?.find((g) => g.id === id)?.name ?? '';

const kind: Kind<Promotion, Draft> = {
  page: 'promotions',
  words: 'promotions',
  resource: promotions,
  needs: [categories, customerGroups],
  columns: () => [
    { key: 'name', title: o('field.name'), value: (p) => p.name },
    { key: 'gift', title: o('promotion.gift'), value: (p) => giftText(p.definition) },
    { key: 'when', title: o('when.title'), value: (p) => whenText(p.definition.when, groupName) },
  ],
  tags: (p) => (p.definition.coupons?.length ? <span class="tag">{o('promotion.coupon')}</span> : null),
  draftOf,
  bodyOf,
  fields: ['name', 'code', 'priority', 'rate', 'amount', 'price', 'x', 'y', 'slots', 'min_qty', 'min_amount', 'coupons', 'max_amount', 'max_uses', 'group'],
  Fields,
};

export const PromotionsPage = (): JSX.Element => <KindPage kind={kind} />;
