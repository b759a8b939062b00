BEGIN;
ALTER TABLE pos.shift_sums DROP COLUMN refunds, DROP COLUMN refund_total, DROP COLUMN refund_cash, DROP COLUMN refund_bases,
    DROP COLUMN refund_taxes;
SELECT mpos.journal('pos.orders', topic => 'order', outlet => 'outlet_id',
    feed => '{state,payment_state,channel,table_label,call_number,receipt,total,paid,flags}');
SELECT mpos.rewrite('pos.orders', 'refund reverted');
ALTER TABLE pos.orders DROP COLUMN refunded;
SELECT mpos.unguard(t, 'refund reverted') FROM unnest(ARRAY['pos.refund_line', 'pos.refund', 'pos.approval']::regclass[]) t;
DROP TABLE pos.refund_sum, pos.refund_line, pos.refund, pos.approval;
COMMIT;
