-- setup.sql: what every spec finds: one tenant with two outlets, a session, and a journalled table of no business.
CREATE EXTENSION IF NOT EXISTS pgcrypto SCHEMA public;
CREATE SCHEMA tests;
CREATE FUNCTION tests.id(name text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT overlay(overlay(md5(name) PLACING '7' FROM 13) PLACING '8' FROM 17)::uuid
$$;
SELECT mpos.journal_create(tests.id('acme'), NULL, 'tests/acme');
SELECT mpos.journal_create(tests.id('acme'), tests.id(outlet), 'tests/' || outlet) FROM unnest('{a,b}'::text[]) outlet;
CREATE TABLE pos.thing (tenant_id uuid NOT NULL, outlet_id uuid, thing_id uuid NOT NULL DEFAULT gen_random_uuid(), name text,
                        PRIMARY KEY (tenant_id, thing_id));
SELECT mpos.isolate('pos.thing');
SELECT mpos.journal('pos.thing', topic => 'thing', feed => '{name}', outlet => 'outlet_id');
CREATE FUNCTION tests.add(outlet text, name text) RETURNS void LANGUAGE sql AS $$
    INSERT INTO pos.thing (tenant_id, outlet_id, name) VALUES (tests.id('acme'), tests.id(outlet), name)
$$;
-- What the feeds say since a spec began, by journal and number.
CREATE TABLE tests.start (journal_id uuid, next_seq bigint);
CREATE FUNCTION tests.begin() RETURNS void LANGUAGE sql AS $$
    DELETE FROM tests.start; INSERT INTO tests.start SELECT journal_id, next_seq FROM journal.head
$$;
CREATE VIEW tests.feed AS
    SELECT j.origin, e.seq - s.next_seq AS n, (regexp_match(encode(mpos.unpack(e.packed), 'escape'), '"name":"([^"]*)"'))[1] AS name
      FROM journal.entry e JOIN journal.journal j USING (journal_id) JOIN tests.start s USING (journal_id)
     WHERE e.seq >= s.next_seq ORDER BY 1, 2;
CREATE VIEW tests.findings AS
    SELECT count(*) FROM journal.journal j, mpos.verify(j.journal_id) WHERE j.kind <> 'platform'; -- a spec lowers guards
-- A change that a deferred constraint trigger makes when the constraints are checked.
CREATE TABLE tests.cause (name text);
CREATE FUNCTION tests.effect() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM tests.add('a', 'effect of ' || NEW.name);
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER effect AFTER INSERT ON tests.cause DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION tests.effect();

-- A business that sells one thing, a session at its register, and the calls that the server would make for it.
SELECT pos.provision('{"slug": "shop", "name": "Shop", "pairing": "open", "country": "DE", "currency": "EUR", "exponent": 2,
    "rounding": {"mode": "half_up", "level": "line", "increment": 1, "cash_increment": 1, "inclusive": "tax"},
    "taxes": [{"code": "standard", "name": "19 %", "rate": "0.19", "included": true}],
    "outlets": [{"code": "main", "name": "Main", "timezone": "Europe/Berlin", "stations": ["bar"],
                 "devices": [{"code": "R1", "kind": "register"}]}],
    "staff": [{"number": "101", "name": "Ada", "role": "manager", "pin_verifier": "none"}],
    "categories": [{"code": "all", "name": "All", "colour": "#000000", "sort": 1}], "groups": [],
    "items": [{"code": "tea", "name": "Tea", "category": "all", "price": 300, "taxes": ["standard"], "groups": [],
               "station": null, "barcode": null, "stock": "100"}]}');
CREATE TABLE tests.shop AS
    SELECT d.tenant_id, d.outlet_id, d.device_id, s.staff_id, i.item_id, tests.id('session') AS session_id
      FROM pos.device d JOIN pos.staff s USING (tenant_id) JOIN pos.item i USING (tenant_id) WHERE d.code = 'R1' AND i.code = 'tea';
INSERT INTO pos.session (tenant_id, session_id, staff_id, device_id, outlet_id, scopes, rights_version, expires_at)
    SELECT tenant_id, session_id, staff_id, device_id, outlet_id, -1, 1, now() + interval '1 hour' FROM tests.shop;
CREATE FUNCTION tests.context(key text) RETURNS bytea LANGUAGE sql VOLATILE AS $$
    SELECT signed || public.hmac(signed, decode(left(pg_read_file(current_setting('mpos.context_key_file')), 64), 'hex'), 'sha256')
      FROM (SELECT 'MCX1'::bytea || int4send(1) || uuid_send(tenant_id) || uuid_send(outlet_id) || uuid_send(staff_id)
                || uuid_send(device_id) || uuid_send(session_id) || int4send(1) || int4send(0) || int8send(-1)
                || int8send((extract(epoch FROM clock_timestamp() + interval '50 s') * 1000000)::bigint)
                || uuid_send(tests.id('request')) || sha256(key::bytea) AS signed FROM tests.shop) s
$$;
-- Sells tea; says the status and whether the answer is the one that was remembered last.
CREATE TABLE tests.last (body text);
INSERT INTO tests.last VALUES ('');
CREATE FUNCTION tests.sell(key text, qty text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer record;
    same boolean;
BEGIN
    SELECT c.* INTO answer FROM tests.shop s CROSS JOIN LATERAL mpos.call(s.tenant_id, tests.context(key), 'order.place',
        jsonb_build_object('params', '{}'::jsonb, 'body', jsonb_build_object(
            'lines', jsonb_build_array(jsonb_build_object('item_id', s.item_id, 'qty', qty))))) c;
    SELECT l.body = answer.body INTO same FROM tests.last l;
    UPDATE tests.last SET body = answer.body;
    RETURN answer.status || CASE WHEN same THEN ' same answer' ELSE ' new answer' END;
END
$$;
CREATE FUNCTION tests.sold() RETURNS bigint LANGUAGE sql AS $$ SELECT count(*) FROM pos.orders WHERE tenant_id = (SELECT tenant_id FROM tests.shop) $$;
