BEGIN;
SELECT mpos.rewrite(t, 'sale_rules reverted') FROM unnest(ARRAY['pos.orders', 'pos.order_line']::regclass[]) t;
ALTER TABLE pos.orders DROP COLUMN basket, DROP COLUMN priced_at, DROP COLUMN place, DROP COLUMN guests, DROP COLUMN exempt,
    DROP COLUMN customer_group_id, DROP COLUMN customer_id, DROP COLUMN coupons;
ALTER TABLE pos.order_line DROP COLUMN variant_id;
SELECT mpos.unguard(t, 'sale_rules reverted') FROM unnest(ARRAY['pos.coupon_use', 'pos.price_diff']::regclass[]) t;
DROP TABLE pos.coupon_use, pos.coupon_count, pos.price_diff;
COMMIT;
