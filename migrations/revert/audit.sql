BEGIN;
DROP TABLE journal.audit;
ALTER TABLE journal.alarm DROP COLUMN found_at;
COMMIT;
