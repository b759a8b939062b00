-- Every login may execute these by PostgreSQL's default. Each call takes a transaction id for good; some thousand a second for a
-- day would have the whole cluster frozen anew. Locks nothing; an older server runs on.
BEGIN;
REVOKE EXECUTE ON FUNCTION pg_catalog.txid_current(), pg_catalog.pg_current_xact_id() FROM PUBLIC;
COMMIT;
