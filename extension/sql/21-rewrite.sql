-- 21-rewrite.sql: mass changes that are declared, and leaving the journal.

-- Begins a declared rewrite; operation is rewrite, guard or unguard (extension/src/rewrite.c).
CREATE FUNCTION mpos.rewrite_begin(target regclass, operation text, reason text, columns text[]) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_rewrite_sql';

-- From here to the end of the transaction changes of this table become one entry of kind 6 in each journal they touch,
-- whatever their number; devices then fetch the entity again. new_columns: the only columns that may change; NULL: any, and
-- rows may come and go. For the owner of the table; nobody else can write to it until the transaction ends.
CREATE FUNCTION mpos.rewrite(target regclass, reason text, new_columns text[] DEFAULT NULL) RETURNS void
    LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    SELECT mpos.rewrite_begin(target, 'rewrite', reason, new_columns)
$$;
COMMENT ON FUNCTION mpos.rewrite(regclass, text, text[]) IS 'Declares a mass change of a table in this transaction';

CREATE FUNCTION mpos.unguarding(schema text, name text) RETURNS boolean
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_unguarding';

-- Takes a table out of the journal: an entry of kind 6 in every journal says that its rows are no longer kept there.
CREATE FUNCTION mpos.unguard(target regclass, reason text) RETURNS void
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    leaf regclass;
BEGIN
    PERFORM mpos.rewrite_begin(target, 'unguard', reason, NULL);
    EXECUTE format('DROP TRIGGER mpos_capture ON %s', target);
    FOR leaf IN SELECT relid FROM pg_partition_tree(target) UNION SELECT target LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS mpos_refuse_truncate ON %s', leaf);
    END LOOP;
END
$$;
COMMENT ON FUNCTION mpos.unguard(regclass, text) IS 'Takes a table out of the journal, and says so in it';

CREATE FUNCTION mpos.bulk(reason text) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_bulk';
COMMENT ON FUNCTION mpos.bulk(text) IS 'Lifts the limit of 64 parts a journal for this transaction, and says why in its entries';
