-- sale.sql: a whole sale in one call: prices, payment, change, receipt, stock, sums, and who may see it.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(37);

SELECT tests.call('api', 'order.place', jsonb_build_object('id', tests.id('sale'), 'table', '7',
    'lines', jsonb_build_array(tests.line('api', 'tea', '2', jsonb_build_object('modifiers', jsonb_build_array(
                                   jsonb_build_object('modifier_id', tests.modifier('api', 'oat'))))),
                               tests.line('api', 'cake', '1.5'), tests.line('api', 'wine')),
    'payments', jsonb_build_array(tests.cash(2114, 3000))), key => 'sale') AS answer \gset
SELECT is(:'answer'::jsonb #>> '{body,order,total}', '2114', 'total: 5.00 + 5.25 + 10.00 + 0.89 added tax');
SELECT is(:'answer'::jsonb ->> 'status', '201', 'placed');
SELECT is(:'answer'::jsonb #>> '{body,order,payment_state}', 'paid', 'paid');
SELECT is(:'answer'::jsonb #>> '{body,order,payments,0,change}', '886', 'change');
SELECT is(:'answer'::jsonb #>> '{body,order,receipt}', 'main-API-A-1', 'receipt: outlet, register, series, number');
SELECT is(:'answer'::jsonb #>> '{body,order,call_number}', 'Z01', 'call number');
SELECT is((SELECT sum((l ->> 'total')::int)::text FROM jsonb_array_elements(:'answer'::jsonb #> '{body,order,lines}') l), '2114',
          'the lines sum to the total');
SELECT is((SELECT sum((t ->> 'tax')::int)::text FROM jsonb_array_elements(:'answer'::jsonb #> '{body,order,taxes}') t),
          :'answer'::jsonb #>> '{body,order,tax}', 'the taxes sum to the tax');
SELECT is(tests.call('api', 'order.get', NULL, jsonb_build_object('order_id', tests.id('sale'))) -> 'body',
          :'answer'::jsonb #> '{body,order}', 'order.get answers what order.place did');
SELECT is((SELECT encode(sha256(priced_form), 'hex') FROM pos.orders WHERE order_id = tests.id('sale')),
          :'answer'::jsonb #>> '{body,order,priced_hash}', 'the hash is that of the stored priced form');
SELECT is((SELECT encode(catalogue, 'hex') FROM pos.orders WHERE order_id = tests.id('sale')),
          tests.call('api', 'catalogue.read') ->> 'etag', 'the order names the published catalogue');
SELECT is((SELECT on_hand FROM pos.stock k JOIN tests.signed_in s ON s.tenant = k.tenant_id AND s.outlet = k.outlet_id WHERE s.who = 'api'),
          3500000::bigint, 'stock went down by the quantity');

SELECT is(tests.call('api', 'order.place', jsonb_build_object('id', tests.id('sale'), 'table', '7',
    'lines', jsonb_build_array(tests.line('api', 'tea', '2', jsonb_build_object('modifiers', jsonb_build_array(
                                   jsonb_build_object('modifier_id', tests.modifier('api', 'oat'))))),
                               tests.line('api', 'cake', '1.5'), tests.line('api', 'wine')),
    'payments', jsonb_build_array(tests.cash(2114, 3000))), key => 'sale') -> 'body', :'answer'::jsonb -> 'body',
    'the same key and request answer the same');
SELECT is(tests.call('api', 'order.place', jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'tea'))), key => 'sale') ->> 'error',
          'MP011', 'the same key with another request is refused');
SELECT is(tests.call('api', 'order.place', jsonb_build_object('id', tests.id('sale'), 'lines', jsonb_build_array(tests.line('api', 'tea')))) ->> 'error',
          'MP034', 'a taken id is refused');
SELECT is((SELECT count(*) FROM pos.orders o JOIN tests.signed_in s ON s.tenant = o.tenant_id WHERE s.who = 'api'), 1::bigint, 'one order');

-- A combo carries its price, the components carry the taxes and the stock.
SELECT i.slots ->> 0 AS drink, i.slots ->> 1 AS sweet FROM (
    SELECT jsonb_agg(c.slot_id ORDER BY c.sort) AS slots FROM pos.combo_slot c WHERE c.item_id = tests.item('api', 'menu')) i \gset
SELECT tests.call('api', 'order.place', jsonb_build_object('id', tests.id('combo'), 'send', true, 'lines', jsonb_build_array(
    tests.line('api', 'menu', '1', jsonb_build_object('components', jsonb_build_array(
        jsonb_build_object('slot_id', :'drink', 'item_id', tests.item('api', 'tea')),
        jsonb_build_object('slot_id', :'sweet', 'item_id', tests.item('api', 'cake')))))))) AS combo \gset
SELECT is(:'combo'::jsonb #>> '{body,order,total}', '500', 'a combo costs its own price');
SELECT is((SELECT sum((l ->> 'total')::int)::text FROM jsonb_array_elements(:'combo'::jsonb #> '{body,order,lines}') l
            WHERE l ->> 'parent_id' IS NOT NULL), '500', 'the components sum to it');
SELECT is(jsonb_array_length(:'combo'::jsonb #> '{body,order,taxes}'), 2, 'each component has its own tax');
SELECT is(:'combo'::jsonb #>> '{body,order,state}', 'submitted', 'sent to the kitchen');
SELECT is(tests.call('api', 'order.place', jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'menu')))) ->> 'error', 'MP043',
          'a combo without its components is refused');

-- Payment in parts.
SELECT is(tests.call('api', 'payment.cash', tests.cash(501) || jsonb_build_object('order_id', tests.id('combo'))) ->> 'error', 'MP061',
          'more than is due is refused');
SELECT is(tests.call('api', 'payment.cash', tests.cash(200, 100) || jsonb_build_object('order_id', tests.id('combo'))) ->> 'error', 'MP060',
          'less cash than the amount is refused');
SELECT is(tests.call('api', 'payment.cash', tests.cash(200) || jsonb_build_object('order_id', tests.id('combo'))) #>> '{body,order,payment_state}',
          'partial', 'a part is paid');
SELECT is(tests.call('api', 'payment.cash', tests.cash(300) || jsonb_build_object('order_id', tests.id('combo'))) #>> '{body,order,receipt}',
          'main-API-A-2', 'the number comes with full payment');
SELECT is(tests.call('api', 'payment.cash', tests.cash(1) || jsonb_build_object('order_id', tests.id('combo'))) ->> 'error', 'MP062',
          'nothing is due any more');
SELECT is(tests.call('api', 'order.line.add', jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'tea'))),
                     jsonb_build_object('order_id', tests.id('combo'))) ->> 'error', 'MP050', 'a paid order takes no lines');

-- A register needs an open shift.
SELECT is(tests.call('r1', 'order.place', jsonb_build_object('lines', jsonb_build_array(tests.line('r1', 'tea')),
          'payments', jsonb_build_array(tests.cash(200)))) ->> 'error', 'MP070', 'no sale without a shift');

-- Another business, another outlet.
SELECT is(tests.call('other', 'order.get', NULL, jsonb_build_object('order_id', tests.id('sale'))),
          tests.call('other', 'order.get', NULL, jsonb_build_object('order_id', tests.id('random'))), 'a foreign order is like no order');
SELECT is(tests.call('other', 'order.place', jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'tea')))),
          tests.call('other', 'order.place', jsonb_build_object('lines', jsonb_build_array(jsonb_build_object('item_id', tests.id('x'), 'qty', '1')))),
          'a foreign item is like no item');
SELECT is(tests.call('other', 'payment.cash', tests.cash(1) || jsonb_build_object('order_id', tests.id('combo'))),
          tests.call('other', 'payment.cash', tests.cash(1) || jsonb_build_object('order_id', tests.id('random'))), 'nor to be paid');
SELECT is(tests.call('side', 'order.get', NULL, jsonb_build_object('order_id', tests.id('sale'))) ->> 'error', 'MP030',
          'an order is its outlet''s');
SELECT is(tests.call('other', 'order.place', jsonb_build_object('id', tests.id('sale'), 'lines', jsonb_build_array(tests.line('other', 'tea')))) ->> 'status',
          '201', 'an id of another business is free');

-- Discounts.
SELECT is(tests.call('api', 'order.place', jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'cake', '2', '{"discounts": [{"type": "percent", "rate": "0.1"}]}')),
          'discounts', '[{"type": "fixed", "amount": 30}]'::jsonb)) #>> '{body,order,total}', '600', '7.00 less 10 % less 0.30');
SELECT is(tests.call('api', 'order.place', jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'shake')))) ->> 'error', 'MP042',
          'a group that must be chosen from');
SELECT is(tests.call('api', 'order.place', jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'cake')), 'priced_hash', repeat('a', 64)))
          #> '{body,order,flags}', '["price_diff"]'::jsonb, 'another price is flagged');
SELECT is(tests.call('api', 'order.list', NULL, '{"limit": "2"}') #>> '{body,orders,0,total}', '350', 'newest first');
SELECT * FROM finish();
ROLLBACK;
