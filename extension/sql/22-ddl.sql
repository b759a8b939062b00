-- 22-ddl.sql: changes of the schema are recorded in the platform's journal, and guards follow new partitions.

CREATE FUNCTION mpos.ddl_start() RETURNS event_trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'mpos_ddl_start';
CREATE FUNCTION mpos.ddl_attaching() RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_ddl_attaching';
CREATE FUNCTION mpos.ddl_granted() RETURNS text
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_ddl_granted';
CREATE FUNCTION mpos.ddl_renaming() RETURNS boolean
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_ddl_renaming';
CREATE FUNCTION mpos.ddl_note(what jsonb) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_ddl_note';
CREATE FUNCTION mpos.ddl_declared(target regclass) RETURNS boolean
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_ddl_declared';

-- False while a dump is being restored: entries cannot be written before the journal has its keys.
CREATE FUNCTION mpos.journal_ready() RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*) = 5 FROM unnest('{journal_pkey,journal_owner_key,head_pkey,segment_pkey,entry_pkey}'::text[]) name
      JOIN pg_index i ON i.indexrelid = to_regclass('journal.' || name) AND i.indisvalid
$$;

-- What stands around a table: NULL when it is not journalled. lowered: somebody could now change rows unseen.
CREATE FUNCTION mpos.guard_state(target oid) RETURNS jsonb
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object('capture', t.tgenabled, 'truncate', coalesce(g.tgenabled, '-'), 'rls', c.relrowsecurity, 'force', c.relforcerowsecurity,
               'lowered', t.tgenabled <> 'A' OR coalesce(g.tgenabled, 'A') <> 'A')
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
      LEFT JOIN pg_trigger g ON g.tgrelid = target AND g.tgname = 'mpos_refuse_truncate'
     WHERE t.tgrelid = target AND t.tgname = 'mpos_capture' AND t.tgfoid = 'mpos.capture()'::regprocedure
$$;

-- Guards that are not up: event triggers, capture and TRUNCATE triggers of tables and partitions, row security, rights to write the
-- journal's own tables past its functions. One line each.
CREATE FUNCTION mpos.guard_findings() RETURNS SETOF text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT format('event trigger %s is not ENABLE ALWAYS', name) FROM unnest('{mpos_ddl_start,mpos_ddl_end,mpos_ddl_drop,mpos_ddl_rewrite}'::text[]) name
     WHERE NOT EXISTS (SELECT FROM pg_event_trigger WHERE evtname = name AND evtenabled = 'A')
    UNION ALL
    SELECT format('trigger %s of %s is not ENABLE ALWAYS', name, leaf::regclass)
      FROM pg_trigger t CROSS JOIN LATERAL (SELECT relid::oid FROM pg_partition_tree(t.tgrelid) UNION SELECT t.tgrelid) l(leaf)
     CROSS JOIN unnest('{mpos_capture,mpos_refuse_truncate}'::text[]) name
     WHERE t.tgfoid = 'mpos.capture()'::regprocedure AND NOT t.tgisinternal AND t.tgparentid = 0
       AND NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = leaf AND g.tgname = name AND g.tgenabled = 'A')
    UNION ALL
    SELECT format('row security of %s is not forced', c.oid::regclass)
      FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE p.polname = 'mpos_tenant' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
    UNION ALL
    SELECT format('%s may %s %s', CASE a.grantee WHEN 0 THEN 'everybody' ELSE 'role ' || pg_get_userbyid(a.grantee) END,
                  string_agg(lower(a.privilege_type), ', ' ORDER BY a.privilege_type), c.oid::regclass)
      FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a
     WHERE c.relnamespace = 'journal'::regnamespace AND c.relkind IN ('r', 'p') AND a.grantee <> c.relowner AND a.privilege_type <> 'SELECT'
     GROUP BY a.grantee, c.oid
$$;

-- After ALTER TABLE on a journalled table: digests of rows that are there must not change unless a rewrite is declared.
-- Then the trigger learns the new columns.
CREATE FUNCTION mpos.guard_reshape(target regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    arguments text[] := mpos.capture_arguments(target);
    shape text := mpos.digest_shape(target);
    fills text := mpos.digest_fills(target, coalesce(arguments[6], ''));
BEGIN
    IF arguments[7] IS NULL OR (arguments[6], arguments[7]) = (fills, shape) THEN
        RETURN;
    END IF;
    IF NOT string_to_array(shape, ',') @> string_to_array(arguments[7], ',') AND NOT mpos.ddl_declared(target) THEN
        RAISE EXCEPTION 'rows of % are journalled with the columns that this takes away or changes', target USING ERRCODE = 'MP107',
            HINT = 'Call mpos.rewrite for the table first, in the same transaction.';
    END IF;
    PERFORM mpos.set_capture(target, arguments[1:5] || fills || shape);
END
$$;

-- Journalled rows have the labels of enums in their digests: another name for one is a change of rows that no trigger sees.
CREATE FUNCTION mpos.guard_labels(type oid) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    root oid;
BEGIN
    FOR root IN SELECT DISTINCT mpos.guarded_root(a.attrelid) FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                 WHERE type IN (t.oid, t.typelem) AND a.attnum > 0 AND NOT a.attisdropped LOOP
        IF root IS NOT NULL AND NOT mpos.ddl_declared(root) THEN
            RAISE EXCEPTION 'rows of % are journalled with labels of %', root::regclass, type::regtype USING ERRCODE = 'MP107',
                HINT = 'Call mpos.rewrite for the table first, in the same transaction.';
        END IF;
    END LOOP;
END
$$;

-- The journalled table that a relation is, or is a partition of; NULL when there is none.
CREATE FUNCTION mpos.guarded_root(target oid) RETURNS oid
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT root FROM (SELECT coalesce(pg_partition_root(target)::oid, target) AS root) r WHERE mpos.guard_state(root) IS NOT NULL
$$;

-- Event trigger functions belong to who installs the extension, a superuser: the tables they look after may be anybody's.
CREATE FUNCTION mpos.ddl_end() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    c record;
    relation oid;
    root oid;
    -- Only then: a restore brings the guards of partitions that it has itself.
    partition boolean := TG_TAG = 'CREATE TABLE' OR (TG_TAG = 'ALTER TABLE' AND mpos.ddl_attaching());
    granted text := CASE WHEN TG_TAG IN ('GRANT', 'REVOKE') THEN mpos.ddl_granted() END;
BEGIN
    IF granted IS NOT NULL AND mpos.journal_ready() THEN
        PERFORM mpos.ddl_note(jsonb_build_object('op', 'ddl', 'command', TG_TAG, 'type', 'rights', 'object', granted, 'role', session_user));
    END IF;
    FOR c IN SELECT * FROM pg_event_trigger_ddl_commands() WHERE command_tag <> 'COMMENT' LOOP
        relation := CASE c.classid WHEN 'pg_class'::regclass THEN c.objid
                        WHEN 'pg_trigger'::regclass THEN (SELECT tgrelid FROM pg_trigger WHERE oid = c.objid)
                        WHEN 'pg_policy'::regclass THEN (SELECT polrelid FROM pg_policy WHERE oid = c.objid) END;
        root := mpos.guarded_root(relation);
        IF TG_TAG = 'ALTER TYPE' AND c.classid = 'pg_type'::regclass AND mpos.ddl_renaming() THEN
            PERFORM mpos.guard_labels(c.objid);
        END IF;
        IF root IS NOT NULL AND c.object_type IN ('table', 'table column') THEN
            PERFORM mpos.guard_reshape(root);
        END IF;
        IF root IS NOT NULL AND partition THEN
            PERFORM mpos.set_truncate_guard(root);
        END IF;
        IF (root IS NOT NULL OR c.schema_name IN ('mpos', 'pos', 'journal') OR c.object_identity IN ('mpos', 'pos', 'journal')) AND mpos.journal_ready() THEN
            PERFORM mpos.ddl_note(jsonb_strip_nulls(jsonb_build_object('op', 'ddl', 'command', c.command_tag, 'type', c.object_type, 'object', c.object_identity,
                'extension', c.in_extension, 'role', session_user, 'guard', mpos.guard_state(relation),
                'lowered', CASE WHEN TG_TAG = 'ALTER TABLE' AND mpos.guard_state(relation) -> 'lowered' = 'true' THEN true END)));
        END IF;
    END LOOP;
END
$$;

CREATE FUNCTION mpos.ddl_drop() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    d record;
    guard boolean;
BEGIN
    IF to_regproc('mpos.ddl_note') IS NULL OR to_regproc('mpos.journal_ready') IS NULL THEN
        RETURN; -- the extension itself goes
    END IF;
    FOR d IN SELECT * FROM pg_event_trigger_dropped_objects() LOOP
        guard := d.object_type = 'trigger' AND d.address_names[array_upper(d.address_names, 1)] IN ('mpos_capture', 'mpos_refuse_truncate');
        IF (guard OR (d.original AND d.schema_name IN ('mpos', 'pos', 'journal')) OR d.object_identity IN ('mpos', 'pos', 'journal')) AND mpos.journal_ready() THEN
            PERFORM mpos.ddl_note(jsonb_strip_nulls(jsonb_build_object('op', 'ddl', 'command', TG_TAG, 'type', d.object_type, 'object', d.object_identity,
                'dropped', true, 'role', session_user, 'lowered', CASE WHEN guard AND NOT mpos.unguarding(d.address_names[1], d.address_names[2]) THEN true END)));
        END IF;
    END LOOP;
END
$$;

-- Rewriting a table gives its rows other values without a trigger.
CREATE FUNCTION mpos.ddl_rewrite() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    relation oid := pg_event_trigger_table_rewrite_oid();
    root oid := mpos.guarded_root(relation);
BEGIN
    -- 2: a column got a default that is not constant, 4: another type; 1 and 8 keep the values
    IF root IS NOT NULL AND pg_event_trigger_table_rewrite_reason() & 6 <> 0 AND NOT mpos.ddl_declared(root) THEN
        RAISE EXCEPTION 'rewriting % changes journalled rows', root::regclass USING ERRCODE = 'MP107',
            HINT = 'Call mpos.rewrite for the table first, in the same transaction.';
    END IF;
END
$$;
