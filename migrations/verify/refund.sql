SELECT maximum, used_at FROM pos.approval WHERE false;
SELECT total, amount FROM pos.refund WHERE false;
SELECT qty FROM pos.refund_line WHERE false;
SELECT amount FROM pos.refund_sum WHERE false;
SELECT refunded FROM pos.orders WHERE false;
SELECT refunds, refund_bases FROM pos.shift_sums WHERE false;
