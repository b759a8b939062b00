-- The life of a business after it was made: suspended, resumed. For the owner of the database; mpos tenant calls these.

-- Short names are never given out again: witnesses know the logs of an erased business by its name.
CREATE OR REPLACE FUNCTION pos.slug_hash(slug text) RETURNS bytea
    LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256('mpos.slug.v1\000'::bytea || convert_to(slug, 'UTF8'))
$$;

CREATE OR REPLACE FUNCTION pos.slug_taken(slug text) RETURNS boolean
    LANGUAGE sql STABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    SELECT EXISTS (SELECT FROM pos.directory d WHERE d.slug = slug_taken.slug)
        OR EXISTS (SELECT FROM journal.erased e WHERE e.slug_hash = pos.slug_hash(slug_taken.slug))
$$;
COMMENT ON FUNCTION pos.slug_taken(text) IS 'Whether a short name is or was in use';

-- The row of a business, locked; raises when there is none or when it is being erased.
CREATE OR REPLACE FUNCTION pos.tenant_locked(tenant uuid) RETURNS pos.tenant
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    t pos.tenant;
BEGIN
    PERFORM mpos.assume(tenant);
    SELECT * INTO t FROM pos.tenant x WHERE x.tenant_id = tenant FOR UPDATE;
    IF NOT FOUND OR t.state = 'deleted' THEN
        RAISE EXCEPTION 'no such business, or it is being erased' USING ERRCODE = 'no_data_found';
    END IF;
    RETURN t;
END
$$;

-- Nobody can sign in from here on, and who has signed in must stop with the next request. Registers keep selling offline;
-- what they push after pos.resume is taken. Returns the number of sessions that ended.
CREATE OR REPLACE FUNCTION pos.suspend(tenant uuid, reason text) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    ended bigint;
BEGIN
    IF (pos.tenant_locked(tenant)).state = 'suspended' THEN
        RETURN 0;
    END IF;
    PERFORM mpos.bulk('suspended: ' || reason);
    UPDATE pos.tenant t SET state = 'suspended', version = version + 1 WHERE t.tenant_id = tenant;
    UPDATE pos.session s SET ended_at = now() WHERE s.tenant_id = tenant AND s.ended_at IS NULL AND s.expires_at > now();
    GET DIAGNOSTICS ended = ROW_COUNT;
    RETURN ended;
END
$$;
COMMENT ON FUNCTION pos.suspend(uuid, text) IS 'Suspends a business: sessions end, nobody can sign in';

CREATE OR REPLACE FUNCTION pos.resume(tenant uuid, reason text) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF (pos.tenant_locked(tenant)).state = 'active' THEN
        RETURN 0;
    END IF;
    PERFORM mpos.bulk('resumed: ' || reason);
    UPDATE pos.tenant t SET state = 'active', version = version + 1 WHERE t.tenant_id = tenant;
    RETURN 0;
END
$$;
COMMENT ON FUNCTION pos.resume(uuid, text) IS 'Ends a suspension: people can sign in again';

-- An entry of the business' own journal before somebody takes its personal data along.
CREATE OR REPLACE FUNCTION pos.export_note(tenant uuid) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM pos.tenant_locked(tenant);
    PERFORM mpos.bulk('exported with personal data');
    UPDATE pos.tenant t SET version = version + 1 WHERE t.tenant_id = tenant;
END
$$;
COMMENT ON FUNCTION pos.export_note(uuid) IS 'Notes in its journal that personal data of a business are exported';

ALTER FUNCTION pos.export_note(uuid) OWNER TO mpos_owner;
ALTER FUNCTION pos.slug_hash(text) OWNER TO mpos_owner;
ALTER FUNCTION pos.slug_taken(text) OWNER TO mpos_owner;
ALTER FUNCTION pos.tenant_locked(uuid) OWNER TO mpos_owner;
ALTER FUNCTION pos.suspend(uuid, text) OWNER TO mpos_owner;
ALTER FUNCTION pos.resume(uuid, text) OWNER TO mpos_owner;
REVOKE ALL ON FUNCTION pos.slug_hash(text), pos.slug_taken(text), pos.tenant_locked(uuid), pos.suspend(uuid, text),
    pos.resume(uuid, text), pos.export_note(uuid) FROM PUBLIC;
