-- A new device with everything that a device has: one way for templates and for the back office. Replaceable.

-- A, B ... Z, AA, AB ...: series of receipt numbers.
CREATE OR REPLACE FUNCTION pos.series_text(n bigint) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
    WITH RECURSIVE letters(rest, text) AS (
        SELECT n, ''
        UNION ALL
        SELECT (rest - 1) / 26, chr(65 + ((rest - 1) % 26)::int) || text FROM letters WHERE rest > 0
    )
    SELECT text FROM letters WHERE rest = 0
$$;

-- The row, its cursor and its series. The letter on call numbers is the one that fewest devices of the outlet have, Z being
-- that of sales without a device. A code that was there before goes on with its letter in a new series, because the lost
-- device may have printed numbers that nobody has seen yet. False when the id is taken. Callers that may meet hold the lock
-- on the tenant's row.
CREATE OR REPLACE FUNCTION pos.device_create(tenant uuid, outlet uuid, device uuid, new_code text, new_kind text, new_name text) RETURNS boolean
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    new_letter text;
    new_series text;
BEGIN
    SELECT d.letter INTO new_letter FROM pos.device d
     WHERE d.tenant_id = tenant AND d.outlet_id = outlet AND d.code = new_code ORDER BY length(d.series) DESC, d.series DESC LIMIT 1;
    IF new_letter IS NULL THEN
        SELECT l INTO new_letter FROM (SELECT chr(64 + n) AS l FROM generate_series(1, 25) n) letters
         ORDER BY (SELECT count(*) FROM pos.device d
                    WHERE d.tenant_id = tenant AND d.outlet_id = outlet AND d.letter = l AND d.state = 'active'), l LIMIT 1;
    END IF;
    SELECT pos.series_text(count(*) + 1) INTO new_series FROM pos.device d
     WHERE d.tenant_id = tenant AND d.outlet_id = outlet AND d.code = new_code;
    INSERT INTO pos.device (tenant_id, device_id, outlet_id, code, kind, letter, series, name)
    VALUES (tenant, device, outlet, new_code, new_kind, CASE new_kind WHEN 'channel' THEN 'Z' ELSE new_letter END, new_series, new_name)
    ON CONFLICT (tenant_id, device_id) DO NOTHING;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    INSERT INTO pos.device_cursor (tenant_id, device_id, kind, receipt_prefix, letter, gen, last_seq, last_hash, receipt_n, call_n,
                                   suspended)
    SELECT tenant, device, d.kind, format('%s-%s-%s', o.code, d.code, d.series), d.letter, 1, 0, decode(repeat('00', 32), 'hex'), 0, 0, 0
      FROM pos.device d JOIN pos.outlet o ON o.tenant_id = d.tenant_id AND o.outlet_id = d.outlet_id
     WHERE d.tenant_id = tenant AND d.device_id = device;
    RETURN true;
END
$$;
COMMENT ON FUNCTION pos.device_create(uuid, uuid, uuid, text, text, text) IS 'Makes a device with its number series';

ALTER FUNCTION pos.series_text(bigint) OWNER TO mpos_owner;
ALTER FUNCTION pos.device_create(uuid, uuid, uuid, text, text, text) OWNER TO mpos_owner;
REVOKE ALL ON FUNCTION pos.series_text(bigint), pos.device_create(uuid, uuid, uuid, text, text, text) FROM PUBLIC;
