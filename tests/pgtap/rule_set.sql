-- rule_set.sql: rows of rules become what the core reads, or every mistake is told with its place.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(20);

SELECT s.tenant AS t FROM tests.signed_in s WHERE s.who = 'api' \gset
SELECT tests.id('tax') AS tax, tests.id('other tax') AS other \gset

-- A draft of one tax and what is given.
CREATE FUNCTION tests.draft(more jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('currency', 'EUR', 'exponent', 2, 'settings', '{"rounding": {"mode": "half_up", "level": "line", "increment": 1,
                                  "cash_increment": 1, "inclusive": "tax"}}'::jsonb,
               'taxes', jsonb_build_array(jsonb_build_object('id', tests.id('tax'), 'code', 'std', 'name', '19 %',
                            'definition', '{"type": "percent", "rate": "0.19", "included": true}'::jsonb)),
               'tax_maps', '[]'::jsonb, 'books', '[]'::jsonb, 'promotions', '[]'::jsonb, 'charges', '[]'::jsonb, 'currencies', '[]'::jsonb) || more
$$;
CREATE FUNCTION tests.rule(name text, definition text, priority integer DEFAULT 1) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('id', tests.id(name), 'code', name, 'name', name, 'priority', priority, 'definition', definition::jsonb)
$$;
-- "place code" of every mistake.
CREATE FUNCTION tests.mistakes(draft jsonb) RETURNS text[] LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(array_agg((m->>'place') || ' ' || (m->>'code') ORDER BY n), '{}') FROM jsonb_array_elements(mpos.rules_mistakes(draft)) WITH ORDINALITY e(m, n)
$$;

SELECT is(tests.mistakes(tests.draft('{}')), '{}', 'a draft without a mistake has none');
SELECT is(substr(mpos.rules_compile(tests.draft('{}')), 1, 8), 'MPOSRUL1'::bytea, 'and becomes the form of the core');
SELECT is(tests.mistakes(pos.rules_draft(:'t')), '{}', 'so does what is provisioned');

SELECT tests.draft(jsonb_build_object(
    'taxes', jsonb_build_array(
        tests.rule('tax', '{"type": "percent", "rate": "0.19", "included": true}'),
        tests.rule('other tax', '{"type": "bracket", "included": false, "brackets": [{"from": 0, "rate": "0.05"}, {"from": 1000, "amount": 50, "rate": "0.1"}]}')),
    'tax_maps', jsonb_build_array(tests.rule('away', format('{"when": {"places": ["take_away", "delivery"]}, "keep": "gross",
                                    "replace": [{"tax_id": "%s", "by": ["%s"]}]}', :'tax', :'other')),
                                  tests.rule('free', format('{"exempt": true, "keep": "net", "replace": [{"tax_id": "%s", "by": []}]}', :'tax'))),
    'books', jsonb_build_array(tests.rule('evening', '{"from": "2026-01-01T00:00", "until": "2027-01-01T00:00", "days": ["fri", "sat"],
                                    "start": "22:00", "end": "02:00", "channels": ["counter"], "guests_min": 2}')),
    'promotions', jsonb_build_array(
        tests.rule('ten', '{"kind": "percent", "scope": "order", "rate": "0.1", "coupons": ["ten", "TEN", "other"], "stackable": false}'),
        tests.rule('off', '{"kind": "amount", "scope": "order", "amount": 500, "min_amount": 2000}'),
        tests.rule('unit', '{"kind": "amount_unit", "amount": 50, "min_qty": "2"}'),
        tests.rule('price', '{"kind": "price_unit", "price": 199, "group": 1}'),
        tests.rule('three', '{"kind": "buy_get", "x": 2, "y": 1, "rate": "1", "max_uses": 3, "group": 1}'),
        tests.rule('lunch', format('{"kind": "bundle", "price": 900, "slots": [{"item_ids": ["%s"], "qty": "1"}, {"category_ids": ["%s"], "qty": "2"}]}',
                                   tests.id('item'), tests.id('category')))),
    'charges', jsonb_build_array(tests.rule('service', format('{"kind": "percent", "rate": "0.1", "base": "gross", "tax_ids": ["%s"], "waivable": true}', :'tax')),
                                 tests.rule('cover', '{"kind": "per_guest", "amount": 150}'),
                                 tests.rule('card', '{"kind": "fixed", "amount": 30, "apportioned": true}')),
    'currencies', jsonb_build_array(tests.rule('USD', '{"exponent": 2, "rate": "0.92", "spread": "0.02"}')),
    'settings', '{"rounding": {"mode": "half_even", "level": "rate", "increment": 5, "cash_increment": 5, "inclusive": "net", "discount": "price"},
                  "sequence": ["order_fixed", "line_fixed", "order_percent", "line_percent"], "apportion": "last_line"}'::jsonb
                || jsonb_build_object('outlets', jsonb_build_array(jsonb_build_object('outlet_id', tests.id('outlet'),
                       'rounding', '{"mode": "floor", "level": "combination", "increment": 10, "cash_increment": 10, "inclusive": "tax"}'::jsonb))))) AS draft \gset
SELECT is(tests.mistakes(:'draft'), '{}', 'every kind of rule compiles');
SELECT is(get_byte(mpos.rules_compile(:'draft'), 49), 2, 'two taxes');
SELECT is(get_byte(mpos.rules_compile(:'draft'), 55), 6, 'six promotions');
SELECT ok(position(substr(sha256('TEN'), 1, 16) IN mpos.rules_compile(:'draft')) > 0, 'a coupon is the hash of its capitals');
SELECT ok(position('other'::bytea IN mpos.rules_compile(:'draft')) = 0, 'and nothing else');
SELECT is(mpos.rules_compile(jsonb_set(:'draft', '{promotions,0,definition,coupons}', '["other", "Ten"]')), mpos.rules_compile(:'draft'),
          'lists of ids and codes have one order, without repetition');

SELECT is(tests.mistakes(tests.draft(jsonb_build_object('promotions', jsonb_build_array(
              tests.rule('a', '{"kind": "percent", "scope": "order", "rate": "0.1"}'),
              tests.rule('b', '{"kind": "percent", "rate": "1.5"}'),
              tests.rule('c', '{"kind": "percent"}'),
              tests.rule('d', '{"kind": "bundle", "price": 1, "slots": [{"qty": "1"}, {"qty": "x"}]}'),
              tests.rule('e', '{"kind": "percent", "rate": "0.1", "when": {"days": ["mon", "someday"]}}'),
              tests.rule('f', '{"kind": "percent", "rate": "0.1", "colour": "red"}'))))),
          ARRAY['/promotions/1/definition/rate out_of_range', '/promotions/2/definition/rate missing_field',
                '/promotions/3/definition/slots/1/qty invalid_value', '/promotions/4/definition/when/days/1 invalid_value',
                '/promotions/5/definition/colour unknown_field'], 'all mistakes are told at once, each with its place');
SELECT is(mpos.rules_mistakes(tests.draft(jsonb_build_object('charges', jsonb_build_array(tests.rule('svc', '{"kind": "fixed"}'))))) -> 0,
          jsonb_build_object('place', '/charges/0/definition/amount', 'code', 'missing_field', 'detail', 'This field is required for that kind.',
                             'kind', 'charge', 'id', tests.id('svc'), 'row', 'svc'), 'and with the row that has it');
SELECT is(tests.mistakes(tests.draft(jsonb_build_object(
              'charges', jsonb_build_array(tests.rule('svc', format('{"kind": "fixed", "amount": 1, "tax_ids": ["%s", "%s"]}', :'tax', :'other'))),
              'tax_maps', jsonb_build_array(tests.rule('m', format('{"keep": "net", "replace": [{"tax_id": "%s", "by": ["%s", "%s"]}]}', :'tax', :'tax', :'other')),
                                            tests.rule('n', format('{"keep": "net", "replace": [{"tax_id": "%s", "by": []}]}', :'other')))))),
          ARRAY['/tax_maps/0/definition/replace/0/by/1 unknown_reference', '/tax_maps/1/definition/replace/0/tax_id unknown_reference',
                '/charges/0/definition/tax_ids/1 unknown_reference'], 'a tax that is not there is told where it is named');
SELECT is(tests.mistakes(tests.draft('{"settings": {"rounding": {"mode": "up", "level": "line", "increment": 0, "cash_increment": 1, "inclusive": "tax"}}}')),
          ARRAY['/settings/rounding/increment out_of_range'], 'a mistake in the settings');
SELECT is(tests.mistakes(tests.draft(jsonb_build_object('charges', jsonb_build_array(tests.rule('svc', format('{"kind": "fixed", "amount": 1, "tax_ids": ["%s", "%s"]}', :'tax', :'tax')))))),
          ARRAY['/charges/0/definition/taxes/1 invalid_value'], 'what only the whole shows is told by the core');
SELECT is(tests.mistakes('{}'), ARRAY['/currency missing_field'], 'no draft at all');
SELECT is((SELECT count(*) FROM unnest(tests.mistakes(tests.draft(jsonb_build_object('promotions', (SELECT jsonb_agg(tests.rule('p' || n, '{}')) FROM generate_series(1, 600) n)))))),
          100::bigint, 'a hundred mistakes are enough');

-- What is published.
INSERT INTO pos.promotion (tenant_id, promotion_id, code, name, priority, definition)
VALUES (:'t', tests.id('happy'), 'happy', 'Happy hour', 1, '{"kind": "percent", "rate": "0.5", "when": {"start": "16:00", "end": "18:00"}}');
SELECT is(pos.publish_changes(:'t')->>'changed', 'true', 'a promotion is published');
SELECT is((SELECT c.content FROM pos.catalogue_head h JOIN pos.published p USING (tenant_id, hash)
             JOIN pos.published_chunk c ON c.tenant_id = h.tenant_id AND c.hash = decode(p.document::jsonb #>> '{rules,hash}', 'hex') WHERE h.tenant_id = :'t'),
          mpos.rules_compile(pos.rules_draft(:'t')), 'as the core reads it');
UPDATE pos.promotion SET definition = '{"kind": "percent", "rate": "0"}' WHERE promotion_id = tests.id('happy');
SELECT throws_ok(format('SELECT pos.publish(%L)', :'t'), 'MP164', NULL, 'a draft with a mistake is not published');
SELECT is(tests.call('api', 'order.place', jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'wine')))) ->> 'status', '201',
          'what was published before is still sold from');

SELECT * FROM finish();
ROLLBACK;
