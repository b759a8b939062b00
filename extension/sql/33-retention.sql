-- 33-retention.sql: old months of entries and old partitions of business tables leave.

CREATE FUNCTION mpos.retire_note(journal uuid, month date) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_retire_note';
CREATE FUNCTION mpos.retire_detach(parent regclass, part regclass) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_retire_detach';

-- Detaches the oldest month of journal.entry; the table stays, to be archived and dropped. Every journal that has entries in
-- it is verified up to there, must be covered by a signed checkpoint, and gets an entry of kind 6 that says how the month
-- ended and what it said of rows. Locks the journal; run it at a quiet hour. Returns the number of journals.
CREATE FUNCTION mpos.retire_month(month date) RETURNS integer
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    part regclass := to_regclass('journal.entry_' || to_char(month, 'YYYY_MM'));
    made integer := 0;
    j record;
    j_open record;
BEGIN
    IF part IS NULL OR NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = part AND inhparent = 'journal.entry'::regclass) THEN
        RAISE EXCEPTION 'no partition holds the entries of %', month USING ERRCODE = 'undefined_table';
    END IF;
    IF month <> date_trunc('month', month) OR month >= date_trunc('month', now() AT TIME ZONE 'UTC') THEN
        RAISE EXCEPTION '% is not the first day of a month that has ended', month USING ERRCODE = 'invalid_parameter_value';
    END IF;
    LOCK TABLE journal.entry IN ACCESS EXCLUSIVE MODE;
    IF EXISTS (SELECT FROM journal.entry e WHERE e.month < month) THEN
        RAISE EXCEPTION 'an older month comes first' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT e.journal_id, e.epoch, max(e.seq) + 1 AS size INTO j_open FROM journal.entry e WHERE e.month = month GROUP BY 1, 2
    HAVING NOT EXISTS (SELECT FROM journal.checkpoint c WHERE c.journal_id = e.journal_id AND c.epoch = e.epoch AND c.size > max(e.seq)) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'no signed checkpoint covers the % entries of epoch % of journal %', j_open.size, j_open.epoch, j_open.journal_id USING ERRCODE = 'MP105';
    END IF;
    FOR j IN SELECT DISTINCT e.journal_id FROM journal.entry e WHERE e.month = month ORDER BY 1 LOOP
        PERFORM mpos.retire_note(j.journal_id, month);
        made := made + 1;
    END LOOP;
    PERFORM mpos.retire_detach('journal.entry', part);
    RETURN made;
END
$$;
COMMENT ON FUNCTION mpos.retire_month(date) IS 'Detaches a month of entries that checkpoints cover; proofs and verification go on';

-- Detaches a partition of a guarded business table: every journal in which the table has rows gets an entry of kind 6, after
-- which only the rows that stay are expected.
CREATE FUNCTION mpos.retire_partition(parent regclass, part regclass, reason text) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM mpos.rewrite_begin(parent, 'retire', reason, NULL);
    PERFORM mpos.retire_detach(parent, part);
END
$$;
COMMENT ON FUNCTION mpos.retire_partition(regclass, regclass, text) IS 'Detaches a partition of a journalled table, and says so in the journal';
