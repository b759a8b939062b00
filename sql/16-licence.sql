-- Licences: the newest genuine one that has begun says how many devices and outlets there may be. None at all sets no limits; one
-- that is over never stops a sale, only new devices and outlets. Replaceable.

-- Raises MP137 unless the text is a licence: names and types as docs/reference/licence.md has them.
CREATE OR REPLACE FUNCTION pos.licence_read(payload bytea) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    doc jsonb;
    known CONSTANT text[] := '{id,tenant,serial,devices,outlets,modules,valid_from,valid_until,grace_days}';
BEGIN
    doc := convert_from(payload, 'UTF8')::jsonb;
    IF jsonb_typeof(doc) <> 'object' OR NOT doc ?& '{id,tenant,serial,valid_from,valid_until}'::text[]
       OR EXISTS (SELECT FROM jsonb_object_keys(doc) k WHERE k <> ALL (known))
       OR (doc->>'id')::uuid IS NULL OR jsonb_typeof(doc->'tenant') <> 'string'
       OR (doc->>'serial')::int < 1 OR (doc->>'devices')::int < 0 OR (doc->>'outlets')::int < 0
       OR coalesce((doc->>'grace_days')::int, 0) NOT BETWEEN 0 AND 366
       OR jsonb_typeof(coalesce(doc->'modules', '[]')) <> 'array'
       OR doc->>'valid_from' !~ '^\d{4}-\d\d-\d\d$' OR doc->>'valid_until' !~ '^\d{4}-\d\d-\d\d$'
       OR (doc->>'valid_until')::date < (doc->>'valid_from')::date THEN
        RAISE data_exception;
    END IF;
    RETURN doc;
EXCEPTION WHEN data_exception THEN
    RAISE EXCEPTION 'What was signed is not a licence.' USING ERRCODE = 'MP137';
END
$$;

-- The licence that counts today, if any. state: valid, grace, expired; days: until the end of its last day, below 0 afterwards.
CREATE OR REPLACE FUNCTION pos.licence_now(tenant uuid, OUT licence_id uuid, OUT doc jsonb, OUT state text, OUT days integer, OUT reminded integer)
    RETURNS SETOF record LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT l.licence_id, d.doc,
           CASE WHEN left_days >= 0 THEN 'valid' WHEN left_days >= -coalesce((d.doc->>'grace_days')::int, 0) THEN 'grace' ELSE 'expired' END,
           left_days, l.reminded
      FROM pos.licence l
     CROSS JOIN LATERAL (SELECT pos.licence_read(l.payload) AS doc) d
     CROSS JOIN LATERAL (SELECT (now() AT TIME ZONE 'UTC')::date AS today) t
     CROSS JOIN LATERAL (SELECT (d.doc->>'valid_until')::date - today AS left_days) e
     WHERE l.tenant_id = tenant AND mpos.licence_genuine(l.payload, l.signature) AND (d.doc->>'valid_from')::date <= today
     ORDER BY l.serial DESC LIMIT 1
$$;

CREATE OR REPLACE FUNCTION pos.licence_used(tenant uuid, OUT devices integer, OUT outlets integer)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT (SELECT count(*)::int FROM pos.device d WHERE d.tenant_id = tenant AND d.state = 'active' AND d.kind <> 'channel'),
           (SELECT count(*)::int FROM pos.outlet o WHERE o.tenant_id = tenant)
$$;

-- Whether there may be so many more devices or outlets (what). Whoever asks holds the lock on the tenant's row.
CREATE OR REPLACE FUNCTION pos.licence_admits(tenant uuid, what text, more integer) RETURNS boolean
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    l record;
    used record;
BEGIN
    SELECT * INTO l FROM pos.licence_now(tenant);
    IF NOT FOUND THEN
        -- One that is not genuine any more, or has not begun, does not set the limits aside.
        RETURN NOT EXISTS (SELECT FROM pos.licence x WHERE x.tenant_id = tenant);
    END IF;
    SELECT * INTO used FROM pos.licence_used(tenant);
    RETURN l.state <> 'expired'
       AND coalesce(CASE what WHEN 'devices' THEN used.devices ELSE used.outlets END + more <= (l.doc->>what)::int, true);
END
$$;

-- Takes a licence in. Raises MP137 when it is not genuine, for another business, or older than the one that is there.
CREATE OR REPLACE FUNCTION pos.licence_install(tenant uuid, new_payload bytea, new_signature bytea) RETURNS uuid
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    doc jsonb;
    last integer;
BEGIN
    IF length(new_signature) <> 64 OR NOT mpos.licence_genuine(new_payload, new_signature) THEN
        RAISE EXCEPTION 'No key of the vendor that is known here has signed the licence.' USING ERRCODE = 'MP137';
    END IF;
    doc := pos.licence_read(new_payload);
    PERFORM 1 FROM pos.tenant t WHERE t.tenant_id = tenant AND t.slug = doc->>'tenant' FOR NO KEY UPDATE;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'The licence is for another business.' USING ERRCODE = 'MP137';
    END IF;
    SELECT max(serial) INTO last FROM pos.licence l WHERE l.tenant_id = tenant;
    IF last = (doc->>'serial')::int AND EXISTS (SELECT FROM pos.licence l WHERE l.tenant_id = tenant AND l.serial = last AND l.payload = new_payload) THEN
        RETURN (doc->>'id')::uuid;
    END IF;
    IF last >= (doc->>'serial')::int OR EXISTS (SELECT FROM pos.licence l WHERE l.tenant_id = tenant AND l.licence_id = (doc->>'id')::uuid) THEN
        RAISE EXCEPTION 'A licence of the same or a later number is installed.' USING ERRCODE = 'MP137';
    END IF;
    INSERT INTO pos.licence (tenant_id, licence_id, serial, payload, signature, installed_at)
    VALUES (tenant, (doc->>'id')::uuid, (doc->>'serial')::int, new_payload, new_signature, now());
    RETURN (doc->>'id')::uuid;
END
$$;
COMMENT ON FUNCTION pos.licence_install(uuid, bytea, bytea) IS 'Takes in a licence that the vendor has signed';

DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT oid FROM pg_catalog.pg_proc WHERE pronamespace = 'pos'::regnamespace AND proname LIKE 'licence\_%' LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO mpos_owner', f);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    END LOOP;
END
$$;
