BEGIN;
GRANT EXECUTE ON FUNCTION pg_catalog.txid_current(), pg_catalog.pg_current_xact_id() TO PUBLIC;
COMMIT;
