-- interleave.sql: two businesses with a session and an item that only they sell: its chunk is in their manifest.
GRANT EXECUTE ON FUNCTION mpos.tenant() TO mpos_app; -- only to look; the database is gone with the suite
DO $$
DECLARE
    name text;
BEGIN
    FOREACH name IN ARRAY '{anchor,bistro}'::text[] LOOP
        PERFORM pos.provision(jsonb_build_object('slug', name, 'name', name, 'country', 'DE', 'currency', 'EUR', 'exponent', 2,
            'rounding', '{"mode": "half_up", "level": "line", "increment": 1, "cash_increment": 1, "inclusive": "tax"}'::jsonb,
            'taxes', '[]'::jsonb, 'groups', '[]'::jsonb, 'staff', '[{"number": "1", "name": "A", "role": "manager", "pin_verifier": "none"}]'::jsonb,
            'outlets', '[{"code": "main", "name": "Main", "timezone": "UTC", "stations": [], "devices": [{"code": "R1", "kind": "register"}]}]'::jsonb,
            'categories', '[{"code": "all", "name": "All", "colour": "#000000", "sort": 1}]'::jsonb,
            'items', jsonb_build_array(jsonb_build_object('code', 'x', 'name', 'Dish of ' || name, 'category', 'all', 'price', 100, 'taxes', '[]'::jsonb, 'groups', '[]'::jsonb))));
    END LOOP;
END
$$;
CREATE TABLE tests.business AS
    SELECT d.tenant_id, dev.outlet_id, s.staff_id, dev.device_id, gen_random_uuid() AS session_id, 'catalogue.read' AS operation, '{"params": {}, "body": null}' AS input,
           p.document::jsonb #>> '{items,0,hash}' AS word
      FROM pos.directory d JOIN pos.catalogue_head h USING (tenant_id) JOIN pos.published p USING (tenant_id, hash) JOIN pos.device dev USING (tenant_id) JOIN pos.staff s USING (tenant_id) WHERE d.slug IN ('anchor', 'bistro') AND dev.code = 'R1';
INSERT INTO pos.session (tenant_id, session_id, staff_id, device_id, outlet_id, scopes, rights_version, expires_at)
    SELECT tenant_id, session_id, staff_id, device_id, outlet_id, -1, 1, now() + interval '1 hour' FROM tests.business;
CREATE FUNCTION tests.sealed(tenant uuid) RETURNS bytea LANGUAGE sql VOLATILE AS $$
    SELECT signed || public.hmac(signed, decode(left(pg_read_file(current_setting('mpos.context_key_file')), 64), 'hex'), 'sha256')
      FROM (SELECT 'MCX1'::bytea || int4send(1) || uuid_send(tenant_id) || uuid_send(outlet_id) || uuid_send(staff_id)
                || uuid_send(device_id) || uuid_send(session_id) || int4send(1) || int4send(0) || int8send(-1)
                || int8send((extract(epoch FROM clock_timestamp() + interval '55 s') * 1000000)::bigint)
                || uuid_send(tests.id('request')) || decode(repeat('00', 32), 'hex') AS signed FROM tests.business b WHERE b.tenant_id = tenant) s
$$;
