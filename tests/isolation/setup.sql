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
    SELECT j.origin, e.seq - s.next_seq AS n, (regexp_match(encode(e.payload, 'escape'), '"name":"([^"]*)"'))[1] AS name
      FROM journal.entry e JOIN journal.journal j USING (journal_id) JOIN tests.start s USING (journal_id)
     WHERE e.seq >= s.next_seq ORDER BY 1, 2;
CREATE VIEW tests.findings AS
    SELECT count(*) FROM journal.journal j, mpos.verify(j.journal_id);
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
