-- Removes the tables with all their rows.
BEGIN;
DROP TABLE pos.stock;
COMMIT;
