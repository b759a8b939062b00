-- Which tables hold rows of businesses, as the catalogue knows them, and what of them leaves in an export. Tables of other
-- migrations, and those that somebody else brings under mpos.isolate, are found without being named here.

-- Every table under the tenant's row security. depth: 0 for tables that refer to no other, one more than the deepest that they
-- refer to for the rest: rows are removed from the deepest up.
CREATE OR REPLACE FUNCTION pos.tenant_tables()
    RETURNS TABLE(relation oid, name text, key text[], depth integer)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE isolated AS (
        SELECT c.oid, format('%I.%I', n.nspname, c.relname) AS name
          FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE p.polname = 'mpos_tenant' AND NOT c.relispartition
    ), deeper(oid, depth) AS (
        SELECT oid, 0 FROM isolated
         UNION
        SELECT f.conrelid, d.depth + 1 FROM deeper d
          JOIN pg_constraint f ON f.confrelid = d.oid AND f.contype = 'f' AND f.conrelid <> f.confrelid
         WHERE d.depth < 64
    )
    SELECT i.oid, i.name, mpos.key_columns(i.oid), max(d.depth)
      FROM isolated i JOIN deeper d USING (oid) GROUP BY i.oid, i.name ORDER BY max(d.depth), i.name
$$;
COMMENT ON FUNCTION pos.tenant_tables() IS 'Tables with rows of businesses, from the catalogue';

-- What does not leave as it is. column_name NULL: the whole table. secret: never; passing: worth nothing elsewhere; personal:
-- only when asked for. A test finds columns whose names say that they belong here.
CREATE OR REPLACE FUNCTION pos.export_rules() RETURNS TABLE(name text, column_name text, rule text)
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    VALUES ('pos.pin', NULL, 'secret'),
           ('pos.staff', 'name', 'personal'),
           ('pos.refresh', NULL, 'secret'),
           ('pos.log_key', NULL, 'secret'),
           ('pos.credential', NULL, 'secret'),
           ('pos.recovery_code', NULL, 'secret'),
           ('pos.identity_provider', 'secret_sealed', 'secret'),
           ('pos.sign_in_code', NULL, 'passing'),
           ('pos.pairing', NULL, 'secret'),
           ('pos.api_key', 'key_hash', 'secret'),
           ('pos.device_nonce', NULL, 'passing'),
           ('pos.socket_ticket', NULL, 'passing'),
           ('pos.pii_subject', NULL, 'secret'),
           ('pos.pii', 'sealed', 'personal'),
           ('pos.idempotency', NULL, 'passing')
$$;

-- Columns of a table in their order. value: what the export has of it, as SQL; NULL: nothing.
CREATE OR REPLACE FUNCTION pos.export_columns(relation oid, personal boolean)
    RETURNS TABLE(column_name text, type text, rule text, value text)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.attname, format_type(a.atttypid, a.atttypmod), r.rule,
           CASE WHEN r.rule IS NULL OR (r.rule = 'personal' AND personal) THEN
               CASE WHEN (t.name, a.attname::text) = ('pos.pii', 'sealed')
                    THEN 'mpos.pii_value(x.tenant_id, x.subject_id, x.record_id, x.path, x.sealed)'
                    ELSE format('x.%I::text', a.attname) END END
      FROM pos.tenant_tables() t
      JOIN pg_attribute a ON a.attrelid = t.relation AND a.attnum > 0 AND NOT a.attisdropped
      LEFT JOIN pos.export_rules() r ON r.name = t.name AND (r.column_name IS NULL OR r.column_name = a.attname)
     WHERE t.relation = export_columns.relation ORDER BY a.attnum
$$;

ALTER FUNCTION pos.tenant_tables() OWNER TO mpos_owner;
ALTER FUNCTION pos.export_rules() OWNER TO mpos_owner;
ALTER FUNCTION pos.export_columns(oid, boolean) OWNER TO mpos_owner;
REVOKE ALL ON FUNCTION pos.tenant_tables(), pos.export_rules(), pos.export_columns(oid, boolean) FROM PUBLIC;
