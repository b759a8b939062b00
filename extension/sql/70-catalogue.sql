-- 70-catalogue.sql: which items have to be published again. Items lie in chunks by a hash of their id, so that a change moves
-- one chunk whatever it is; statements that change rows of items leave the slots of those items behind.

-- Leakproof, as it has no errors that tell of its argument: only so does the index on it serve where row security applies.
CREATE FUNCTION mpos.catalogue_slot(item uuid) RETURNS integer
    LANGUAGE c IMMUTABLE STRICT LEAKPROOF PARALLEL SAFE AS 'MODULE_PATHNAME', 'mpos_catalogue_slot_sql';
COMMENT ON FUNCTION mpos.catalogue_slot(uuid) IS 'The first 16 bits of the SHA-256 of an item''s id: where it lies among the chunks';

-- A log, not a set: a mark that is already there belongs to a transaction that a publication may have seen before this one.
CREATE FUNCTION mpos.catalogue_changed() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN
        INSERT INTO pos.catalogue_change (tenant_id, slot) SELECT DISTINCT tenant_id, mpos.catalogue_slot(item_id) FROM gone;
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO pos.catalogue_change (tenant_id, slot) SELECT DISTINCT tenant_id, mpos.catalogue_slot(item_id) FROM made;
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION mpos.catalogue_watch(target regclass) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    EXECUTE format('CREATE OR REPLACE TRIGGER catalogue_inserted AFTER INSERT ON %s REFERENCING NEW TABLE AS made
                    FOR EACH STATEMENT EXECUTE FUNCTION mpos.catalogue_changed()', target);
    EXECUTE format('CREATE OR REPLACE TRIGGER catalogue_updated AFTER UPDATE ON %s REFERENCING OLD TABLE AS gone NEW TABLE AS made
                    FOR EACH STATEMENT EXECUTE FUNCTION mpos.catalogue_changed()', target);
    EXECUTE format('CREATE OR REPLACE TRIGGER catalogue_deleted AFTER DELETE ON %s REFERENCING OLD TABLE AS gone
                    FOR EACH STATEMENT EXECUTE FUNCTION mpos.catalogue_changed()', target);
END
$$;
COMMENT ON FUNCTION mpos.catalogue_watch(regclass) IS 'Has changes of a table with an item_id published with the items'' chunks';

CREATE FUNCTION mpos.rules_compile(draft jsonb) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'mpos_rules_compile';
COMMENT ON FUNCTION mpos.rules_compile(jsonb) IS 'The rules of a draft (pos.rules_draft) as the core reads them';

CREATE FUNCTION mpos.rules_mistakes(draft jsonb) RETURNS jsonb
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'mpos_rules_mistakes';
COMMENT ON FUNCTION mpos.rules_mistakes(jsonb) IS 'What is wrong in a draft, each with its place';
