BEGIN;
DROP TABLE journal.alarm;
COMMIT;
