BEGIN;
DROP TABLE pos.pii;
DROP TABLE pos.pii_subject;
COMMIT;
