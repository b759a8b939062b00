-- shift.sql: shifts with kept sums, closing with variance, and stock that falls to its mark.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(50);

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
-- Tips, and cash in other currencies. Dollars at 0.92 with 2 % spread, change in whole ones; coins of 5 cents at home.
SELECT tests.call('api', 'catalogue.currency.write', '{"code": "USD", "name": "Dollar", "definition": {"exponent": 2, "rate": "0.92", "spread": "0.02", "cash_increment": 100}}') IS NOT NULL;
SELECT tests.call('api', 'catalogue.settings.get') #> '{body,settings}' AS settings \gset
SELECT is(tests.call('api', 'catalogue.settings.write', jsonb_build_object('version', :'settings'::jsonb -> 'version', 'definition',
    jsonb_set(:'settings'::jsonb -> 'definition', '{rounding,cash_increment}', '5'))) ->> 'status', '200', 'coins of 5');
SELECT is(tests.call('api', 'catalogue.publish', '{}') ->> 'status', '200', 'published');
CREATE FUNCTION tests.pay(name text, payment jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call('r2', 'order.place', jsonb_build_object('id', tests.id(name), 'lines', jsonb_build_array(tests.line('r2', 'wine')),
                                                              'payments', jsonb_build_array('{"tender": "cash", "amount": 1089}' || payment)))
$$;
CREATE FUNCTION tests.refusal(answer jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT (answer ->> 'error') || ' ' || (answer ->> 'field') $$;
CREATE FUNCTION tests.paid(answer jsonb) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT (answer #> '{body,order,payments,0}') - 'id' - 'at' - 'tender' $$;
SELECT tests.call('r2', 'shift.open', jsonb_build_object('id', tests.id('s2'), 'float', 5000)) IS NOT NULL;
SELECT is(tests.refusal(tests.pay('x', '{"tip": -1}')), 'MP005 /payments/0/tip', 'a tip is not below zero');
SELECT is(tests.refusal(tests.pay('x', '{"tip": 1090}')), 'MP063 /payments/0/tip', 'nor more than the order');
SELECT is(tests.refusal(tests.pay('x', '{"currency": "GBP", "tendered": 2000}')), 'MP162 /payments/0/currency', 'a currency that is not taken');
SELECT is(tests.refusal(tests.pay('x', '{"currency": "USD"}')), 'MP004 /payments/0/tendered', 'what was handed over must be told');
SELECT is(tests.refusal(tests.pay('x', '{"change_currency": "USD", "tendered": 2000}')), 'MP007 /payments/0/change_currency', 'no change in what nobody gave');
SELECT is(tests.refusal(tests.pay('x', '{"currency": "USD", "tendered": 1207}')), 'MP060 /payments/0/tendered', '12.07 dollars are 10.88');
SELECT is(tests.refusal(tests.pay('x', '{"tip": 100, "tendered": 1188}')), 'MP060 /payments/0/tendered', 'nor without the tip');
SELECT is(tests.refusal(tests.pay('x', '{"tender": "card", "currency": "USD", "tendered": 2000}')), 'MP007 /payments/0/tender', 'only cash has a currency');
SELECT is(tests.paid(tests.pay('dollars', '{"currency": "USD", "tendered": 2000, "tip": 100, "change_currency": "USD"}')),
    '{"amount": 1090, "tip": 100, "rounding": -1, "tendered": 1803, "change": 613,
      "exchange": {"currency": "USD", "exponent": 2, "tendered": 2000, "rate": "0.92", "spread": "0.02", "change": 600, "home_change": 50}}',
    'dollars with a tip, change in both');
SELECT is(tests.paid(tests.pay('exact', '{"currency": "USD", "tendered": 1209, "change_currency": "EUR"}')),
    '{"amount": 1090, "tip": 0, "rounding": -1, "tendered": 1090, "change": 0,
      "exchange": {"currency": "USD", "exponent": 2, "tendered": 1209, "rate": "0.92", "spread": "0.02", "change": 0, "home_change": 0}}', 'dollars to the cent');
SELECT is(tests.paid(tests.pay('coins', '{"amount": 1090, "tip": 50, "tendered": 2000}')),
          '{"amount": 1090, "tip": 50, "rounding": -1, "tendered": 2000, "change": 860, "exchange": null}', 'coins round the total and its tip together');
SELECT is((SELECT paid FROM pos.orders WHERE order_id = tests.id('dollars')), 1089::bigint, 'the tip is not paid for the order');
SELECT mpos.flush();
SELECT is(tests.call('r2', 'order.receipt', NULL, jsonb_build_object('order_id', tests.id('dollars'))) #>> '{body,text}' LIKE
          '%"Tip  %1.00", "Rounding  %0.01", "Cash USD  %20.00", "  1 USD = 0.92 EUR - 2 %  %18.03", "Change USD  %6.00", "Change EUR  %0.50"%', true, 'the receipt tells all of it');
SELECT tests.call('r2', 'shift.get', NULL, jsonb_build_object('shift_id', tests.id('s2'))) -> 'body' AS x \gset
SELECT is(:'x'::jsonb #> '{tips}', jsonb_build_object('count', 2, 'amount', 150, 'people', jsonb_build_array(jsonb_build_object(
          'staff_id', (SELECT actor FROM tests.signed_in WHERE who = 'r2'), 'count', 2, 'amount', 150))), 'tips, and whose they are');
SELECT is((:'x'::jsonb ->> 'total') || ' ' || (:'x'::jsonb ->> 'rounding') || ' ' || (:'x'::jsonb #>> '{tenders,0,amount}'), '3267 -3 3270',
          'revenue without them; rounding apart');
SELECT is(:'x'::jsonb ->> 'expected_cash', (5000 + 1090 + 50 - 50)::text, 'euros in the drawer');
SELECT is(:'x'::jsonb -> 'currencies', '[{"currency": "USD", "exponent": 2, "count": 2, "amount": 2280, "expected": 2609, "counted": null, "variance": null}]', 'and dollars');
SELECT is(tests.refusal(tests.call('r2', 'shift.close', '{"counted": 0, "currencies": [{"currency": "GBP", "counted": 1}]}', jsonb_build_object('shift_id', tests.id('s2')))),
          'MP162 /currencies/0/currency', 'what is not taken is not counted');
SELECT is(tests.refusal(tests.call('r2', 'shift.close', '{"counted": 0, "currencies": [{"currency": "USD", "counted": 1}, {"currency": "USD", "counted": 2}]}',
          jsonb_build_object('shift_id', tests.id('s2')))), 'MP007 /currencies/1/currency', 'nor twice');
SELECT is(tests.call('r2', 'shift.close', '{"counted": 6090, "currencies": [{"currency": "USD", "counted": 2600}]}', jsonb_build_object('shift_id', tests.id('s2')))
          #> '{body,shift}' -> 'currencies', '[{"currency": "USD", "exponent": 2, "count": 2, "amount": 2280, "expected": 2609, "counted": 2600, "variance": -9}]', 'counted');
SELECT is((SELECT (tips, rounding, expected_cash)::text FROM pos.shift WHERE shift_id = tests.id('s2')), '(150,-3,6090)', 'and kept');
SELECT mpos.flush();
SELECT is((SELECT count(*) FROM journal.entry WHERE position('"exchange":{"change":600,"currency":"USD",'::bytea IN mpos.unpack(packed)) > 0), 1::bigint, 'the feed tells it');
SELECT * FROM finish();
ROLLBACK;
