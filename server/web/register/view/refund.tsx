/* Receipts of the outlet, and giving back what one of them sold. */
import { useSignal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect } from 'preact/hooks';
import type { Order } from '../../shared/api/types';
import { t } from '../../shared/i18n/i18n';
import { Empty, IconButton } from '../../shared/ui/controls';
import { say, Sheet, warn } from '../../shared/ui/overlay';
import { asMoney, asNumber } from '../state/format';
import { qtyOne } from '../state/order';
import type { SecondPerson } from '../state/approval';
import { change, giveBack, giveBackAll, comesTo, readReceipts, refund, refundable, refunding, startRefund, type RefundLine } from '../state/refund';
import { sheet } from '../state/sheet';
import { noteReceipt } from '../state/till';
import { SecondPersonForm } from './approve';

const reasonChars = 64;

function close(): void {
  refunding.value = null;
  sheet.value = null;
}

const said = (e: unknown): void => warn(e instanceof Error ? e.message : String(e));

function Receipts(): JSX.Element {
  const found = useSignal<Order[] | null>(null);
  useEffect(() => {
    readReceipts().then((orders) => (found.value = orders), said);
  }, []);
  if (found.value?.length === 0) return <Empty title={t('refund.none')} />;
  return (
    <ul class="order-rows">
      {(found.value ?? []).map((o) => (
        <li class="order-row" key={o.id}>
          <span>
            <strong class="num">{o.receipt}</strong>
            <span>{(o.lines ?? []).filter((l) => !l.parent_id).map((l) => l.name).join(', ')}</span>
          </span>
          <button type="button" class="button" onClick={() => void startRefund(o).catch(said)}>
            {t('refund.choose', { m: asMoney(o.total) })}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Line({ line }: { line: RefundLine }): JSX.Element {
  const step = Math.min(qtyOne, line.remainder);
  return (
    <div class="stepper" role="group" aria-label={line.name}>
      <span>
        {line.name} <small>{t('refund.left', { n: asNumber(line.remainder) })}</small>
      </span>
      <IconButton icon="minus" label={t('refund.less', { name: line.name })} disabled={line.back === 0} onClick={() => giveBack(line.id, line.back - step)} />
      <output class="num">{asNumber(line.back)}</output>
      <IconButton icon="plus" label={t('refund.more', { name: line.name })} disabled={line.back === line.remainder} onClick={() => giveBack(line.id, line.back + step)} />
    </div>
  );
}

function Refund(): JSX.Element {
  const { lines, reason, asks, problem } = refunding.value!;
  const busy = useSignal(false);
  const go = async (second: SecondPerson | null): Promise<void> => {
    if (busy.value) return;
    busy.value = true;
    const done = await refund(second);
    busy.value = false;
    if (!done) return;
    noteReceipt(done.receipt);
    close();
    say(t('refund.done', { m: asMoney(done.amount), n: done.receipt }));
  };
  return (
    <>
      {lines.filter((l) => l.remainder > 0).map((l) => (
        <Line key={l.id} line={l} />
      ))}
      <button type="button" class="button" disabled={lines.every((l) => l.back === l.remainder)} onClick={giveBackAll}>
        {t('refund.all')}
      </button>
      <label class="field">
        <span>{t('refund.reason')}</span>
        <input class="input" maxLength={reasonChars} value={reason} onInput={(e) => change({ reason: e.currentTarget.value })} />
      </label>
      {problem && (
        <p class="banner stop" role="alert">
          {problem}
        </p>
      )}
      {asks ? (
        <SecondPersonForm amount={comesTo(refunding.value!)} busy={busy.value} onGo={(second) => void go(second)} />
      ) : (
        <button type="button" class="button primary large" disabled={!refundable.value || reason.trim() === '' || busy.value} onClick={() => void go(null)}>
          {t('refund.go')}
        </button>
      )}
    </>
  );
}

export function RefundSheet(): JSX.Element {
  const of = refunding.value;
  return (
    <Sheet title={of ? t('refund.of', { n: of.order.receipt ?? '' }) : t('refund.title')} onClose={close}>
      {of ? <Refund /> : <Receipts />}
    </Sheet>
  );
}
