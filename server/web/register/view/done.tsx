/* After a sale: the change to hand back in very large digits, the receipt beside it. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../shared/i18n/i18n';
import { Icon } from '../../shared/ui/icons';
import { closeSale } from '../state/sheet';
import { asMoney, asMoneyOf } from '../state/format';
import type { Paid } from '../state/payment';
import type { Sale } from '../state/till';
import { mayPrint } from '../state/till';
import { Receipt } from './receipt';

/* "$6.00 + €0.50" */
function Change({ paid: { other, settled } }: { paid: Paid }): JSX.Element {
  if (!other || settled.changeOther === 0) return <span>{asMoney(settled.changeHome)}</span>;
  return (
    <>
      <span>{asMoneyOf(settled.changeOther, other)}</span>
      {settled.changeHome > 0 && <span> + {asMoney(settled.changeHome)}</span>}
    </>
  );
}

const tenderedText = ({ other, tendered }: Paid): string => (other ? asMoneyOf(tendered, other) : asMoney(tendered));

export function Done({ sale }: { sale: Sale }): JSX.Element {
  const next = useRef<HTMLButtonElement>(null);
  const { settled } = sale.paid;
  useEffect(() => next.current?.focus({ preventScroll: true }), [sale.opSeq]);
  return (
    <section class="done" aria-label={t('receipt.title')}>
      <div class="done-change">
        <p>
          <span>{settled.change > 0 ? t('done.change') : t('done.nochange')}</span>
          <output class="num" aria-label={t('done.change')}>
            <Change paid={sale.paid} />
          </output>
          <span class="num">{t('done.received', { m: tenderedText(sale.paid) })}</span>
        </p>
        <div class="done-actions">
          <button type="button" class="button large" disabled={!mayPrint(sale)} onClick={() => print()}>
            <Icon name="print" />
            {t('done.print')}
          </button>
          <button type="button" class="button primary large" ref={next} onClick={closeSale}>
            {t('done.new')}
          </button>
        </div>
      </div>
      <Receipt sale={sale} />
    </section>
  );
}
