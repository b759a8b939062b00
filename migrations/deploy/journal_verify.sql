-- journal.verify: the check of mpos.verify where people look for it. Locks nothing.
BEGIN;
CREATE FUNCTION journal.verify(journal uuid)
    RETURNS TABLE(journal_id uuid, epoch integer, seq bigint, kind text, place text)
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT * FROM mpos.verify(journal)
$$;
ALTER FUNCTION journal.verify(uuid) OWNER TO mpos_owner;
REVOKE ALL ON FUNCTION journal.verify(uuid) FROM PUBLIC;
COMMENT ON FUNCTION journal.verify(uuid) IS 'Findings of one journal; no row when it is intact';
COMMIT;
