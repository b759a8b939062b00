BEGIN;
SELECT mpos.journal('pos.payment', topic => 'order', outlet => 'outlet_id', feed => '{tender,amount}');
SELECT mpos.journal('pos.shift', topic => 'shift', outlet => 'outlet_id',
    feed => '{device_id,state,opened_at,closed_at,float_amount,expected_cash,counted,sales,total}');
SELECT mpos.rewrite(t, 'payments_tender reverted') FROM unnest(ARRAY['pos.payment', 'pos.shift']::regclass[]) t;
ALTER TABLE pos.payment DROP COLUMN tip, DROP COLUMN exchange;
ALTER TABLE pos.shift DROP COLUMN tips, DROP COLUMN rounding, DROP COLUMN currencies;
ALTER TABLE pos.shift_sums DROP COLUMN drawer, DROP COLUMN rounding, DROP COLUMN tip_count, DROP COLUMN tip_amount,
    DROP COLUMN currency_codes, DROP COLUMN currency_exponents, DROP COLUMN currency_counts, DROP COLUMN currency_values,
    DROP COLUMN currency_amounts;
DROP TABLE pos.tip_sum;
COMMIT;
