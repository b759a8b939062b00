-- Tips, and cash in other currencies: on payments, in the sums of shifts, at their closing. Locks pos.payment, pos.shift and
-- pos.shift_sums for a moment; an older server does not run on with it.
BEGIN;
SET LOCAL ROLE mpos_owner;

-- NULL is nothing: rows keep their digests. exchange: what was handed over in another currency, in its minor units, the rate and
-- spread (scale 9) it was taken at, the change given in it, and the rest of the change in the order's (home_change). tendered is
-- then its value.
ALTER TABLE pos.payment
    ADD COLUMN tip bigint CHECK (tip > 0),
    ADD COLUMN exchange jsonb
        CHECK (exchange ?& ARRAY['currency', 'exponent', 'tendered', 'rate', 'spread', 'change', 'home_change']),
    ADD CONSTRAINT payment_tip_tendered CHECK (tendered >= amount + coalesce(tip, 0));

-- At closing. currencies: [{currency, exponent, count, amount, expected, counted, variance}], NULL for none.
ALTER TABLE pos.shift ADD COLUMN tips bigint, ADD COLUMN rounding bigint, ADD COLUMN currencies jsonb;

-- drawer: what payments put into it in the business's currency, tips with them, less change given for other currencies.
-- rounding: what the business gave (below zero: took) by rounding cash. The arrays hold one element per other currency.
ALTER TABLE pos.shift_sums
    ADD COLUMN drawer bigint NOT NULL DEFAULT 0, ADD COLUMN rounding bigint NOT NULL DEFAULT 0,
    ADD COLUMN tip_count bigint NOT NULL DEFAULT 0, ADD COLUMN tip_amount bigint NOT NULL DEFAULT 0,
    ADD COLUMN currency_codes text[] NOT NULL DEFAULT '{}', ADD COLUMN currency_exponents bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN currency_counts bigint[] NOT NULL DEFAULT '{}', ADD COLUMN currency_values bigint[] NOT NULL DEFAULT '{}',
    ADD COLUMN currency_amounts bigint[] NOT NULL DEFAULT '{}';

-- Tips by who took them. Not captured: each payment is. Written under the lock of the shift's sums.
CREATE TABLE pos.tip_sum (
    tenant_id uuid NOT NULL,
    shift_id  uuid NOT NULL,
    staff_id  uuid NOT NULL,
    tips      bigint NOT NULL,
    amount    bigint NOT NULL,
    PRIMARY KEY (tenant_id, shift_id, staff_id)
) WITH (fillfactor = 70);
RESET ROLE;

UPDATE pos.shift_sums SET drawer = cash_amount;
UPDATE pos.shift_sums s SET rounding = p.rounding
  FROM (SELECT tenant_id, shift_id, sum(rounding)::bigint AS rounding FROM pos.payment GROUP BY 1, 2) p
 WHERE p.tenant_id = s.tenant_id AND p.shift_id = s.shift_id AND p.rounding <> 0;

SELECT mpos.isolate('pos.tip_sum');
SELECT mpos.journal('pos.payment', topic => 'order', outlet => 'outlet_id', feed => '{tender,amount,rounding,tip,exchange}');
SELECT mpos.journal('pos.shift', topic => 'shift', outlet => 'outlet_id',
    feed => '{device_id,state,opened_at,closed_at,float_amount,expected_cash,counted,sales,total,tips,rounding,currencies}');
COMMIT;
