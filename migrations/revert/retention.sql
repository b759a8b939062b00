BEGIN;
DROP TABLE journal.retired;
COMMIT;
