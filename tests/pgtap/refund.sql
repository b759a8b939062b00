-- refund.sql: what comes back of a sale, up to the last cent, and who may give how much of it.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(49);
CREATE FUNCTION tests.code(answer jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(answer ->> 'error', answer ->> 'status') $$;
CREATE FUNCTION tests.sell(who text, name text, code text, qty text, amount bigint, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call(who, 'order.place', jsonb_build_object('id', tests.id(name), 'lines', jsonb_build_array(tests.line(who, code, qty, jsonb_build_object('id', tests.id(name || '/1')))),
                      'payments', jsonb_build_array(tests.cash(amount))) || more)
$$;
CREATE FUNCTION tests.back(who text, name text, qty text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call(who, 'order.refund', jsonb_build_object('lines', jsonb_build_array(jsonb_build_object('line_id', tests.id(name || '/1'), 'qty', qty)), 'tender', 'cash', 'reason', 'cold') || more,
                      jsonb_build_object('order_id', tests.id(name)))
$$;
SELECT is(tests.code(tests.back('r1', 'nothing', '1')), 'MP030', 'an order that is not there');
SELECT tests.call('r1', 'shift.open', jsonb_build_object('id', tests.id('s'), 'float', 10000)) IS NOT NULL;
SELECT tests.sell('r1', 'a', 'cake', '3', 1050) IS NOT NULL;
SELECT is(tests.code(tests.back('r1', 'a', '3.000001')), 'MP142', 'more than was sold');
SELECT tests.back('r1', 'a', '1', '{"restock": true}') AS first \gset
SELECT is(tests.code(:'first'), '201', 'a third');
SELECT is(:'first'::jsonb #>> '{body,refund,amount}', '350', 'pays out what it was');
SELECT is(:'first'::jsonb #>> '{body,order,payment_state}', 'partly_refunded', 'the order says so');
SELECT is(:'first'::jsonb #>> '{body,order,refunded}', '350', 'and how much');
SELECT is(:'first'::jsonb #>> '{body,refund,receipt}', 'main-R1-A-2', 'with a number of the register''s series');
SELECT is((SELECT on_hand FROM pos.stock WHERE item_id = tests.item('r1', 'cake') AND outlet_id = (SELECT outlet FROM tests.signed_in WHERE who = 'r1')), 3000000::bigint, 'one cake is back');
SELECT is(tests.code(tests.back('r1', 'a', '2.000001')), 'MP142', 'more than the remainder');
SELECT is(tests.code(tests.call('r1', 'order.refund', jsonb_build_object('tender', 'cash', 'reason', 'x', 'lines', jsonb_build_array(
    jsonb_build_object('line_id', tests.id('a/1'), 'qty', '1'), jsonb_build_object('line_id', tests.id('a/1'), 'qty', '1.5'))), jsonb_build_object('order_id', tests.id('a')))), 'MP142', 'nor in two pieces of one call');
SELECT is(tests.code(tests.back('r1', 'a', '0.5')), '201', 'a half');
SELECT is(tests.back('r1', 'a', '1.5') #>> '{body,order,payment_state}', 'refunded', 'the rest');
SELECT is(tests.code(tests.back('r1', 'a', '0.000001')), 'MP142', 'nothing is left');
SELECT is((SELECT (sum(r.gross), sum(r.discount), sum(r.net), sum(r.tax), sum(r.total), sum(r.amount))::text FROM pos.refund r WHERE order_id = tests.id('a')),
          (SELECT (gross, discount, net, tax, total, paid)::text FROM pos.orders WHERE order_id = tests.id('a')), 'all of it came back, to the cent');
SELECT is((SELECT on_hand FROM pos.stock WHERE item_id = tests.item('r1', 'cake') AND outlet_id = (SELECT outlet FROM tests.signed_in WHERE who = 'r1')), 3000000::bigint, 'stock only when asked');
SELECT is(tests.code(tests.call('r1', 'payment.cash', tests.cash(1) || jsonb_build_object('order_id', tests.id('a')))), 'MP062', 'a refunded order is not paid again');

-- what is not paid, and what is no line
SELECT tests.call('r1', 'order.place', jsonb_build_object('id', tests.id('open'), 'lines', jsonb_build_array(tests.line('r1', 'tea', '1', jsonb_build_object('id', tests.id('open/1')))))) IS NOT NULL;
SELECT is(tests.code(tests.back('r1', 'open', '1')), 'MP050', 'what is not paid is voided, not refunded');
SELECT tests.call('r1', 'order.place', jsonb_build_object('id', tests.id('combo'), 'lines', jsonb_build_array(tests.line('r1', 'menu', '1', jsonb_build_object('id', tests.id('combo/1'), 'components', (
    SELECT jsonb_agg(jsonb_build_object('id', tests.id('combo/' || i.code), 'slot_id', s.slot_id, 'item_id', c.component_id)) FROM pos.combo_slot s JOIN pos.combo_slot_item c USING (tenant_id, item_id, slot_id)
      JOIN pos.item i ON i.tenant_id = s.tenant_id AND i.item_id = c.component_id JOIN tests.signed_in w ON w.tenant = s.tenant_id AND w.who = 'r1')))), 'payments', jsonb_build_array(tests.cash(500)))) AS combo \gset
SELECT is(tests.code(:'combo'), '201', 'a combo');
SELECT is(tests.code(tests.call('r1', 'order.refund', jsonb_build_object('tender', 'cash', 'reason', 'x', 'lines', jsonb_build_array(jsonb_build_object('line_id', tests.id('combo/tea'), 'qty', '1'))), jsonb_build_object('order_id', tests.id('combo')))), 'MP051', 'a component comes back with its combo');
SELECT is(tests.back('r1', 'combo', '1', '{"restock": true}') #>> '{body,refund,total}', '500', 'the combo');
SELECT is((SELECT on_hand FROM pos.stock WHERE item_id = tests.item('r1', 'cake') AND outlet_id = (SELECT outlet FROM tests.signed_in WHERE who = 'r1')), 3000000::bigint, 'and the cake of it');

-- the shift
SELECT tests.call('r1', 'shift.get', NULL, jsonb_build_object('shift_id', tests.id('s'))) -> 'body' AS x \gset
SELECT is(:'x'::jsonb -> 'refunds', '{"count": 4, "total": 1550, "cash": 1550}', 'sums of the shift');
SELECT is(:'x'::jsonb ->> 'expected_cash', '10000', 'what was paid out is not expected');
SELECT is((SELECT sum((t ->> 'refunded_tax')::bigint) FROM jsonb_array_elements(:'x'::jsonb -> 'taxes') t), (SELECT sum(tax) FROM pos.refund), 'taxes by rate');
SELECT is(:'x'::jsonb ->> 'total', '1550', 'sales stay what they were');

-- limits: 50.00 a shift for a cashier, of which 15.50 are gone
SELECT tests.sell('r1', 'b', 'soup', '20', 12000) IS NOT NULL;
SELECT is(tests.code(tests.back('r1', 'b', '6')), 'MP131', '36.00 is above it');
SELECT is(tests.code(tests.back('r1', 'b', '5.75')), '201', '34.50 is at it');
SELECT is((SELECT amount FROM pos.refund_sum WHERE staff_id = (SELECT actor FROM tests.signed_in WHERE who = 'r1')), 5000::bigint, 'now all of it is gone');
SELECT is(tests.code(tests.back('r1', 'b', '0.01')), 'MP131', 'one refund more');
CREATE FUNCTION tests.approval(amount bigint, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('approval', tests.call('r1', 'approval.create', jsonb_build_object('staff', '1', 'permission', 'refund.write', 'amount', amount, 'order_id', tests.id('b')) || more,
        (SELECT jsonb_build_object('staff_id', staff_id, 'person', repeat('0', 64), 'desk', repeat('0', 64)) FROM pos.staff JOIN tests.signed_in i ON i.tenant = tenant_id
          WHERE i.who = 'r1' AND number = '1')) #> '{body,approval}')
$$;
SELECT is(tests.code(tests.back('r1', 'b', '1', tests.approval(599))), 'MP132', 'an approval of less');
SELECT is(tests.code(tests.back('r1', 'b', '1', tests.approval(600, jsonb_build_object('order_id', tests.id('a'))))), 'MP132', 'or of another order');
SELECT tests.back('r1', 'b', '1', tests.approval(600)) AS approved \gset
SELECT is(:'approved'::jsonb #>> '{body,refund,approver_id}', (SELECT staff_id::text FROM pos.staff JOIN tests.signed_in i ON i.tenant = tenant_id AND i.who = 'r1' WHERE number = '1'), 'an approved one says by whom');
SELECT is((SELECT amount FROM pos.refund_sum WHERE staff_id = (SELECT actor FROM tests.signed_in WHERE who = 'api')), 600::bigint, 'and counts for them');
SELECT is(tests.code(tests.back('api', 'b', '12')), '201', 'a manager has no limit');
SELECT is(tests.code(tests.back('side', 'b', '1')), 'MP030', 'another outlet''s order');
SELECT is(tests.code(tests.back('other', 'b', '1')), 'MP030', 'another business''s');
SELECT is(tests.code(tests.back('r2', 'b', '0.1')), 'MP070', 'a register without a shift');

-- devices
SELECT tests.sell('r1', 'c', 'tea', '1', 200) IS NOT NULL;
SELECT tests.op('r1', 'order.refund', tests.id('c'), jsonb_build_object('order_id', tests.id('c'), 'id', tests.id('c/refund'), 'tender', 'cash', 'reason', 'x',
                'lines', jsonb_build_array(jsonb_build_object('line_id', tests.id('c/1'), 'qty', '1')))) AS op \gset
SELECT tests.push('r1', ARRAY[:'op'::jsonb]) AS pushed \gset
SELECT is(:'pushed'::jsonb #>> '{body,results,0,st}', 'flag', 'a refund at the till beyond the limit has happened');
SELECT ok(:'pushed'::jsonb #> '{body,results,0,flags}' ? 'limit_exceeded', 'and is flagged');
SELECT is(:'pushed'::jsonb #>> '{body,results,0,ref,change}', '200', 'the device hears what was paid out');
SELECT tests.op('r1', 'order.refund', tests.id('c'), jsonb_build_object('order_id', tests.id('c'), 'tender', 'cash', 'reason', 'x',
                'lines', jsonb_build_array(jsonb_build_object('line_id', tests.id('c/1'), 'qty', '1')))) AS op \gset
SELECT is(tests.push('r1', ARRAY[:'op'::jsonb]) #>> '{body,results,0,st}', 'susp', 'one that cannot be waits for a person');

-- coins of 5: what is paid out is rounded to them, and never more than was taken
SELECT pos.provision(jsonb_set(jsonb_set(tests.template('till-c'), '{rounding,cash_increment}', '5'), '{items,0,price}', '104')) IS NOT NULL;
SELECT tests.sign_in('coin', 'till-c', 'main', '1', NULL) IS NOT NULL;
SELECT is(tests.code(tests.sell('coin', 'n', 'tea', '1', 104)), '201', '1.04 paid exactly');
SELECT is(tests.back('coin', 'n', '0.99') #>> '{body,refund,amount}', '104', 'of 1.03 no more comes back than was taken');
SELECT is(tests.back('coin', 'n', '0.01') #>> '{body,refund,amount}', '0', 'and nothing after it');

-- reading
SELECT is(jsonb_array_length(tests.call('r1', 'refund.list', NULL, jsonb_build_object('order_id', tests.id('a'))) #> '{body,refunds}'), 3, 'the refunds of an order');
SELECT mpos.flush();
SELECT tests.call('r1', 'refund.receipt', NULL, jsonb_build_object('order_id', tests.id('c'), 'refund_id', tests.id('c/refund'))) AS receipt \gset
SELECT is(tests.code(:'receipt'), '200', 'the receipt of one');
SELECT ok((SELECT bool_or(t LIKE 'Cash%-2.00') FROM jsonb_array_elements_text(:'receipt'::jsonb #> '{body,text}') t), 'says what was paid out');
SELECT is(tests.code(tests.call('r1', 'refund.receipt', NULL, jsonb_build_object('order_id', tests.id('a'), 'refund_id', tests.id('c/refund')))), 'MP030', 'of its own order only');
SELECT is((SELECT count(*) FROM journal.journal j, mpos.verify(j.journal_id) f WHERE j.kind <> 'platform'), 0::bigint, 'the books verify');
SELECT * FROM finish();
ROLLBACK;
