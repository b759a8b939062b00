BEGIN;
DROP TABLE pos.idempotency;
COMMIT;
