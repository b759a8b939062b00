BEGIN;
SELECT mpos.rewrite('pos.orders', 'order_waived reverted');
ALTER TABLE pos.orders DROP COLUMN waived;
COMMIT;
