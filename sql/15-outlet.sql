-- A new outlet with everything that an outlet has before its first device: one way for templates and for the back office. Replaceable.

-- The row, its journal, and the virtual register of sales without a device. False when the id is taken. Callers that may meet hold
-- the lock on the tenant's row.
CREATE OR REPLACE FUNCTION pos.outlet_create(tenant uuid, outlet uuid, new_code text, new_name text, new_timezone text, new_stations text[])
    RETURNS boolean LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM pos.outlet o WHERE o.tenant_id = tenant AND o.outlet_id = outlet) THEN
        RETURN false;
    END IF;
    INSERT INTO pos.outlet (tenant_id, outlet_id, code, name, timezone, stations, journal_id)
    SELECT tenant, outlet, new_code, new_name, new_timezone, new_stations,
           mpos.journal_create(tenant, outlet, format('mpos/%s/%s', t.slug, new_code))
      FROM pos.tenant t WHERE t.tenant_id = tenant;
    RETURN pos.device_create(tenant, outlet, gen_random_uuid(), 'API', 'channel', NULL);
END
$$;
COMMENT ON FUNCTION pos.outlet_create(uuid, uuid, text, text, text, text[]) IS 'Makes an outlet with its journal';

ALTER FUNCTION pos.outlet_create(uuid, uuid, text, text, text, text[]) OWNER TO mpos_owner;
REVOKE ALL ON FUNCTION pos.outlet_create(uuid, uuid, text, text, text, text[]) FROM PUBLIC;
