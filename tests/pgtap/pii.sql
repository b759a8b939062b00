-- Personal data: checked against its commitments, kept apart and encrypted, read and erased under rights and on record.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(29);

CREATE FUNCTION tests.salt(name text) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$ SELECT sha256(convert_to(name, 'UTF8')) $$;
CREATE FUNCTION tests.commit(path text, value text) RETURNS text LANGUAGE sql IMMUTABLE SET search_path = public, pg_catalog AS $$
    SELECT encode(hmac('mpos.pii.v1'::bytea || '\x00' || convert_to(path || value, 'UTF8'), tests.salt(value), 'sha256'), 'hex')
$$;
CREATE FUNCTION tests.beside(path text, value text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('path', path, 'salt', encode(tests.salt(value), 'hex'), 'value', value)
$$;
CREATE FUNCTION tests.of_ann(more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'tea')),
        'customer', jsonb_build_object('id', tests.id('ann'), 'name', tests.commit('/customer/name', 'Ann Plain'),
                                       'phone', tests.commit('/customer/phone', '+49 555 0101')),
        'note', tests.commit('/note', 'allergic to nuts'),
        'pii', jsonb_build_array(tests.beside('/customer/name', 'Ann Plain'), tests.beside('/customer/phone', '+49 555 0101'),
                                 tests.beside('/note', 'allergic to nuts'))) || more
$$;
CREATE TABLE tests.done (name text PRIMARY KEY, answer jsonb);
CREATE FUNCTION tests.do(name text, answer jsonb) RETURNS text LANGUAGE sql AS $$
    INSERT INTO tests.done VALUES (name, answer) RETURNING coalesce(answer ->> 'status', answer ->> 'error' || ' ' || coalesce(answer ->> 'field', ''))
$$;
CREATE FUNCTION tests.got(name text, VARIADIC path text[]) RETURNS text LANGUAGE sql AS $$
    SELECT d.answer #>> path FROM tests.done d WHERE d.name = got.name
$$;
CREATE FUNCTION tests.till_id() RETURNS uuid LANGUAGE sql AS $$ SELECT tenant FROM tests.signed_in WHERE who = 'api' $$;
-- Every text of every payload and every stored answer of the tenant, as bytes.
CREATE FUNCTION tests.remembered() RETURNS bytea LANGUAGE sql AS $$
    SELECT coalesce(string_agg(b, ''), '') FROM (
        SELECT mpos.unpack(packed) AS b FROM journal.entry e JOIN journal.journal j USING (journal_id) WHERE j.tenant_id = tests.till_id()
        UNION ALL SELECT mpos.unpack(i.answer) FROM pos.idempotency i
        UNION ALL SELECT convert_to(s::text, 'UTF8') FROM pos.suspense s
        UNION ALL SELECT convert_to(o::text, 'UTF8') FROM pos.orders o
        UNION ALL SELECT convert_to(p::text, 'UTF8') || p.sealed FROM pos.pii p
        UNION ALL SELECT convert_to(c::text, 'UTF8') FROM pos.device_cursor c) x
$$;

SELECT is(tests.do('place', tests.call('api', 'order.place', tests.of_ann(), key => 'ann-1')), '201', 'an order with personal data is placed');
SELECT is((SELECT count(*) FROM pos.pii WHERE tenant_id = tests.till_id() AND record_id = tests.got('place', 'body', 'order', 'id')::uuid),
          3::bigint, 'three values are kept');
SELECT is((SELECT count(*) FROM pos.pii_subject WHERE tenant_id = tests.till_id() AND subject_id = tests.id('ann')), 1::bigint, 'under one key');
SELECT is(tests.do('again', tests.call('api', 'order.place', tests.of_ann('{"pii": []}'), key => 'ann-1')), '201',
          'the same key and commitments are the same request, with or without the values');
SELECT is(tests.got('again', 'body', 'order', 'id'), tests.got('place', 'body', 'order', 'id'), 'and the same answer');

SELECT is(tests.do('order', tests.call('api', 'pii.read', jsonb_build_object('order_id', tests.got('place', 'body', 'order', 'id')))), '200',
          'a manager reads an order''s personal data');
SELECT is(tests.got('order', 'body', 'subject_id'), tests.id('ann')::text, 'it names the subject');
SELECT is((SELECT string_agg(v ->> 'value', '|' ORDER BY v ->> 'path') FROM tests.done d, jsonb_array_elements(d.answer #> '{body,values}') v
            WHERE d.name = 'order'), 'Ann Plain|+49 555 0101|allergic to nuts', 'with every value');
SELECT is((SELECT v ->> 'salt' FROM tests.done d, jsonb_array_elements(d.answer #> '{body,values}') v
            WHERE d.name = 'order' AND v ->> 'path' = '/note'), encode(tests.salt('allergic to nuts'), 'hex'), 'and its salt');
SELECT is(tests.do('cashier', tests.run((SELECT tenant FROM tests.signed_in WHERE who = 'r1'),
              (SELECT tests.sign(ARRAY[uuid_send(tenant), uuid_send(outlet), uuid_send(actor), uuid_send(device), uuid_send(session), int4send(rights)],
                                 16383, NULL) FROM tests.signed_in WHERE who = 'r1'),
              'pii.read', jsonb_build_object('params', '{}'::jsonb, 'body', jsonb_build_object('subject_id', tests.id('ann'))))),
          'MP024 ', 'without the right it is refused');
SELECT is(tests.do('foreign', tests.call('other', 'pii.read', jsonb_build_object('subject_id', tests.id('ann')))), 'MP030 ',
          'another business does not see it');
SELECT is(tests.do('foreign erase', tests.call('other', 'pii.erase', jsonb_build_object('subject_id', tests.id('ann')))), 'MP030 ',
          'and cannot erase it');
SELECT is(tests.do('both', tests.call('api', 'pii.read', jsonb_build_object('subject_id', tests.id('ann'), 'order_id', tests.id('ann')))),
          'MP007 /subject_id', 'either a subject or an order');
SELECT is(tests.do('neither', tests.call('api', 'pii.erase', '{}')), 'MP004 /subject_id', 'one of them');

SELECT is(tests.do('value', tests.call('api', 'order.place', tests.of_ann(jsonb_build_object('pii', jsonb_build_array(
              tests.beside('/note', 'allergic to nuts') || '{"value": "allergic to milk"}'))))), 'MP085 /pii/0/value', 'a value that was not promised');
SELECT is(tests.do('path', tests.call('api', 'order.place', tests.of_ann(jsonb_build_object('pii', jsonb_build_array(
              tests.beside('/note', 'allergic to nuts'), tests.beside('/customer/email', 'a@b')))))), 'MP085 /pii/1/path', 'a path without a commitment');
SELECT is(tests.do('unknown', tests.call('api', 'order.place', tests.of_ann(jsonb_build_object('pii', jsonb_build_array(
              tests.beside('/table', 'x')))))), 'MP007 /pii/0/path', 'an unknown path');
SELECT is(tests.do('long', tests.call('api', 'order.place', tests.of_ann(jsonb_build_object('customer',
              jsonb_build_object('phone', tests.commit('/customer/phone', repeat('1', 33))),
              'pii', jsonb_build_array(tests.beside('/customer/phone', repeat('1', 33))))))), 'MP005 /pii/0/value', 'a value beyond its limit');
SELECT is(tests.do('twice', tests.call('api', 'order.place', tests.of_ann(jsonb_build_object('pii', jsonb_build_array(
              tests.beside('/note', 'allergic to nuts'), tests.beside('/note', 'allergic to nuts')))))), 'MP007 /pii/1/path', 'a path twice');
SELECT is(tests.do('plain', tests.call('api', 'order.place', tests.of_ann('{"note": "no nuts please"}'))), 'MP007 /note', 'plain text where a commitment belongs');

-- A push: values beside the operation; a sale that happened is taken whatever stands beside it; what waits keeps its values.
CREATE FUNCTION tests.with_pii(op jsonb, VARIADIC pii jsonb[]) RETURNS jsonb LANGUAGE sql AS $$ SELECT op || jsonb_build_object('pii', to_jsonb(pii)) $$;
CREATE FUNCTION tests.push_pii(who text, op jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call(who, 'sync.push', jsonb_build_object('dev', (SELECT s.device FROM tests.signed_in s WHERE s.who = push_pii.who),
        'gen', 1, 'first', op -> 'seq', 'count', 1, 'ops', jsonb_build_array(op - 'seq')))
$$;
CREATE FUNCTION tests.sale(name text, items text[], note text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.op('r1', 'sale.commit', tests.id(name), jsonb_build_object('id', tests.id(name), 'receipt_n', substr(name, 2)::integer, 'note', tests.commit('/note', note),
        'lines', (SELECT jsonb_agg(CASE i WHEN 'gone' THEN jsonb_build_object('item_id', tests.id('gone'), 'qty', '1') ELSE tests.line('r1', i) END)
                    FROM unnest(items) i), 'payments', jsonb_build_array(tests.cash(200))))
$$;
SELECT is(tests.states(tests.push_pii('r1', tests.with_pii(tests.sale('s1', ARRAY['tea'], 'birthday of Bob'), tests.beside('/note', 'birthday of Bob')))),
          'flag', 'a sale with a note is taken (and opens a shift)');
SELECT is(tests.do('s1', tests.call('api', 'pii.read', jsonb_build_object('order_id', tests.id('s1')))) || ' ' || tests.got('s1', 'body', 'values', '0', 'value'),
          '200 birthday of Bob', 'its note is kept, the order being the subject');
SELECT is(tests.push_pii('r1', tests.with_pii(tests.sale('s2', ARRAY['tea'], 'promised'), tests.beside('/note', 'other'))) #>> '{body,results,0,flags}',
          '["personal_data"]', 'a sale with a value that does not fit is taken and flagged');
SELECT is(tests.states(tests.push_pii('r1', tests.with_pii(tests.sale('s3', ARRAY['gone'], 'for Carl'), tests.beside('/note', 'for Carl')))),
          'susp', 'a sale that waits for a person');
SELECT is(tests.do('s3', tests.call('api', 'pii.read', jsonb_build_object('order_id', tests.id('s3')))) || ' ' || tests.got('s3', 'body', 'values', '0', 'value'),
          '200 for Carl', 'keeps its values too');

SELECT ok(NOT EXISTS (SELECT FROM unnest(ARRAY['Ann Plain', '555 0101', 'nuts', 'birthday', 'Bob', 'Carl']) word
                       WHERE position(convert_to(word, 'UTF8') IN tests.remembered()) > 0), 'no value is in answers, suspense or table');

SELECT is(tests.do('erase', tests.call('api', 'pii.erase', jsonb_build_object('subject_id', tests.id('ann')))) || ' ' || tests.got('erase', 'body', 'erased'),
          '200 3', 'a subject is erased');
SELECT is((SELECT count(*) FROM pos.pii p WHERE subject_id = tests.id('ann')) + (SELECT count(*) FROM pos.pii_subject WHERE subject_id = tests.id('ann')),
          0::bigint, 'with values and key');
SELECT is(tests.do('gone', tests.call('api', 'pii.read', jsonb_build_object('order_id', tests.got('place', 'body', 'order', 'id')))), 'MP030 ',
          'and nothing is left to read');
SELECT * FROM finish();
ROLLBACK;
