-- input.sql: what is wrong with a request is said by code and place, and nothing is written.
BEGIN;
\ir helpers.sql
\ir till.psql

CREATE TABLE tests.wrong (n serial, operation text, body text, params jsonb, error text, field text);
INSERT INTO tests.wrong (operation, body, params, error, field) VALUES
    ('order.place', 'null', '{}', 'MP002', NULL),
    ('order.place', '[]', '{}', 'MP002', NULL),
    ('order.place', '{}', '{}', 'MP004', '/lines'),
    ('order.place', '{"lines": {}}', '{}', 'MP002', '/lines'),
    ('order.place', '{"lines": []}', '{}', 'MP005', '/lines'),
    ('order.place', '{"lines": [1]}', '{}', 'MP002', '/lines/0'),
    ('order.place', '{"lines": [ITEM], "x": 1}', '{}', 'MP003', '/x'),
    ('order.place', '{"lines": [{"qty": "1"}]}', '{}', 'MP004', '/lines/0/item_id'),
    ('order.place', '{"lines": [ITEM, {"item_id": 7, "qty": "1"}]}', '{}', 'MP002', '/lines/1/item_id'),
    ('order.place', '{"lines": [{"item_id": "x", "qty": "1"}]}', '{}', 'MP007', '/lines/0/item_id'),
    ('order.place', '{"lines": [{"item_id": "ITEMID", "qty": 1}]}', '{}', 'MP002', '/lines/0/qty'),
    ('order.place', '{"lines": [{"item_id": "ITEMID", "qty": "0"}]}', '{}', 'MP005', '/lines/0/qty'),
    ('order.place', '{"lines": [{"item_id": "ITEMID", "qty": "-1"}]}', '{}', 'MP007', '/lines/0/qty'),
    ('order.place', '{"lines": [{"item_id": "ITEMID", "qty": "1."}]}', '{}', 'MP007', '/lines/0/qty'),
    ('order.place', '{"lines": [{"item_id": "ITEMID", "qty": "1.0000001"}]}', '{}', 'MP007', '/lines/0/qty'),
    ('order.place', '{"lines": [{"item_id": "ITEMID", "qty": "9999999999"}]}', '{}', 'MP007', '/lines/0/qty'),
    ('order.place', '{"lines": [{"item_id": "00000000-0000-7000-8000-000000000001", "qty": "1"}]}', '{}', 'MP040', '/lines/0/item_id'),
    ('order.place', '{"lines": [{"item_id": "ITEMID", "qty": "1", "modifiers": [{"modifier_id": "00000000-0000-7000-8000-000000000001"}]}]}', '{}', 'MP041', '/lines/0/modifiers/0/modifier_id'),
    ('order.place', '{"lines": [ITEM], "channel": "pigeon"}', '{}', 'MP007', '/channel'),
    ('order.place', '{"lines": [ITEM], "send": 1}', '{}', 'MP002', '/send'),
    ('order.place', '{"lines": [ITEM], "catalogue": "00"}', '{}', 'MP007', '/catalogue'),
    ('order.place', '{"lines": [ITEM], "discounts": [{"type": "percent", "rate": "1.5"}]}', '{}', 'MP005', '/discounts/0/rate'),
    ('order.place', '{"lines": [ITEM], "discounts": [{"type": "fixed"}]}', '{}', 'MP004', '/discounts/0/amount'),
    ('order.place', '{"lines": [ITEM], "discounts": [{"type": "fixed", "amount": 1, "rate": "0.1"}]}', '{}', 'MP003', '/discounts/0/rate'),
    ('order.place', '{"lines": [ITEM], "payments": [{"tender": "beads", "amount": 1}]}', '{}', 'MP007', '/payments/0/tender'),
    ('order.place', '{"lines": [ITEM], "payments": [{"tender": "cash", "amount": 0}]}', '{}', 'MP005', '/payments/0/amount'),
    ('order.place', '{"lines": [ITEM], "payments": [{"tender": "cash", "amount": 9223372036854775808}]}', '{}', 'MP005', '/payments/0/amount'),
    ('order.place', '{"lines": [ITEM], "payments": [{"tender": "cash", "amount": 1e400}]}', '{}', 'MP005', '/payments/0/amount'),
    ('order.place', '{"lines": [ITEM], "payments": [{"tender": "cash", "amount": 1.5}]}', '{}', 'MP002', '/payments/0/amount'),
    ('order.place', '{"lines": [ITEM], "payments": [{"tender": "cash", "amount": "5"}]}', '{}', 'MP002', '/payments/0/amount'),
    ('order.place', '{"lines": [ITEM], "payments": [{"tender": "cash", "amount": 351}]}', '{}', 'MP061', '/payments/0/amount'),
    ('order.place', '{"lines": [{"item_id": "ITEMID", "qty": "999999999"}, {"item_id": "ITEMID", "qty": "1", "course": 10}]}', '{}', 'MP005', '/lines/1/course'),
    ('order.get', 'null', '{"order_id": "7"}', 'MP030', NULL),
    ('order.get', 'null', '{"order_id": "00000000-0000-7000-8000-000000000001"}', 'MP030', NULL),
    ('order.list', 'null', '{"limit": "0"}', 'MP005', 'limit'),
    ('order.list', 'null', '{"limit": "x"}', 'MP007', 'limit'),
    ('order.list', 'null', '{"state": "lost"}', 'MP007', 'state'),
    ('order.list', 'null', '{"after": "x"}', 'MP007', 'after'),
    ('shift.open', '{"float": -1}', '{}', 'MP005', '/float'),
    ('event.list', 'null', '{"from": "x"}', 'MP007', 'from'),
    ('event.list', 'null', '{"from": "0.0.0000000000000000"}', 'MP094', 'from'),
    ('event.list', 'null', '{"from": "7.-1.0000000000000000"}', 'MP094', 'from'),
    ('sync.push', '{"dev": "ITEMID", "gen": 1, "first": 1, "count": 51, "ops": [{"s": ""}]}', '{}', 'MP005', '/count');
INSERT INTO tests.wrong (operation, body, params, error, field)
SELECT 'order.place', '{"lines": [' || string_agg('ITEM', ',') || ']}', '{}', 'MP006', '/lines' FROM generate_series(1, 201);

SELECT plan((SELECT count(*)::int FROM tests.wrong) + 2);
SELECT (SELECT count(*) FROM pos.orders) + (SELECT count(*) FROM pos.idempotency) + (SELECT sum(call_n) FROM pos.device_cursor) AS before \gset
SELECT is((answer ->> 'error') || ' ' || coalesce(nullif(answer ->> 'field', ''), '-'), w.error || ' ' || coalesce(w.field, '-'), left(w.operation || ' ' || w.body || w.params, 120))
  FROM tests.wrong w
 CROSS JOIN LATERAL tests.call('api', w.operation, replace(replace(w.body, 'ITEMID', tests.item('api', 'cake')::text), 'ITEM',
     jsonb_build_object('item_id', tests.item('api', 'cake'), 'qty', '1')::text)::jsonb, w.params) answer
 ORDER BY w.n;
SELECT is(((SELECT count(*) FROM pos.orders) + (SELECT count(*) FROM pos.idempotency) + (SELECT sum(call_n) FROM pos.device_cursor))::text,
          :'before', 'nothing was written');
SELECT is(tests.call('api', 'order.place', jsonb_build_object('lines', jsonb_build_array(jsonb_build_object('item_id', tests.item('api', 'wine'),
          'qty', '999999999')))) #>> '{body,order,total}', '1088749998911', 'the largest quantity is calculated exactly');
SELECT * FROM finish();
ROLLBACK;
