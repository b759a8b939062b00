-- Nobody signs in by password any more.
BEGIN;
DROP TABLE pos.recovery_code;
DROP TABLE pos.credential;
COMMIT;
