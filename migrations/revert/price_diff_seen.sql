BEGIN;
SELECT mpos.unguard('pos.price_diff_seen', 'price_diff_seen reverted');
DROP TABLE pos.price_diff_seen;
DROP INDEX pos.price_diff_time;
COMMIT;
