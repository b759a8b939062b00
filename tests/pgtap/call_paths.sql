-- call_paths.sql: whatever happens inside a call, tenant and call are afterwards as they were before, and no call runs in another.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(16);
SELECT tenant_id AS a FROM pos.directory WHERE slug = 'till-a' \gset
SELECT tenant_id AS b FROM pos.directory WHERE slug = 'till-b' \gset
CREATE TABLE tests.known AS SELECT :'a'::uuid AS a, :'b'::uuid AS b;
CREATE TABLE tests.heard (what text);
CREATE TABLE tests.mode (mode text);
INSERT INTO tests.mode VALUES ('');
GRANT SELECT, INSERT ON tests.heard, tests.mode, tests.known TO mpos_owner;
GRANT SELECT ON tests.signed_in TO mpos_owner;
CREATE TABLE tests.other_context AS
    SELECT s.tenant, tests.sign(ARRAY[uuid_send(s.tenant), uuid_send(s.outlet), uuid_send(s.actor), uuid_send(s.device), uuid_send(s.session), int4send(s.rights)], 65535, NULL) AS context
      FROM tests.signed_in s WHERE who = 'other';
GRANT SELECT ON tests.other_context TO mpos_owner;

-- Fires inside of order.place, with the rights of the tables' owner.
CREATE FUNCTION tests.intrude() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    what text := (SELECT mode FROM tests.mode);
BEGIN
    IF what = 'nest' THEN
        INSERT INTO tests.heard SELECT tests.sqlstate_of(format('SELECT * FROM mpos.call(%L, %L, ''order.list'', ''{"params": {}, "body": null}'')', tenant, context)) FROM tests.other_context;
    ELSIF what = 'error' THEN
        RAISE EXCEPTION 'on purpose' USING ERRCODE = 'XX001';
    ELSIF what = 'sleep' THEN
        PERFORM pg_sleep(600);
    ELSIF what = 'assume' THEN
        BEGIN
            PERFORM mpos.assume(b) FROM tests.known;
            INSERT INTO tests.heard SELECT 'assumed' WHERE mpos.tenant() = (SELECT b FROM tests.known);
            RAISE EXCEPTION 'back';
        EXCEPTION WHEN raise_exception THEN
            NULL;
        END;
    END IF;
    INSERT INTO tests.heard SELECT CASE mpos.tenant() WHEN a THEN 'a' WHEN b THEN 'b' ELSE 'nobody' END FROM tests.known;
    RETURN NEW;
END
$$;
CREATE TRIGGER intrude BEFORE INSERT ON pos.orders FOR EACH ROW EXECUTE FUNCTION tests.intrude();
GRANT EXECUTE ON FUNCTION tests.sqlstate_of(text) TO mpos_owner;

CREATE FUNCTION tests.sell_as(mode text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    answer jsonb;
BEGIN
    UPDATE tests.mode m SET mode = sell_as.mode;
    DELETE FROM tests.heard;
    answer := tests.call('api', 'order.place', jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'tea'))));
    RETURN coalesce(answer ->> 'status', answer ->> 'error');
EXCEPTION WHEN query_canceled THEN
    RETURN SQLSTATE;
END
$$;
CREATE FUNCTION tests.heard() RETURNS text LANGUAGE sql AS $$ SELECT string_agg(what, ' ') FROM tests.heard $$;

-- Provisioning assumed the second business until the transaction ends: what is as before is seen to be that.
SELECT is(mpos.tenant(), :'b'::uuid, 'before');
SELECT is(tests.sell_as('') || ' ' || tests.heard(), '201 a', 'inside a call its tenant is set');
SELECT is(mpos.tenant(), :'b'::uuid, 'and afterwards it is as before');
SELECT is(tests.sell_as('nest') || ' ' || tests.heard(), '201 MP021 a', 'a genuine context opens no call inside of another');
SELECT is(mpos.tenant(), :'b'::uuid, 'which leaves the tenant as before');
SELECT is(tests.sell_as('error'), 'XX001', 'an error inside');
SELECT is(mpos.tenant(), :'b'::uuid, 'leaves the tenant as before');
SELECT is(tests.sell_as('') || ' ' || tests.heard(), '201 a', 'and the next call runs');
SELECT is(tests.sell_as('assume') || ' ' || tests.heard(), '201 a', 'a subtransaction that is rolled back gives the tenant of the call back');
SELECT is(mpos.tenant(), :'b'::uuid, 'and the call the one before');
SET statement_timeout = '200ms';
SELECT is(tests.sell_as('sleep'), '57014', 'a statement timeout inside');
SET statement_timeout = 0;
SELECT is(mpos.tenant(), :'b'::uuid, 'leaves the tenant as before');
SELECT is(tests.sell_as('') || ' ' || tests.heard(), '201 a', 'and the next call runs');
SELECT is(tests.call('api', 'order.place', '{"lines": 7}') ->> 'error', 'MP002', 'a refusal');
SELECT is(mpos.tenant(), :'b'::uuid, 'leaves the tenant as before');
SAVEPOINT s;
SELECT mpos.assume(:'a');
ROLLBACK TO s;
SELECT is(mpos.tenant(), :'b'::uuid, 'so does a savepoint');
SELECT * FROM finish();
ROLLBACK;
