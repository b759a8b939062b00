-- shadow.sql: publishing, checking and trying a draft on what was sold.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(28);

SELECT s.tenant AS t, s.outlet AS outlet FROM tests.signed_in s WHERE s.who = 'api' \gset
SELECT (now() AT TIME ZONE 'Europe/Berlin')::date AS today \gset
CREATE FUNCTION tests.shadow(more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call('api', 'catalogue.shadow', NULL, jsonb_build_object('date', (now() AT TIME ZONE 'Europe/Berlin')::date) || more)
$$;

SELECT i.slots ->> 0 AS drink, i.slots ->> 1 AS sweet FROM (
    SELECT jsonb_agg(c.slot_id ORDER BY c.sort) AS slots FROM pos.combo_slot c WHERE c.item_id = tests.item('api', 'menu')) i \gset
SELECT tests.call('api', 'order.place', jsonb_build_object('id', tests.id('sale'),
    'lines', jsonb_build_array(tests.line('api', 'tea', '2', jsonb_build_object('modifiers', jsonb_build_array(
                                   jsonb_build_object('modifier_id', tests.modifier('api', 'oat'))),
                                   'discounts', '[{"type": "fixed", "amount": 100}]'::jsonb)),
                               tests.line('api', 'cake', '1.5'), tests.line('api', 'wine')),
    'discounts', '[{"type": "percent", "rate": "0.1"}]'::jsonb)) #>> '{body,order,total}' AS first \gset
SELECT tests.call('api', 'order.place', jsonb_build_object('id', tests.id('combo'), 'lines', jsonb_build_array(
    tests.line('api', 'menu', '1', jsonb_build_object('components', jsonb_build_array(
        jsonb_build_object('slot_id', :'drink', 'item_id', tests.item('api', 'tea')),
        jsonb_build_object('slot_id', :'sweet', 'item_id', tests.item('api', 'cake')))))))) #>> '{body,order,total}' AS second \gset
SELECT tests.call('api', 'order.place', jsonb_build_object('id', tests.id('soup'), 'lines', jsonb_build_array(tests.line('api', 'soup')))) #>> '{body,order,total}' AS third \gset

SELECT tests.shadow() -> 'body' AS same \gset
SELECT is(:'same'::jsonb -> 'orders', '3', 'every order of the day');
SELECT is(:'same'::jsonb -> 'skipped', '0', 'none is skipped');
SELECT is(:'same'::jsonb #>> '{total,before}', (:first + :second + :third)::text, 'before: what they cost');
SELECT is(:'same'::jsonb #> '{total,difference}', '0', 'the same rules make the same prices: discounts by hand, modifiers and combos too');
SELECT is((SELECT sum(abs((r->>'difference')::int)) FROM jsonb_array_elements(:'same'::jsonb -> 'rules') r), 0::bigint, 'no rule differs');
SELECT is(:'same'::jsonb -> 'examples', '[]', 'no order differs');
SELECT is(:'same'::jsonb -> 'next', 'null', 'that is all');

-- Soup costs 1.00 more, and everything 10 % less.
SELECT encode(hash, 'hex') AS published, version FROM pos.catalogue_head WHERE tenant_id = :'t' \gset
UPDATE pos.item SET price = 700 WHERE item_id = tests.item('api', 'soup');
INSERT INTO pos.promotion (tenant_id, promotion_id, code, name, priority, definition)
VALUES (:'t', tests.id('ten'), 'ten', 'Ten', 1, '{"kind": "percent", "scope": "order", "rate": "0.1", "min_amount": 650}');
SELECT tests.shadow() -> 'body' AS cheaper \gset
SELECT is((SELECT (e->>'difference')::int FROM jsonb_array_elements(:'cheaper'::jsonb -> 'examples') e WHERE e->>'order_id' = tests.id('soup')::text), 30,
          '7.00 less 10 % is 0.30 more than 6.00');
SELECT is(:'cheaper'::jsonb #> '{items,difference}', '100', 'items cost 1.00 more');
SELECT is((SELECT r->>'before' FROM jsonb_array_elements(:'cheaper'::jsonb -> 'rules') r WHERE r->>'id' = tests.id('ten')::text), '0', 'the promotion took nothing before');
SELECT cmp_ok((SELECT (r->>'after')::int FROM jsonb_array_elements(:'cheaper'::jsonb -> 'rules') r WHERE r->>'id' = tests.id('ten')::text), '<=', -70, 'and takes now');
SELECT is((:'cheaper'::jsonb #>> '{total,after}')::int - (:'cheaper'::jsonb #>> '{total,before}')::int, (:'cheaper'::jsonb #>> '{total,difference}')::int, 'the difference is that');
SELECT is((SELECT sum((e->>'difference')::int) FROM jsonb_array_elements(:'cheaper'::jsonb -> 'examples') e), (:'cheaper'::jsonb #>> '{total,difference}')::bigint,
          'orders sum to the whole');
SELECT is((SELECT encode(hash, 'hex') FROM pos.catalogue_head WHERE tenant_id = :'t'), :'published', 'nothing was published');
SELECT ok(EXISTS (SELECT FROM pos.catalogue_change WHERE tenant_id = :'t'), 'and the changes are still to be published');

-- Page by page.
SELECT tests.shadow('{"limit": "2"}') -> 'body' AS one \gset
SELECT tests.shadow(jsonb_build_object('limit', '2', 'after', :'one'::jsonb ->> 'next')) -> 'body' AS two \gset
SELECT is((:'one'::jsonb #>> '{total,difference}')::int + (:'two'::jsonb #>> '{total,difference}')::int, (:'cheaper'::jsonb #>> '{total,difference}')::int, 'pages sum to the day');
SELECT is((:'one'::jsonb ->> 'orders')::int + (:'two'::jsonb ->> 'orders')::int, 3, 'with every order once');
SELECT is(tests.shadow('{"date": "2026-01-01"}') #> '{body,orders}', '0', 'a day without orders');
SELECT is(tests.shadow('{"date": "2026-02-30"}') ->> 'error', 'MP007', 'a day that is none');
SELECT is(tests.shadow(jsonb_build_object('outlet_id', gen_random_uuid())) ->> 'error', 'MP030', 'an outlet that is none');

UPDATE pos.item SET active = false WHERE item_id = tests.item('api', 'soup');
SELECT is(tests.shadow() #> '{body,skipped}', '1', 'what the draft does not offer is skipped');

-- A draft with a mistake; a draft that is published.
UPDATE pos.promotion SET definition = '{"kind": "percent", "rate": "2"}' WHERE promotion_id = tests.id('ten');
SELECT is(tests.call('api', 'catalogue.check') #>> '{body,mistakes,0,place}', '/promotions/0/definition/rate', 'a mistake is told with its place');
SELECT is(tests.call('api', 'catalogue.publish', '{}') - 'message', '{"error": "MP164", "field": "/promotions/0/definition/rate"}', 'and refuses the publication');
UPDATE pos.promotion SET definition = '{"kind": "percent", "scope": "order", "rate": "0.1"}' WHERE promotion_id = tests.id('ten');
SELECT is((tests.call('api', 'catalogue.publish', '{}') #> '{body,published}') - 'hash' - 'bytes',
          jsonb_build_object('version', :version + 1, 'changed', true, 'rules', true, 'menu', true, 'chunks', 1, 'of', 1), 'what moves is told');

-- Books and tax maps have sums of their own, and a charge that a guest was spared stays away.
INSERT INTO pos.charge (tenant_id, charge_id, code, name, priority, definition)
VALUES (:'t', tests.id('service'), 'service', 'Service', 0, '{"kind": "fixed", "amount": 100, "waivable": true}');
INSERT INTO pos.price_book (tenant_id, book_id, code, name, priority, definition) VALUES (:'t', tests.id('lunch'), 'lunch', 'Lunch', 0, '{}');
INSERT INTO pos.price (tenant_id, price_id, item_id, book_id, price) VALUES (:'t', tests.id('price'), tests.item('api', 'cake'), tests.id('lunch'), 300);
INSERT INTO pos.tax_map (tenant_id, tax_map_id, code, name, priority, definition)
SELECT :'t', tests.id('away'), 'away', 'Away', 0, jsonb_build_object('when', '{"places": ["take_away"]}'::jsonb, 'keep', 'gross',
    'replace', jsonb_build_array(jsonb_build_object('tax_id', s.tax_id, 'by', jsonb_build_array(r.tax_id))))
  FROM pos.tax s JOIN pos.tax r USING (tenant_id) WHERE s.tenant_id = :'t' AND s.code = 'std' AND r.code = 'red';
SELECT tests.call('api', 'catalogue.publish', '{}') #>> '{body,published,changed}' AS published \gset
SELECT tests.call('api', 'order.place', jsonb_build_object('id', tests.id('spared'), 'place', 'take_away', 'waive', jsonb_build_array(tests.id('service')),
    'lines', jsonb_build_array(tests.line('api', 'tea')))) #> '{body,order}' AS spared \gset
SELECT tests.call('api', 'order.place', jsonb_build_object('id', tests.id('cake'), 'lines', jsonb_build_array(tests.line('api', 'cake')))) ->> 'status' AS cake \gset
SELECT tests.shadow() -> 'body' AS all_day \gset
CREATE FUNCTION tests.rule(answer jsonb, kind text, name text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_array(r -> 'before', r -> 'after') FROM jsonb_array_elements(answer -> 'rules') r
     WHERE r ->> 'kind' = kind AND r ->> 'id' = tests.id(name)::text
$$;
SELECT is(tests.rule(:'all_day', 'charge', 'service'), '[100, 300]', 'of four orders one was spared the charge, and one was charged');
SELECT is(tests.rule(:'all_day', 'book', 'lunch'), '[300, 750]', 'what a book sold, and what it would have sold');
SELECT is(tests.rule(:'all_day', 'tax_map', 'away'), jsonb_build_array(:'spared'::jsonb -> 'tax', :'spared'::jsonb -> 'tax'), 'taxes of what a map moved');
SELECT is((SELECT e - 'created_at' - 'call_number' FROM jsonb_array_elements(:'all_day'::jsonb -> 'examples') e WHERE e ->> 'order_id' = tests.id('spared')::text), NULL,
          'an order that stays as it was is no example');

SELECT * FROM finish();
ROLLBACK;
