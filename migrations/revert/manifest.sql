BEGIN;
DROP TABLE journal.manifest;
COMMIT;
