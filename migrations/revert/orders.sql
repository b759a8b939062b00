-- Removes the tables with all their rows.
BEGIN;
DROP TABLE pos.payment;
DROP TABLE pos.order_line;
DROP TABLE pos.orders;
COMMIT;
