/* The parts of an item's form. */
import type { JSX } from 'preact';
import { session } from '../../shared/api/client';
import { newId } from '../../shared/ids/ids';
import { IconButton } from '../../shared/ui/controls';
import { Icon } from '../../shared/ui/icons';
import { o } from '../i18n/words';
import { books, categories, groups, taxes } from '../state/catalogue';
import { findItems, itemName, itemsFound, rememberItems } from '../state/items';
import { at, SelectInput, TextInput } from '../view/field';
import type { Form } from '../view/form';
import { Cell, Check, Lines, MoneyInput, Part, PickMany, SelectCell, Toggles, type Option } from './fields';
import type { ItemDraft, SlotDraft } from './item-draft';
import { Naming } from './naming';
import { codeOf } from './rule-form';
import { taxName } from './taxes';

export interface PartProps {
  form: Form<ItemDraft>;
  locked: boolean;
  isNew: boolean;
}

const active = <T extends { active: boolean; id: string }>(rows: T[] | null, chosen: string[]): T[] => (rows ?? []).filter((row) => row.active || chosen.includes(row.id));

export function Basics({ form, locked, isNew }: PartProps): JSX.Element {
  const { draft, problem, put } = form;
  const choices = [...(draft.category_id ? [] : [{ value: '', label: o('item.category.choose') }]), ...active(categories.rows.value, [draft.category_id]).map((c) => ({ value: c.id, label: c.name }))];
  return (
    <div class="fields">
      <Naming form={form} locked={locked} isNew={isNew} />
      <SelectInput label={o('item.category')} value={draft.category_id} choices={choices} disabled={locked} problem={at(problem, 'category_id')} onValue={(category_id) => put({ category_id })} />
      <MoneyInput label={o('field.price')} hint={draft.variants.length > 0 ? o('item.price.variants') : draft.open_price ? o('item.price.open') : undefined} value={draft.price} locked={locked} problem={at(problem, 'price')} onValue={(price) => put({ price })} />
    </div>
  );
}

export function Taxes({ form, locked }: PartProps): JSX.Element {
  const { draft, put } = form;
  return <Toggles label={o('item.taxes')} choices={active(taxes.rows.value, draft.tax_ids).map((tax) => ({ value: tax.id, label: taxName(tax) }))} chosen={draft.tax_ids} locked={locked} onChange={(tax_ids) => put({ tax_ids })} />;
}

export function Variants({ form, locked }: PartProps): JSX.Element {
  const { draft, put } = form;
  const heads = [o('field.name'), o('field.price'), o('item.barcodes')];
  /* A price book may name a variant that is not saved yet, so it has its id from the start. */
  return (
    <Part title={o('item.variants')} hint={o('item.variants.hint')}>
      <Lines
        label={o('item.variants')}
        heads={heads}
        rows={draft.variants}
        blank={() => ({ id: newId(), code: '', name: '', price: '', barcodes: '' })}
        add={o('item.variant.add')}
        locked={locked}
        cells={(variant, change) => [
          <Cell key="name" label={heads[0]!} value={variant.name} locked={locked} onValue={(name) => change(variant.code === codeOf(variant.name) ? { name, code: codeOf(name) } : { name })} />,
          <Cell key="price" num label={heads[1]!} value={variant.price} locked={locked} onValue={(price) => change({ price })} />,
          <Cell key="barcodes" label={heads[2]!} value={variant.barcodes} locked={locked} onValue={(barcodes) => change({ barcodes })} />,
        ]}
        onChange={(variants) => put({ variants })}
      />
      <PartProblem form={form} field="variants" />
    </Part>
  );
}

function PartProblem({ form, field }: { form: Form<ItemDraft>; field: string }): JSX.Element {
  return (
    <p class="form-problem" role="alert">
      {at(form.problem, field)?.text ?? ''}
    </p>
  );
}

export function BookPrices({ form, locked }: PartProps): JSX.Element {
  const { draft, put } = form;
  const usable = active(books.rows.value, draft.prices.map((p) => p.book_id));
  const ofBook: Option[] = usable.map((b) => ({ value: b.id, label: b.name }));
  const ofVariant: Option[] = [{ value: '', label: o('item.itself') }, ...draft.variants.map((v) => ({ value: v.id ?? '', label: v.name || '…' }))];
  const withVariants = draft.variants.length > 0;
  const heads = [o('item.book'), ...(withVariants ? [o('item.variant')] : []), o('item.from'), o('field.price')];
  return (
    <Part title={o('item.prices')} hint={o(usable.length > 0 ? 'item.prices.hint' : 'item.prices.none')}>
      {usable.length > 0 && (
        <Lines
          label={o('item.prices')}
          heads={heads}
          rows={draft.prices}
          blank={() => ({ book_id: usable[0]!.id, variant: '', min_qty: '', price: '' })}
          add={o('item.price.add')}
          locked={locked}
          cells={(price, change) => [
            <SelectCell key="book" label={o('item.book')} value={price.book_id} choices={ofBook} locked={locked} onValue={(book_id) => change({ book_id })} />,
            ...(withVariants ? [<SelectCell key="variant" label={o('item.variant')} value={price.variant} choices={ofVariant} locked={locked} onValue={(variant) => change({ variant })} />] : []),
            <Cell key="from" num label={o('item.from')} value={price.min_qty} placeholder={o('item.from.any')} locked={locked} onValue={(min_qty) => change({ min_qty })} />,
            <Cell key="price" num label={o('field.price')} value={price.price} locked={locked} onValue={(value) => change({ price: value })} />,
          ]}
          onChange={(prices) => put({ prices })}
        />
      )}
      <PartProblem form={form} field="prices" />
    </Part>
  );
}

export function Options({ form, locked }: PartProps): JSX.Element {
  const { draft, problem, put } = form;
  const nameOf = (id: string): string => groups.rows.value?.find((g) => g.id === id)?.name ?? '…';
  const find = (words: string): Option[] =>
    active(groups.rows.value, []).filter((g) => `${g.name} ${g.code}`.toLocaleLowerCase().includes(words.trim().toLocaleLowerCase())).map((g) => ({ value: g.id, label: g.name }));
  return (
    <Part title={o('item.options')}>
      <PickMany label={o('item.groups')} hint={o('item.groups.hint')} chosen={draft.group_ids} nameOf={nameOf} find={find} locked={locked} problem={at(problem, 'group_ids')} onChange={(group_ids) => put({ group_ids })} />
    </Part>
  );
}

export function Combo({ form, locked }: PartProps): JSX.Element {
  const { draft, put } = form;
  const set = (n: number, change: Partial<SlotDraft>): void => put({ combo: draft.combo.map((s, i) => (i === n ? { ...s, ...change } : s)) });
  return (
    <Part title={o('item.combo')} hint={o('item.combo.hint')}>
      {draft.combo.map((slot, n) => {
        rememberItems(slot.item_ids);
        return (
          <div class="slot" key={n} role="group" aria-label={slot.name || o('slot.nth', { n: n + 1 })}>
            <div class="slot-head">
              <TextInput label={o('field.name')} value={slot.name} maxLength={64} disabled={locked} onValue={(name) => set(n, { name })} />
              {!locked && <IconButton icon="close" class="quiet" label={o('lines.remove', { n: n + 1 })} onClick={() => put({ combo: draft.combo.filter((_, i) => i !== n) })} />}
            </div>
            <PickMany label={o('item.combo.items')} chosen={slot.item_ids} nameOf={itemName} find={() => itemsFound.value.map((i) => ({ value: i.id, label: i.name }))} onWords={findItems} locked={locked} onChange={(item_ids) => set(n, { item_ids })} />
          </div>
        );
      })}
      <PartProblem form={form} field="combo" />
      {!locked && (
        <button type="button" class="button" onClick={() => put({ combo: [...draft.combo, { name: '', item_ids: [] }] })}>
          <Icon name="plus" />
          {o('item.combo.add')}
        </button>
      )}
    </Part>
  );
}

export function AtTheTill({ form, locked }: PartProps): JSX.Element {
  const { draft, problem, put } = form;
  const stations = [...new Set([...session.value!.outlet.stations, ...(draft.station ? [draft.station] : [])])];
  return (
    <Part title={o('item.till')}>
      <div class="fields">
        <TextInput label={o('item.barcodes')} hint={o('item.barcodes.hint')} value={draft.barcodes} disabled={locked} problem={at(problem, 'barcodes')} onValue={(barcodes) => put({ barcodes })} />
        <SelectInput label={o('item.station')} hint={o('item.station.hint')} value={draft.station} disabled={locked} choices={[{ value: '', label: o('item.station.none') }, ...stations.map((value) => ({ value, label: value }))]} onValue={(station) => put({ station })} />
        <TextInput label={o('item.unit')} hint={o('item.unit.hint')} value={draft.unit} maxLength={16} disabled={locked} problem={at(problem, 'unit')} onValue={(unit) => put({ unit })} />
        <MoneyInput label={o('item.floor')} hint={o('item.floor.hint')} value={draft.floor} locked={locked} problem={at(problem, 'floor')} onValue={(floor) => put({ floor })} />
        <TextInput label={o('row.sort')} hint={o('row.sort.hint')} inputMode="numeric" value={draft.sort} disabled={locked} problem={at(problem, 'sort')} onValue={(sort) => put({ sort })} />
      </div>
      <Check label={o('item.open_price')} hint={o('item.open_price.hint')} checked={draft.open_price} locked={locked} onChange={(open_price) => put({ open_price })} />
      <Check label={o('item.stocked')} checked={draft.stocked} locked={locked} onChange={(stocked) => put({ stocked })} />
    </Part>
  );
}
