-- 30-journal.sql: making journals and reading heads. The tables come from migrations.

CREATE FUNCTION mpos.journal_create(tenant uuid, outlet uuid, origin text) RETURNS uuid
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_journal_create';
COMMENT ON FUNCTION mpos.journal_create(uuid, uuid, text) IS 'A new journal for an outlet, or for the tenant when outlet is NULL';

CREATE FUNCTION mpos.unpack(packed bytea) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'mpos_unpack_sql';
COMMENT ON FUNCTION mpos.unpack(bytea) IS 'The bytes of journal.entry.packed or pos.idempotency.answer; empty when they are damaged';

-- For long jobs of the table owner that want their entries, and the numbers, before they commit.
CREATE FUNCTION mpos.flush() RETURNS integer
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_flush_sql';
COMMENT ON FUNCTION mpos.flush() IS 'Appends pending changes now; returns the number of entries';

-- Makes the partitions of journal.entry for this month and the count - 1 months after it. Rows that went to the default
-- partition meanwhile move along. Locks the journal while it makes one that is missing: run it at a quiet hour.
CREATE FUNCTION mpos.journal_months(count integer DEFAULT 3) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    first date := date_trunc('month', now() AT TIME ZONE 'UTC');
    month date;
    name text;
    made integer := 0;
BEGIN
    FOR month IN SELECT generate_series(first, first + make_interval(months => count - 1), '1 month')::date LOOP
        name := 'entry_' || to_char(month, 'YYYY_MM');
        CONTINUE WHEN to_regclass('journal.' || name) IS NOT NULL;
        LOCK TABLE journal.entry IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('CREATE TABLE journal.%I (LIKE journal.entry INCLUDING ALL) WITH (toast_tuple_target = 8160)', name);
        EXECUTE format('WITH moved AS (DELETE FROM journal.entry_default WHERE month = %L RETURNING *)
                        INSERT INTO journal.%I SELECT * FROM moved', month, name);
        EXECUTE format('ALTER TABLE journal.entry ATTACH PARTITION journal.%I FOR VALUES FROM (%L) TO (%L)',
                       name, month, month + interval '1 month');
        made := made + 1;
    END LOOP;
    RETURN made;
END
$$;
COMMENT ON FUNCTION mpos.journal_months(integer) IS 'Makes the monthly partitions of journal.entry ahead of time';

-- Heads of journals that the caller was authorised for before; ids that do not exist are left out.
CREATE FUNCTION mpos.heads(journals uuid[])
    RETURNS TABLE(journal_id uuid, epoch integer, next_seq bigint, last_leaf bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT h.journal_id, h.epoch, h.next_seq, h.last_leaf FROM journal.head h WHERE h.journal_id = ANY (journals)
$$;
COMMENT ON FUNCTION mpos.heads(uuid[]) IS 'Heads of the given journals, for the server''s safety poll';
