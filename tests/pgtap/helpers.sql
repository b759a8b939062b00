-- helpers.sql: included by every test after BEGIN, rolled back with it. Tenants, sessions and genuine contexts.
\set QUIET 1
\set ON_ERROR_ROLLBACK off
\set ON_ERROR_STOP on
\pset format unaligned
\pset tuples_only on
\pset pager off
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS pgtap SCHEMA public;
CREATE EXTENSION IF NOT EXISTS pgcrypto SCHEMA public;
CREATE SCHEMA tests;
GRANT USAGE ON SCHEMA tests, public TO mpos_app, mpos_owner;

-- A uuid that stands for a name, the same in every test.
CREATE FUNCTION tests.id(name text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT overlay(overlay(md5(name) PLACING '7' FROM 13) PLACING '8' FROM 17)::uuid
$$;

-- A tenant by name with its journal, one outlet `name/main` with its journal, and a session of every right. Only what the
-- extension itself needs: no rows of the business.
CREATE FUNCTION tests.tenant(name text) RETURNS uuid LANGUAGE plpgsql AS $$
BEGIN
    PERFORM mpos.journal_create(tests.id(name), NULL, 'tests/' || name);
    PERFORM mpos.journal_create(tests.id(name), tests.id(name || '/main'), 'tests/' || name || '/main');
    INSERT INTO pos.session (tenant_id, session_id, staff_id, device_id, outlet_id, scopes, rights_version, expires_at)
    VALUES (tests.id(name), tests.id(name || '/session'), tests.id(name || '/staff'), NULL, tests.id(name || '/main'), -1, 1,
            now() + interval '1 hour');
    RETURN tests.id(name);
END
$$;

CREATE FUNCTION tests.microseconds(t timestamptz) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT (extract(epoch FROM t) * 1000000)::bigint
$$;

-- The server's key, read as superuser while the test is set up.
CREATE FUNCTION tests.context_key() RETURNS bytea LANGUAGE sql STABLE SECURITY DEFINER AS $$
    SELECT decode(left(pg_read_file(current_setting('mpos.context_key_file')), 64), 'hex')
$$;

-- 192 bytes as the server would make them; see extension/core/context.h.
CREATE FUNCTION tests.context(name text, scopes bigint, key text DEFAULT NULL, expires interval DEFAULT '30 s',
                              rights integer DEFAULT 1, session text DEFAULT NULL) RETURNS bytea
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_catalog AS $$
    SELECT signed || hmac(signed, tests.context_key(), 'sha256')
      FROM (SELECT 'MCX1'::bytea || int4send(1) || uuid_send(tests.id(name)) || uuid_send(tests.id(name || '/main'))
                || uuid_send(tests.id(name || '/staff')) || uuid_send(tests.id(name || '/device'))
                || uuid_send(tests.id(coalesce(session, name || '/session'))) || int4send(rights) || int4send(0)
                || int8send(scopes) || int8send(tests.microseconds(clock_timestamp() + expires))
                || uuid_send(tests.id('request'))
                || CASE WHEN key IS NULL THEN decode(repeat('00', 32), 'hex') ELSE sha256(key::bytea) END AS signed) s
$$;

-- SQLSTATE of a statement, '00000' when it succeeds; whatever it did is undone when it fails.
CREATE FUNCTION tests.sqlstate_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE statement;
    RETURN '00000';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;

-- A journalled table that no business owns.
CREATE FUNCTION tests.make_thing() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    CREATE TABLE pos.thing (tenant_id uuid NOT NULL, outlet_id uuid, thing_id uuid NOT NULL, name text, qty bigint,
                            secret text, version integer NOT NULL DEFAULT 1, PRIMARY KEY (tenant_id, thing_id));
    PERFORM mpos.isolate('pos.thing');
    PERFORM mpos.journal('pos.thing', topic => 'thing', feed => '{name,qty}', outlet => 'outlet_id');
END
$$;

-- The sections of the entries of a tenant's journal (of its outlet when main), one row each, oldest first.
CREATE FUNCTION tests.sections(name text, main boolean DEFAULT true)
    RETURNS TABLE(seq bigint, kind integer, topic text, body text) LANGUAGE plpgsql STABLE AS $$
DECLARE
    e record;
    sections integer;
    head integer;
    at integer;
    topic_length integer;
    body_length integer;
BEGIN
    FOR e IN SELECT x.seq, mpos.unpack(x.packed) AS payload FROM journal.entry x JOIN journal.journal j USING (journal_id)
              WHERE j.origin = 'tests/' || name || CASE WHEN main THEN '/main' ELSE '' END ORDER BY x.epoch, x.seq LOOP
        sections := get_byte(e.payload, 8) * 256 + get_byte(e.payload, 9);
        at := 12;
        FOR i IN 1 .. sections LOOP
            at := at + 6 + get_byte(e.payload, at + 1);
        END LOOP;
        head := 12;
        FOR i IN 1 .. sections LOOP
            topic_length := get_byte(e.payload, head + 1);
            body_length := ('x' || encode(substr(e.payload, head + 3, 4), 'hex'))::bit(32)::integer;
            seq := e.seq;
            kind := get_byte(e.payload, head);
            topic := convert_from(substr(e.payload, head + 7, topic_length), 'UTF8');
            body := convert_from(substr(e.payload, at + 1, body_length), 'UTF8');
            RETURN NEXT;
            head := head + 6 + topic_length;
            at := at + body_length;
        END LOOP;
    END LOOP;
END
$$;
