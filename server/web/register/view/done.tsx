/* After a sale: the change to hand back in very large digits, the receipt beside it. */
import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../../shared/i18n/i18n';
import { Icon } from '../../shared/ui/icons';
import { closeSale } from '../state/sheet';
import type { Sale } from '../state/till';
import { asMoney } from '../state/format';
import { mayPrint } from '../state/till';
import { Receipt } from './receipt';

export function Done({ sale }: { sale: Sale }): JSX.Element {
  const next = useRef<HTMLButtonElement>(null);
  useEffect(() => next.current?.focus({ preventScroll: true }), [sale.opSeq]);
  return (
    <section class="done" aria-label={t('receipt.title')}>
      <div class="done-change">
        <p>
          <span>{sale.change > 0 ? t('done.change') : t('done.nochange')}</span>
          <output class="num" aria-label={t('done.change')}>
            {asMoney(sale.change)}
          </output>
          <span class="num">{t('done.received', { m: asMoney(sale.tendered) })}</span>
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
