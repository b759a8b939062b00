-- The public keys of a log, for whoever checks a receipt: the installation's keys under the log's own name.
BEGIN;
\ir helpers.sql
SELECT plan(8);
SELECT NULL FROM tests.tenant('k');

CREATE FUNCTION tests.journal_id() RETURNS uuid LANGUAGE sql AS $$ SELECT journal_id FROM journal.journal WHERE origin = 'tests/k/main' $$;
CREATE FUNCTION tests.vkey(name text, public_key bytea, kind text DEFAULT '\x01') RETURNS text
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog AS $$
    SELECT name || '+' || encode(substr(sha256(convert_to(name || E'\n', 'UTF8') || kind::bytea || public_key), 1, 4), 'hex') || '+'
           || encode(kind::bytea || public_key, 'base64')
$$;
-- Body of the answer, or the SQLSTATE; asked as the server asks for anybody.
CREATE FUNCTION tests.keys(params jsonb) RETURNS text LANGUAGE plpgsql SET search_path = public, pg_catalog AS $$
DECLARE
    none uuid := '00000000-0000-0000-0000-000000000000';
    bytes bytea := 'MCX1'::bytea || int4send(1) || decode(repeat('00', 80), 'hex') || int4send(0) || int4send(0) || int8send(2)
                   || int8send(tests.microseconds(clock_timestamp() + interval '30 s')) || uuid_send(tests.id('request'))
                   || decode(repeat('00', 32), 'hex');
BEGIN
    RETURN (SELECT body FROM mpos.call(none, bytes || hmac(bytes, tests.context_key(), 'sha256'), 'journal.keys',
                                       jsonb_build_object('params', params, 'body', NULL)));
EXCEPTION WHEN OTHERS THEN
    RETURN SQLSTATE;
END
$$;
CREATE FUNCTION tests.place(epoch text DEFAULT NULL, id uuid DEFAULT tests.journal_id()) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object('journal_id', id, 'epoch', epoch))
$$;

DELETE FROM journal.signing_key;
SELECT is(tests.keys(tests.place()), '', 'before the signer has announced a key there is none');
SELECT NULL FROM mpos.signing_key_store(tests.vkey('mpos.example/installation', sha256('one')));
SELECT is(tests.keys(tests.place()), tests.vkey('tests/k/main/0', sha256('one')) || E'\n', 'the key is given under the log''s name');
SELECT is(tests.keys(tests.place('0')), tests.keys(tests.place()), 'the same for the epoch by number');
SELECT NULL FROM mpos.signing_key_store(tests.vkey('mpos.example/installation', sha256('two')));
SELECT is(tests.keys(tests.place('0')),
          tests.vkey('tests/k/main/0', sha256('two')) || E'\n' || tests.vkey('tests/k/main/0', sha256('one')) || E'\n', 'after a rotation the new one first');
SELECT is(tests.keys(tests.place('1')), 'MP030', 'an epoch that has not begun');
SELECT is(tests.keys(tests.place(NULL, tests.id('nothing'))), 'MP030', 'an unknown journal');
SELECT is(tests.keys('{"journal_id": "x"}'), 'MP030', 'no id at all');
SELECT is(tests.sqlstate_of(format('SELECT mpos.call(%L, %L, %L, %L)', tests.id('k'), tests.context('k', -1), 'journal.keys',
                                   jsonb_build_object('params', tests.place(), 'body', NULL))), 'MP021', 'not under a business''s own context');
SELECT * FROM finish();
ROLLBACK;
