SELECT tip, exchange FROM pos.payment WHERE false;
SELECT tips, rounding, currencies FROM pos.shift WHERE false;
SELECT drawer, rounding, tip_count, tip_amount, currency_codes, currency_amounts FROM pos.shift_sums WHERE false;
SELECT tips, amount FROM pos.tip_sum WHERE false;
