-- 50-verify.sql: a journal checked inside the database.

-- Findings of one journal, none when it is intact: kind is gap, duplicate, leaf, header, chain, column, time, parts,
-- payload, payload_missing, erasure, manifest, retired, epoch_end, head, tail, tile, root, replica_mode, row_added, row_altered, row_missing, trigger_off or (in the
-- platform's journal) guard_lowered. Everything is read under the
-- statement's one snapshot, so it may run while sales go on; pending changes of its own transaction count as altered.
CREATE FUNCTION mpos.verify(journal uuid)
    RETURNS TABLE(journal_id uuid, epoch integer, seq bigint, kind text, place text)
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'mpos_verify';
COMMENT ON FUNCTION mpos.verify(uuid) IS 'Findings of one journal; no row when it is intact';
