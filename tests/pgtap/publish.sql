-- publish.sql: a publication makes anew what has changed and nothing else, whatever was changed.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(28);

SELECT s.tenant AS t FROM tests.signed_in s WHERE s.who = 'api' \gset
SELECT c.category_id AS category FROM pos.category c WHERE c.tenant_id = :'t' \gset
SELECT x.tax_id AS tax FROM pos.tax x WHERE x.tenant_id = :'t' AND x.code = 'red' \gset

CREATE FUNCTION tests.manifest(t uuid) RETURNS jsonb LANGUAGE sql AS $$
    SELECT p.document::jsonb FROM pos.catalogue_head h JOIN pos.published p USING (tenant_id, hash) WHERE h.tenant_id = t
$$;
CREATE FUNCTION tests.published_item(t uuid, item uuid) RETURNS jsonb LANGUAGE sql AS $$
    SELECT i FROM tests.manifest(t) m
      JOIN pos.published_chunk c ON c.tenant_id = t
       AND c.hash = decode(m #>> ARRAY['items', (mpos.catalogue_slot(item) >> (16 - (m->>'bits')::int))::text, 'hash'], 'hex')
     CROSS JOIN LATERAL jsonb_array_elements(convert_from(c.content, 'UTF8')::jsonb->'items') i WHERE i->>'id' = item::text
$$;
-- Runs the statement, publishes, and tells which parts moved: "menu", "1 of 8 chunks" ...
CREATE FUNCTION tests.moved(t uuid, statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := tests.manifest(t);
    after jsonb;
    chunks integer;
BEGIN
    EXECUTE statement;
    PERFORM pos.publish(t);
    after := tests.manifest(t);
    SELECT count(*) INTO chunks FROM jsonb_array_elements(after->'items') WITH ORDINALITY a(part, n)
     WHERE part IS DISTINCT FROM before #> ARRAY['items', (n - 1)::text];
    RETURN concat_ws(', ', CASE WHEN after->'menu' <> before->'menu' THEN 'menu' END,
        CASE WHEN chunks > 0 THEN format('%s of %s chunks', chunks, jsonb_array_length(after->'items')) END);
END
$$;

SELECT is(pos.publish(:'t'), (SELECT hash FROM pos.catalogue_head WHERE tenant_id = :'t'), 'publishing the same again gives the same');
SELECT is(tests.manifest(:'t')->>'version', '1', 'and counts nothing');
SELECT is(pos.publish_changes(:'t')->>'changed', 'false', 'and says so');

INSERT INTO pos.item (tenant_id, item_id, code, name, category_id, price, tax_ids, stocked, sort)
SELECT :'t', gen_random_uuid(), 'bulk-' || n, 'Bulk item ' || n, :'category', n, ARRAY[:'tax'::uuid], false, n FROM generate_series(1, 1500) n;
SELECT is(pos.publish_changes(:'t')->>'changed', 'true', 'many items are published');
SELECT cmp_ok((tests.manifest(:'t')->>'bits')::int, '>=', 3, 'in several chunks');
SELECT cmp_ok((SELECT avg((e->>'size')::int) FROM jsonb_array_elements(tests.manifest(:'t')->'items') e), '<=', 65536::numeric, 'of at most 64 KiB on average');
SELECT is((SELECT sum((e->>'count')::int) FROM jsonb_array_elements(tests.manifest(:'t')->'items') e),
          (SELECT count(*) FROM pos.item WHERE tenant_id = :'t' AND active), 'each item in one of them');
SELECT is((SELECT count(*) FROM pos.item i WHERE i.tenant_id = :'t' AND tests.published_item(:'t', i.item_id)->>'code' = i.code AND i.code ~ '77$'),
          (SELECT count(*) FROM pos.item i WHERE i.tenant_id = :'t' AND i.code ~ '77$'), 'where its id says');
SELECT jsonb_array_length(tests.manifest(:'t')->'items') AS n \gset

SELECT is(tests.moved(:'t', format('UPDATE pos.item SET price = 12345 WHERE item_id = %L', tests.item('api', 'bulk-7'))),
          '1 of ' || :'n' || ' chunks', 'a price moves one chunk');
SELECT is(tests.published_item(:'t', tests.item('api', 'bulk-7'))->>'price', '12345', 'which has the price');
SELECT is(tests.moved(:'t', format('UPDATE pos.item SET price = price WHERE tenant_id = %L', :'t')), '', 'rows written again without a change move nothing');
SELECT is(tests.moved(:'t', format('INSERT INTO pos.variant VALUES (%L, %L, %L, ''L'', ''Large'', 250, 1)', :'t', tests.id('large'), tests.item('api', 'tea'))),
          '1 of ' || :'n' || ' chunks', 'a variant moves one');
SELECT is(tests.moved(:'t', format('INSERT INTO pos.barcode VALUES (%L, ''40170725'', %L, %L, 1)', :'t', tests.item('api', 'tea'), tests.id('large'))),
          '1 of ' || :'n' || ' chunks', 'a barcode moves one');
SELECT is(tests.published_item(:'t', tests.item('api', 'tea'))->'variants',
          jsonb_build_array(jsonb_build_object('id', tests.id('large'), 'code', 'L', 'name', 'Large', 'price', 250, 'barcodes', '["40170725"]'::jsonb)),
          'both are published');
SELECT is(tests.moved(:'t', format('INSERT INTO pos.price_book (tenant_id, book_id, code, name, priority, definition) VALUES (%L, %L, ''b'', ''Book'', 1, ''{}'')',
          :'t', tests.id('book'))), 'menu', 'a price book moves the menu');
SELECT is(tests.moved(:'t', format('INSERT INTO pos.price (tenant_id, price_id, item_id, book_id, price) VALUES (%L, gen_random_uuid(), %L, %L, 150)',
          :'t', tests.item('api', 'tea'), tests.id('book'))), '1 of ' || :'n' || ' chunks', 'a price in it one chunk');
SELECT is(tests.moved(:'t', format('UPDATE pos.category SET name = ''Everything'' WHERE tenant_id = %L', :'t')), 'menu', 'a category moves the menu');
SELECT is(tests.moved(:'t', format('DELETE FROM pos.item_group WHERE item_id = %L', tests.item('api', 'shake'))),
          '1 of ' || :'n' || ' chunks', 'a group taken from an item moves one chunk');
SELECT alike(tests.moved(:'t', format('UPDATE pos.item SET active = false WHERE item_id = %L', tests.item('api', 'cake'))), '%chunks', 'an item is archived');
SELECT is(tests.published_item(:'t', tests.item('api', 'cake')), NULL, 'it is gone');
SELECT is(tests.published_item(:'t', tests.item('api', 'menu')) #> '{combo,1,item_ids}', '[]', 'and the combo offers it no more');
SELECT is(tests.moved(:'t', format('INSERT INTO pos.promotion (tenant_id, promotion_id, code, name, priority, definition)
              VALUES (%L, gen_random_uuid(), ''p'', ''P'', 1, ''{"kind": "percent", "scope": "order", "rate": "0.1", "coupons": ["SECRET10"]}'')', :'t')), 'menu', 'a promotion');
SELECT ok(NOT EXISTS (SELECT FROM pos.published_chunk WHERE tenant_id = :'t' AND position('SECRET10'::bytea IN content) > 0), 'tells nobody its coupon codes');

SELECT tests.manifest(:'t') - 'version' AS before \gset
INSERT INTO pos.catalogue_change (tenant_id, slot) SELECT :'t', n FROM generate_series(0, 65535, 7) n;
SELECT is(pos.publish_changes(:'t')->>'changed', 'false', 'everything made anew is what was published step by step');
SELECT is((SELECT count(*) FROM pos.catalogue_change WHERE tenant_id = :'t'), 0::bigint, 'no mark is left');

SELECT is(tests.call('api', 'order.place', jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'bulk-7')))) #>> '{body,order,total}', '12345',
          'what is published is sold');
-- Of a chunk that has not been read yet.
SELECT i.code AS other, i.name AS other_name FROM pos.item i
 WHERE i.tenant_id = :'t' AND i.code ~ '^bulk-' AND mpos.catalogue_slot(i.item_id) >> 13 <> mpos.catalogue_slot(tests.item('api', 'bulk-7')) >> 13
 ORDER BY i.sort LIMIT 1 \gset
UPDATE pos.published_chunk SET content = convert_to(replace(convert_from(content, 'UTF8'), :'other_name' || '"', 'Other"'), 'UTF8')
 WHERE tenant_id = :'t' AND get_byte(content, 0) = ascii('{');
SELECT is(tests.call('api', 'order.place', jsonb_build_object('lines', jsonb_build_array(tests.line('api', :'other')))) ->> 'error', 'XX001',
          'bytes that are not those of their hash are not sold from');

-- Row security keeps functions that might tell of their argument from an index: a publication would read every item for every chunk.
CREATE FUNCTION tests.plan_of_a_chunk() RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (COSTS off) SELECT count(*) FROM pos.item WHERE mpos.catalogue_slot(item_id) BETWEEN 0 AND 63';
END
$$;
GRANT USAGE ON SCHEMA tests TO mpos_owner;
SELECT mpos.assume(:'t');
SET LOCAL enable_seqscan = off;
SET LOCAL ROLE mpos_owner;
SELECT string_agg(l, E'\n') AS plan FROM tests.plan_of_a_chunk() l \gset
RESET ROLE;
SELECT matches((:'plan')::text, 'Index Cond: .*catalogue_slot', 'a chunk finds its items by the index under row security');

SELECT * FROM finish();
ROLLBACK;
