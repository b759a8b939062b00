-- 20-guard.sql: row security and capture for a table, also for one that somebody else brings.

CREATE FUNCTION mpos.capture() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'mpos_capture';
CREATE FUNCTION mpos.refuse_truncate() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'mpos_refuse_truncate';

CREATE FUNCTION mpos.row_digest(image record) RETURNS bytea
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'mpos_row_digest';
COMMENT ON FUNCTION mpos.row_digest(record) IS 'The 16 bytes that stand for a row in the audit section of an entry';

-- Columns of the primary key in their order; raises when the table has none.
CREATE FUNCTION mpos.key_columns(target regclass) RETURNS text[]
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    names text[];
BEGIN
    SELECT array_agg(a.attname::text ORDER BY k.n) INTO names
      FROM pg_constraint c
     CROSS JOIN LATERAL unnest(c.conkey) WITH ORDINALITY k(attnum, n)
      JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.attnum
     WHERE c.conrelid = target AND c.contype = 'p';
    IF names IS NULL THEN
        RAISE EXCEPTION 'table % has no primary key', target USING ERRCODE = 'invalid_table_definition';
    END IF;
    RETURN names;
END
$$;

-- Puts a table under row security: every key and foreign key begins with the tenant, nobody but the owner may touch it,
-- and even the owner sees one tenant. May be called again.
CREATE FUNCTION mpos.isolate(target regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $$
DECLARE
    tenant int2;
    offender text;
BEGIN
    SELECT attnum INTO tenant FROM pg_attribute
     WHERE attrelid = target AND attname = 'tenant_id' AND atttypid = 'uuid'::regtype AND attnotnull AND NOT attisdropped;
    IF tenant IS DISTINCT FROM 1 THEN
        RAISE EXCEPTION 'first column of % is not "tenant_id uuid NOT NULL"', target
            USING ERRCODE = 'invalid_table_definition';
    END IF;
    PERFORM mpos.key_columns(target);
    SELECT conname INTO offender FROM pg_constraint
     WHERE conrelid = target AND contype IN ('p', 'u', 'x', 'f') AND conkey[1] <> tenant LIMIT 1;
    IF offender IS NULL THEN
        SELECT indexrelid::regclass INTO offender FROM pg_index
         WHERE indrelid = target AND indisunique AND indkey[0] <> tenant LIMIT 1;
    END IF;
    IF offender IS NOT NULL THEN
        RAISE EXCEPTION 'key % of % does not begin with tenant_id', offender, target
            USING ERRCODE = 'invalid_table_definition';
    END IF;
    EXECUTE format('ALTER TABLE %s OWNER TO mpos_owner', target);
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', target);
    EXECUTE format('ALTER TABLE %s FORCE ROW LEVEL SECURITY', target);
    EXECUTE format('REVOKE ALL ON TABLE %s FROM PUBLIC, mpos_app', target);
    EXECUTE format('DROP POLICY IF EXISTS mpos_tenant ON %s', target);
    EXECUTE format('CREATE POLICY mpos_tenant ON %s USING (tenant_id = mpos.tenant()) WITH CHECK (tenant_id = mpos.tenant())',
                   target);
END
$$;
COMMENT ON FUNCTION mpos.isolate(regclass) IS 'Checks a tenant table and forces row security on it';

-- Puts a table into the journal. topic: feed section, NULL for audit only; feed: columns that subscribers may see;
-- outlet: column that names the outlet, NULL for the tenant's journal. May be called again, with other arguments too.
CREATE FUNCTION mpos.journal(target regclass, topic text DEFAULT NULL, feed text[] DEFAULT '{}', outlet text DEFAULT NULL)
    RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $$
DECLARE
    primary_key text[] := mpos.key_columns(target);
    keys text[];
    entity text;
    missing text;
    leaf regclass;
BEGIN
    IF topic !~ '^[a-z][a-z_]{0,30}$' THEN
        RAISE EXCEPTION 'topic "%" is not a lower case word', topic USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT name INTO missing FROM unnest(feed || primary_key || outlet) name
     WHERE name IS NOT NULL
       AND (name !~ '^[a-z][a-z0-9_]*$' OR NOT EXISTS (SELECT FROM pg_attribute
            WHERE attrelid = target AND attname = name AND attnum > 0 AND NOT attisdropped));
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'column "%" of % does not exist or is not a lower case word', missing, target
            USING ERRCODE = 'undefined_column';
    END IF;
    -- The id of an entity is its key without tenant and outlet, which the journal already says.
    keys := array_remove(array_remove(primary_key, 'tenant_id'), outlet);
    IF cardinality(keys) = 0 THEN
        keys := primary_key[array_upper(primary_key, 1):];
    END IF;
    SELECT relname INTO entity FROM pg_class WHERE oid = target;
    EXECUTE format('DROP TRIGGER IF EXISTS mpos_capture ON %s', target);
    EXECUTE format('CREATE TRIGGER mpos_capture AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW
                    EXECUTE FUNCTION mpos.capture(%L, %L, %L, %L, %L)', target, entity, coalesce(topic, ''),
                   coalesce(outlet, ''), array_to_string(feed, ','), array_to_string(keys, ','));
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER mpos_capture', target);
    -- A statement trigger is not inherited: every partition gets its own guard.
    FOR leaf IN SELECT relid FROM pg_partition_tree(target) UNION SELECT target LOOP
        EXECUTE format('DROP TRIGGER IF EXISTS mpos_refuse_truncate ON %s', leaf);
        EXECUTE format('CREATE TRIGGER mpos_refuse_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT
                        EXECUTE FUNCTION mpos.refuse_truncate()', leaf);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER mpos_refuse_truncate', leaf);
    END LOOP;
END
$$;
COMMENT ON FUNCTION mpos.journal(regclass, text, text[], text) IS 'Captures every change of a table in the journal';

-- Every journalled table with what mpos.journal was told; enabled is 'A' unless somebody has tampered with the trigger.
CREATE FUNCTION mpos.guarded(OUT relation regclass, OUT entity text, OUT topic text, OUT outlet_column text,
                             OUT feed_columns text[], OUT key_columns text[], OUT enabled "char")
    RETURNS SETOF record LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT t.tgrelid::regclass, args[1], nullif(args[2], ''), nullif(args[3], ''),
           string_to_array(args[4], ','), string_to_array(args[5], ','), t.tgenabled
      FROM pg_trigger t
     CROSS JOIN LATERAL (SELECT string_to_array(encode(t.tgargs, 'escape'), '\000') AS args) a
     WHERE t.tgfoid = 'mpos.capture()'::regprocedure AND NOT t.tgisinternal AND t.tgparentid = 0
     ORDER BY args[1]
$$;
COMMENT ON FUNCTION mpos.guarded() IS 'Journalled tables: relation, entity, topic, outlet column, feed and key columns, trigger state';
