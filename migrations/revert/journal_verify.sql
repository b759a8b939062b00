BEGIN;
DROP FUNCTION journal.verify(uuid);
COMMIT;
