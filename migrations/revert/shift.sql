-- Removes the tables with all their rows.
BEGIN;
DROP TABLE pos.shift_sums;
DROP TABLE pos.shift;
COMMIT;
