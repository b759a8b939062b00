-- shift.sql: shifts with kept sums, closing with variance, and stock that falls to its mark.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(26);

CREATE FUNCTION tests.sell(who text, code text, qty text, amount bigint) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call(who, 'order.place', jsonb_build_object('lines', jsonb_build_array(tests.line(who, code, qty)),
                                                             'payments', jsonb_build_array(tests.cash(amount))))
$$;
SELECT tests.call('r1', 'shift.open', jsonb_build_object('id', tests.id('s'), 'float', 10000)) AS opened \gset
SELECT is(:'opened'::jsonb ->> 'status', '201', 'opened');
SELECT is(:'opened'::jsonb #>> '{body,shift,expected_cash}', '10000', 'the float is in the drawer');
SELECT is(tests.call('r1', 'shift.open', '{"float": 0}') ->> 'error', 'MP071', 'one shift at a time');
SELECT is(tests.call('r2', 'shift.open', jsonb_build_object('id', tests.id('s'), 'float', 0)) ->> 'error', 'MP034', 'the id is taken');
SELECT is(tests.sell('r1', 'cake', '2', 700) #>> '{body,order,receipt}', 'main-R1-A-1', 'first receipt of the register');
SELECT is(tests.sell('r1', 'wine', '1', 1089) #>> '{body,order,receipt}', 'main-R1-A-2', 'second');
SELECT tests.call('r1', 'order.place', jsonb_build_object('id', tests.id('open'), 'lines', jsonb_build_array(tests.line('r1', 'tea')),
    'payments', jsonb_build_array(tests.cash(50)))) AS part \gset
SELECT tests.call('r1', 'shift.get', NULL, jsonb_build_object('shift_id', tests.id('s'))) -> 'body' AS x \gset
SELECT is(:'x'::jsonb ->> 'sales', '2', 'an order paid in part is no sale yet');
SELECT is(:'x'::jsonb ->> 'total', '1789', 'total');
SELECT is(:'x'::jsonb #>> '{tenders,0,amount}', '1839', 'but its cash is in the drawer');
SELECT is(:'x'::jsonb ->> 'expected_cash', '11839', 'expected cash');
SELECT is((SELECT sum((t ->> 'tax')::int)::text FROM jsonb_array_elements(:'x'::jsonb -> 'taxes') t), :'x'::jsonb ->> 'tax', 'the taxes sum');
SELECT is((SELECT sum(total)::text FROM pos.orders WHERE shift_id = tests.id('s') AND receipt IS NOT NULL), :'x'::jsonb ->> 'total',
          'the kept total is what adding up gives');
SELECT is((SELECT sum(tax)::text FROM pos.orders WHERE shift_id = tests.id('s') AND receipt IS NOT NULL), :'x'::jsonb ->> 'tax', 'and the tax');
SELECT is(tests.call('r1', 'shift.close', '{"counted": 11800}', jsonb_build_object('shift_id', tests.id('s'))) #>> '{body,shift,variance}', '-39', 'variance');
SELECT is(tests.call('r1', 'shift.close', '{"counted": 1}', jsonb_build_object('shift_id', tests.id('s'))) ->> 'error', 'MP070', 'closed once');
SELECT is(tests.call('r1', 'payment.cash', tests.cash(150) || jsonb_build_object('order_id', tests.id('open'))) ->> 'error', 'MP070',
          'no payment without a shift');
SELECT is(tests.call('r1', 'shift.get', NULL, jsonb_build_object('shift_id', tests.id('s'))) #>> '{body,state}', 'closed', 'Z is read like X');
SELECT is(tests.call('other', 'shift.get', NULL, jsonb_build_object('shift_id', tests.id('s'))),
          tests.call('other', 'shift.get', NULL, jsonb_build_object('shift_id', tests.id('random'))), 'a foreign shift is like none');

-- Stock 5, 2 sold above.
SELECT is(tests.call('api', 'stock.get', NULL, jsonb_build_object('item_id', tests.item('api', 'cake'))) #>> '{body,on_hand}', '3', 'level');
SELECT is(tests.call('side', 'stock.get', NULL, jsonb_build_object('item_id', tests.item('api', 'cake'))) #>> '{body,on_hand}', '5', 'of each outlet its own');
SELECT mpos.flush();
SELECT is((SELECT count(*) FROM journal.entry), (SELECT sum(next_seq)::bigint FROM journal.head), 'journals are whole');
SELECT is(tests.sell('api', 'cake', '1', 350) ->> 'status', '201', 'down to the mark');
SELECT mpos.flush();
SELECT is((SELECT on_hand FROM pos.stock WHERE item_id = tests.item('api', 'cake') AND on_hand < 5000000), 2000000::bigint, 'two left');
SELECT is((SELECT count(*) FROM jsonb_array_elements(tests.call('api', 'event.list', NULL, '{"limit": "1000"}') #> '{body,events}') e
            WHERE e ->> 'type' = 'STOCK_LOW'), 1::bigint, 'STOCK_LOW is told once');
SELECT is(tests.call('other', 'stock.get', NULL, jsonb_build_object('item_id', tests.item('api', 'cake'))) ->> 'error', 'MP030', 'a foreign item');
SELECT is(tests.call('api', 'stock.list') #>> '{body,levels,0,item_id}', tests.item('api', 'cake')::text, 'list');
SELECT * FROM finish();
ROLLBACK;
