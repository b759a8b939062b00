-- limits.sql: what a person may give away: discounts at the limit, one above and in pieces; voids of sent lines; approvals.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(61);
CREATE FUNCTION tests.off(rate text) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT jsonb_build_array(jsonb_build_object('type', 'percent', 'rate', rate)) $$;
CREATE FUNCTION tests.minus(amount bigint) RETURNS jsonb LANGUAGE sql IMMUTABLE AS $$ SELECT jsonb_build_array(jsonb_build_object('type', 'fixed', 'amount', amount)) $$;
-- An order of lines, with discounts of the order.
CREATE FUNCTION tests.place(who text, lines jsonb, discounts jsonb DEFAULT '[]', more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call(who, 'order.place', jsonb_build_object('lines', lines, 'discounts', discounts) || more)
$$;
CREATE FUNCTION tests.wine(who text, discounts jsonb DEFAULT '[]', qty text DEFAULT '1') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_array(tests.line(who, 'wine', qty, jsonb_build_object('discounts', discounts)))
$$;
CREATE FUNCTION tests.code(answer jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(answer ->> 'error', answer ->> 'status') $$;
-- What the server asks for after the second person's PIN was right.
CREATE FUNCTION tests.approve(who text, by text, permission text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call(who, 'approval.create', jsonb_build_object('staff', 'x', 'permission', permission) || more,
        (SELECT jsonb_build_object('staff_id', staff_id, 'person', repeat('0', 64), 'desk', repeat('0', 64)) FROM pos.staff JOIN tests.signed_in i ON i.tenant = tenant_id
          WHERE i.who = approve.who AND number = approve.by))
$$;
CREATE FUNCTION tests.approval(who text, by text, permission text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('approval', tests.approve(who, by, permission, more) #> '{body,approval}')
$$;
CREATE FUNCTION tests.only(name text) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('order_id', tests.id(name)) $$;
UPDATE pos.role SET discount_limit = 300000000 WHERE code = 'manager';
INSERT INTO pos.staff (tenant_id, staff_id, number, name, role, role_id) SELECT tenant_id, tests.id('four'), '4', 'Second', 'cashier', role_id
  FROM pos.role JOIN tests.signed_in i ON i.tenant = tenant_id AND i.who = 'r1' WHERE code = 'cashier';

-- discounts of the order: 10 % is the cashier's limit
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), tests.off('0.1'))), '201', 'at the limit');
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), tests.off('0.101'))), 'MP131', 'above it a second person must approve');
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), tests.minus(100))), '201', 'an amount at the limit');
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), tests.minus(101))), 'MP131', 'one above');
SELECT is(tests.code(tests.place('r1', tests.wine('r1', tests.off('0.05')), tests.off('0.05'))), '201', 'two discounts that stay below together');
SELECT is(tests.code(tests.place('r1', tests.wine('r1', tests.off('0.05')), tests.off('0.06'))), 'MP131', 'two that do not');
SELECT is(tests.code(tests.place('r1', tests.wine('r1', tests.minus(50) || tests.minus(51)))), 'MP131', 'nor two of one line');
SELECT is(tests.code(tests.place('r1', tests.wine('r1', tests.minus(100)) || tests.wine('r1', tests.minus(101)))), 'MP131', 'nor of two lines');
SELECT is(tests.code(tests.place('r1', tests.wine('r1', tests.minus(199)) || tests.wine('r1'))), '201', 'the order counts, not the line');
SELECT is(tests.code(tests.place('r1', jsonb_build_array(tests.line('r1', 'cake', '1', jsonb_build_object('discounts', tests.off('0.1')))))), '201', 'what rounding adds to the limit''s rate is within it');
SELECT is(tests.code(tests.place('api', tests.wine('api'), tests.off('0.3'))), '201', 'a session keeps the limit it began with');

-- in pieces over several calls
SELECT tests.place('r1', tests.wine('r1', tests.minus(60)), '[]', jsonb_build_object('id', tests.id('o'))) IS NOT NULL;
CREATE FUNCTION tests.more(who text, discounts jsonb, more jsonb DEFAULT '{}', item text DEFAULT 'wine') RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call(who, 'order.line.add', jsonb_build_object('lines', jsonb_build_array(tests.line(who, item, '1', jsonb_build_object('discounts', discounts)))) || more,
                      jsonb_build_object('order_id', tests.id('o')))
$$;
SELECT is(tests.code(tests.more('r1', tests.minus(141))), 'MP131', 'a second piece that is too much');
SELECT is(tests.code(tests.more('r1', tests.minus(140))), '201', 'and one that just fits');
SELECT is(tests.code(tests.more('r2', tests.minus(101))), 'MP131', 'by somebody else too');
SELECT is((SELECT (gross, discount)::text FROM pos.orders WHERE order_id = tests.id('o')), '(2000,200)', 'refused pieces leave nothing');
SELECT is(tests.code(tests.call('r1', 'order.line.void', '{}', jsonb_build_object('order_id', tests.id('o'), 'line_id',
    (SELECT line_id FROM pos.order_line WHERE order_id = tests.id('o') AND discount = 60)))), 'MP131', 'a void that leaves more than the limit on the rest');
SELECT is(tests.code(tests.call('r1', 'order.line.void', '{}', jsonb_build_object('order_id', tests.id('o'), 'line_id',
    (SELECT line_id FROM pos.order_line WHERE order_id = tests.id('o') AND discount = 140)))), '200', 'one that does not');

-- without the right to give any
UPDATE pos.session SET scopes = scopes & ~mpos.scopes('{discount.write}') WHERE session_id = (SELECT session FROM tests.signed_in WHERE who = 'r2');
SELECT is(tests.code(tests.place('r2', tests.wine('r2'), tests.minus(1))), 'MP131', 'who may not give discounts gives none');
SELECT is(tests.code(tests.place('r2', tests.wine('r2'))), '201', 'but sells');
SELECT is(tests.place('r2', tests.wine('r2'), '[]', '{"exempt": true}') ->> 'field', '/exempt', 'nor leaves tax out');
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), '[]', '{"exempt": true}')), '201', 'who may give something away does');
SELECT tests.op('r2', 'sale.commit', tests.id('d0'), jsonb_build_object('id', tests.id('d0'), 'lines', tests.wine('r2'), 'exempt', true,
                'payments', jsonb_build_array(tests.cash(1089)))) AS op \gset
SELECT tests.push('r2', ARRAY[:'op'::jsonb]) AS pushed \gset
SELECT ok(:'pushed'::jsonb #> '{body,results,0,flags}' ? 'limit_exceeded', 'a sale that happened without it is flagged to the device');
SELECT ok((SELECT 'limit_exceeded' = ANY (flags) FROM pos.orders WHERE order_id = tests.id('d0')), 'and on the order');

-- approvals
SELECT is(tests.code(tests.approve('r1', '1', 'discount.write', '{"rate": "0.3"}')), '201', 'a manager approves up to their limit');
SELECT is(tests.code(tests.approve('r1', '1', 'discount.write', '{"rate": "0.300000001"}')), 'MP024', 'not beyond');
SELECT is(tests.code(tests.approve('r1', '2', 'discount.write', '{"rate": "0.05"}')), 'MP024', 'nobody approves their own');
SELECT is(tests.code(tests.approve('r1', '4', 'discount.write', '{"rate": "0.2"}')), 'MP024', 'another cashier has the same limit');
SELECT is(tests.code(tests.approve('r1', '3', 'discount.write', '{"rate": "0.01"}')), 'MP024', 'the kitchen has no such right');
SELECT is(tests.approve('r1', '1', 'discount.write') ->> 'field', '/rate', 'a discount has a rate');
SELECT is(tests.approve('r1', '1', 'order.void', '{"rate": "0.1"}') ->> 'field', '/rate', 'a void has none');
SELECT tests.approval('r1', '1', 'discount.write', '{"rate": "0.2"}') AS approved \gset
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), tests.off('0.05'), :'approved')), '201', 'what needs no approval');
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), tests.off('0.21'), :'approved')), 'MP132', 'nor what it does not cover');
SELECT is(tests.code(tests.place('r2', tests.wine('r2'), tests.off('0.2'), :'approved')), 'MP132', 'nor another session''s');
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), tests.off('0.2'), :'approved')), '201', 'uses it up: what it covers does');
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), tests.off('0.2'), :'approved')), 'MP132', 'once');
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), tests.off('0.2'), jsonb_build_object('approval', tests.id('none')))), 'MP132', 'an approval that is none');
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), tests.off('0.2'), tests.approval('r1', '1', 'refund.write', jsonb_build_object('amount', 5000, 'order_id', tests.id('x'))))), 'MP132', 'one for something else');
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), tests.off('0.2'), tests.approval('r1', '1', 'discount.write', jsonb_build_object('rate', '0.2', 'order_id', tests.id('x'))))), 'MP132', 'one for another order');
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), tests.off('0.2'), tests.approval('r1', '1', 'discount.write', jsonb_build_object('rate', '0.2', 'order_id', tests.id('x'))) || jsonb_build_object('id', tests.id('x')))), '201', 'or for this one');
SELECT tests.approval('r1', '1', 'discount.write', '{"rate": "0.2"}') AS old \gset
UPDATE pos.approval SET expires_at = now() - interval '1 s' WHERE used_at IS NULL;
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), tests.off('0.2'), :'old')), 'MP132', 'one that is too old');
SELECT tests.approval('r1', '1', 'discount.write', '{"rate": "0.2"}') AS stale \gset
UPDATE pos.staff SET rights_version = rights_version + 1 WHERE number = '1';
SELECT is(tests.code(tests.place('r1', tests.wine('r1'), tests.off('0.2'), :'stale')), 'MP132', 'one whose approver has other rights now');
UPDATE pos.staff SET rights_version = rights_version - 1 WHERE number = '1';

-- an approved discount is not approved again until it grows
SELECT tests.place('r1', tests.wine('r1'), tests.minus(200), jsonb_build_object('id', tests.id('o2')) || tests.approval('r1', '1', 'discount.write', '{"rate": "0.2"}')) IS NOT NULL;
CREATE FUNCTION tests.more2(discounts jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call('r1', 'order.line.add', jsonb_build_object('lines', jsonb_build_array(tests.line('r1', 'tea', '1', jsonb_build_object('discounts', discounts)))), jsonb_build_object('order_id', tests.id('o2')))
$$;
SELECT is(tests.code(tests.more2('[]')), '201', 'a line without one');
SELECT is(tests.code(tests.more2(tests.minus(1))), 'MP131', 'a line with one more');

-- voids of what the kitchen has
SELECT tests.call('r1', 'shift.open', '{"float": 0}') IS NOT NULL;
CREATE FUNCTION tests.sent(name text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.place('r1', jsonb_build_array(tests.line('r1', 'soup', '1', jsonb_build_object('id', tests.id(name || '/1'))), tests.line('r1', 'wine', '1', jsonb_build_object('id', tests.id(name || '/2')))),
                       '[]', jsonb_build_object('id', tests.id(name), 'send', true))
$$;
CREATE FUNCTION tests.strike(who text, name text, line text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call(who, 'order.line.void', more, jsonb_build_object('order_id', tests.id(name), 'line_id', tests.id(name || '/' || line)))
$$;
SELECT tests.sent('k') IS NOT NULL;
SELECT is(tests.code(tests.strike('r1', 'k', '1')), 'MP131', 'a sent line needs order.void or an approval');
SELECT is(tests.code(tests.strike('r1', 'k', '2')), '200', 'one that was not sent does not');
SELECT is(tests.code(tests.strike('r1', 'k', '1', tests.approval('r1', '1', 'order.void', tests.only('x')))), 'MP132', 'a manager approves another order''s');
SELECT is(tests.code(tests.strike('r1', 'k', '1', tests.approval('r1', '1', 'order.void', tests.only('k')))), '200', 'a manager approves');
SELECT tests.sent('l') IS NOT NULL;
SELECT is(tests.code(tests.strike('api', 'l', '1')), '200', 'a manager voids');

-- devices are not refused what has happened
SELECT tests.op('r1', 'sale.commit', tests.id('d1'), jsonb_build_object('id', tests.id('d1'), 'lines', tests.wine('r1'), 'discounts', tests.off('0.5'),
                'payments', jsonb_build_array(tests.cash(544)))) AS op \gset
SELECT tests.push('r1', ARRAY[:'op'::jsonb]) AS pushed \gset
SELECT is(:'pushed'::jsonb #>> '{body,results,0,st}', 'flag', 'a sale beyond the limit');
SELECT ok(:'pushed'::jsonb #> '{body,results,0,flags}' ? 'limit_exceeded', 'is flagged to the device');
SELECT ok((SELECT 'limit_exceeded' = ANY (flags) FROM pos.orders WHERE order_id = tests.id('d1')), 'and on the order');
SELECT tests.op('r1', 'sale.commit', tests.id('d2'), jsonb_build_object('id', tests.id('d2'), 'lines', tests.wine('r1'), 'discounts', tests.off('0.2'),
                'payments', jsonb_build_array(tests.cash(871))) || tests.approval('r1', '1', 'discount.write', '{"rate": "0.2"}')) AS op \gset
SELECT tests.push('r1', ARRAY[:'op'::jsonb]) AS pushed \gset
SELECT ok(NOT coalesce(:'pushed'::jsonb #> '{body,results,0,flags}', '[]') ? 'limit_exceeded', 'an approved one is not');
SELECT tests.sent('m') IS NOT NULL;
SELECT tests.op('r1', 'order.line.void', tests.id('m'), jsonb_build_object('order_id', tests.id('m'), 'line_id', tests.id('m/1'))) AS op \gset
SELECT is(tests.push('r1', ARRAY[:'op'::jsonb]) #>> '{body,results,0,code}', 'approval_required', 'a void beyond the rights has not');
SELECT is((SELECT state FROM pos.order_line WHERE line_id = tests.id('m/1')), 'sent', 'the line stays');
SELECT tests.op('r1', 'order.line.void', tests.id('m'), jsonb_build_object('order_id', tests.id('m'), 'line_id', tests.id('m/1')) || tests.approval('r1', '1', 'order.void', tests.only('m'))) AS op \gset
SELECT is(tests.push('r1', ARRAY[:'op'::jsonb]) #>> '{body,results,0,st}', 'ok', 'an approved one is applied');
SELECT tests.op('r1', 'order.place', tests.id('n'), jsonb_build_object('id', tests.id('n'), 'lines', tests.wine('r1'), 'discounts', tests.off('0.2'))) AS op \gset
SELECT is(tests.push('r1', ARRAY[:'op'::jsonb]) #>> '{body,results,0,code}', 'approval_required', 'nor has an order beyond the limit');
SELECT is((SELECT count(*) FROM pos.orders WHERE order_id = tests.id('n')), 0::bigint, 'which is not placed');
SELECT tests.op('r1', 'order.pay', tests.id('n'), tests.cash(871) || jsonb_build_object('order_id', tests.id('n'))) AS op \gset
SELECT is(tests.push('r1', ARRAY[:'op'::jsonb]) #>> '{body,results,0,st}', 'susp', 'but its payment waits for a person');
SELECT tests.place('r1', tests.wine('r1'), tests.off('0.1'), jsonb_build_object('id', tests.id('p'))) IS NOT NULL;
SELECT tests.op('r1', 'order.line.add', tests.id('p'), jsonb_build_object('order_id', tests.id('p'), 'lines', tests.wine('r1', tests.off('0.2')))) AS op \gset
SELECT is(tests.push('r1', ARRAY[:'op'::jsonb]) #>> '{body,results,0,code}', 'approval_required', 'nor has a line');

-- rounding is no way past the limit: what was within it stays within
SELECT tests.place('r1', jsonb_build_array(tests.line('r1', 'tea', '5'), tests.line('r1', 'cake', '0.014', jsonb_build_object('id', tests.id('q/1')))),
                   tests.minus(101), jsonb_build_object('id', tests.id('q'))) IS NOT NULL;
SELECT is(tests.code(tests.strike('r1', 'q', '1')), 'MP131', 'a small void that leaves one unit too much');
SELECT is((SELECT (gross, discount)::text FROM pos.orders WHERE order_id = tests.id('q')), '(1005,101)', 'leaves nothing');
SELECT * FROM finish();
ROLLBACK;
