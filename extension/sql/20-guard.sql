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

-- What digests of rows depend on: name and type of every column, as a set of hashes.
CREATE FUNCTION mpos.digest_shape(target regclass) RETURNS text
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT string_agg(left(md5(attname || ' ' || format_type(atttypid, NULL)), 12), ',' ORDER BY attname)
      FROM pg_attribute WHERE attrelid = target AND attnum > 0 AND NOT attisdropped
$$;

-- Values that digests leave out because rows from before the column was added have them (extension/src/row_digest.h).
CREATE FUNCTION mpos.digest_fills(target regclass, known text) RETURNS text
    LANGUAGE c STABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'mpos_digest_fills';

-- Arguments of a table's own capture trigger: entity, topic, outlet column, feed columns, key columns, fills, shape. NULL
-- when it has none.
CREATE FUNCTION mpos.capture_arguments(target oid) RETURNS text[]
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT string_to_array(encode(tgargs, 'escape'), '\000') FROM pg_trigger
     WHERE tgrelid = target AND tgname = 'mpos_capture' AND tgfoid = 'mpos.capture()'::regprocedure
$$;

-- Makes the capture trigger, or gives it other arguments, without a moment in which the table has none.
CREATE FUNCTION mpos.set_capture(target regclass, arguments text[]) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER mpos_capture AFTER INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW
                    EXECUTE FUNCTION mpos.capture(%s)', target,
                   (SELECT string_agg(quote_literal(a), ', ' ORDER BY n) FROM unnest(arguments) WITH ORDINALITY u(a, n)));
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER mpos_capture', target);
END
$$;

-- A statement trigger is not inherited: every table of the tree gets its own guard against TRUNCATE.
CREATE FUNCTION mpos.set_truncate_guard(target regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    leaf regclass;
BEGIN
    FOR leaf IN SELECT relid FROM pg_partition_tree(target) UNION SELECT target LOOP
        CONTINUE WHEN EXISTS (SELECT FROM pg_trigger WHERE tgrelid = leaf AND tgname = 'mpos_refuse_truncate');
        EXECUTE format('CREATE TRIGGER mpos_refuse_truncate BEFORE TRUNCATE ON %s FOR EACH STATEMENT
                        EXECUTE FUNCTION mpos.refuse_truncate()', leaf);
        EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER mpos_refuse_truncate', leaf);
    END LOOP;
END
$$;

-- Puts a table into the journal. topic: feed section, NULL for audit only; feed: columns that subscribers may see;
-- outlet: column that names the outlet, NULL for the tenant's journal; entity: its name in the journal, which stays when the
-- table is renamed (default: the table's name). Rows that it has already are taken over by an entry of kind 6. May be called
-- again, with other arguments too.
CREATE FUNCTION mpos.journal(target regclass, topic text DEFAULT NULL, feed text[] DEFAULT '{}', outlet text DEFAULT NULL,
                             entity text DEFAULT NULL)
    RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET client_min_messages = warning AS $$
#variable_conflict use_variable
DECLARE
    primary_key text[] := mpos.key_columns(target);
    before text[] := mpos.capture_arguments(target);
    name text := coalesce(entity, before[1], (SELECT relname FROM pg_class WHERE oid = target));
    keys text[];
    missing text;
BEGIN
    IF EXISTS (SELECT FROM pg_class WHERE oid = target AND relispartition) THEN
        RAISE EXCEPTION '% is a partition: put the partitioned table under guard', target USING ERRCODE = 'wrong_object_type';
    END IF;
    IF EXISTS (SELECT FROM pg_class WHERE oid = target AND relpersistence <> 'p') THEN
        RAISE EXCEPTION '% does not survive a crash or a session and cannot be journalled', target USING ERRCODE = 'wrong_object_type';
    END IF;
    IF topic !~ '^[a-z][a-z_]{0,30}$' THEN
        RAISE EXCEPTION 'topic "%" is not a lower case word', topic USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF name !~ '^[a-z][a-z0-9_]*$' THEN
        RAISE EXCEPTION '"%" is not a lower case word', name USING ERRCODE = 'invalid_parameter_value',
            HINT = 'Give the table another name in the journal: entity => ''...''.';
    END IF;
    IF EXISTS (SELECT FROM mpos.guarded() g WHERE g.entity = name AND g.relation <> target) THEN
        RAISE EXCEPTION 'another journalled table has the name "%"', name USING ERRCODE = 'duplicate_object',
            HINT = 'Give the table another name in the journal: entity => ''...''.';
    END IF;
    SELECT n INTO missing FROM unnest(feed || primary_key || outlet || 'tenant_id'::text) n
     WHERE n IS NOT NULL
       AND (n !~ '^[a-z][a-z0-9_]*$' OR NOT EXISTS (SELECT FROM pg_attribute
            WHERE attrelid = target AND attname = n AND attnum > 0 AND NOT attisdropped));
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'column "%" of % does not exist or is not a lower case word', missing, target
            USING ERRCODE = 'undefined_column';
    END IF;
    -- An object id means something else in every database; a digest of it would not survive a dump.
    SELECT attname INTO missing FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
     WHERE attrelid = target AND attnum > 0 AND NOT attisdropped AND t.oid = ANY ('{regclass,regproc,regprocedure,regoper,
           regoperator,regtype,regrole,regnamespace,regconfig,regdictionary,regcollation}'::regtype[]);
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'column "%" of % holds object ids and cannot be journalled', missing, target
            USING ERRCODE = 'feature_not_supported';
    END IF;
    -- The id of an entity is its key without tenant and outlet, which the journal already says.
    keys := array_remove(array_remove(primary_key, 'tenant_id'), outlet);
    IF cardinality(keys) = 0 THEN
        keys := primary_key[array_upper(primary_key, 1):];
    END IF;
    PERFORM mpos.set_capture(target, ARRAY[name, coalesce(topic, ''), coalesce(outlet, ''), array_to_string(feed, ','),
        array_to_string(keys, ','), mpos.digest_fills(target, coalesce(before[6], '')), mpos.digest_shape(target)]);
    PERFORM mpos.set_truncate_guard(target);
    IF before IS NULL THEN
        PERFORM mpos.rewrite_begin(target, 'guard', 'put under guard', NULL);
    ELSIF before[1] <> name OR before[3] <> coalesce(outlet, '') OR before[5] <> array_to_string(keys, ',') THEN
        RAISE EXCEPTION 'name, outlet column and key of % stay as they were', target USING ERRCODE = 'feature_not_supported',
            HINT = 'Take it from the journal with mpos.unguard first.';
    END IF;
END
$$;
COMMENT ON FUNCTION mpos.journal(regclass, text, text[], text, text) IS 'Captures every change of a table in the journal';

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
