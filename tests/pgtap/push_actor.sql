-- push_actor.sql: what several people did on one till is theirs, whoever is signed in when it is pushed.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(15);
SELECT NULL FROM tests.sign_in('boss', 'till-a', 'main', '1', 'R1');
SELECT NULL FROM tests.sign_in('elsewhere', 'till-a', 'main', '1', 'R2');
CREATE FUNCTION tests.place(name text, rate text, acting text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.op('r1', 'order.place', tests.id(name), jsonb_build_object('id', tests.id(name), 'lines', jsonb_build_array(tests.line('r1', 'wine')),
                    'discounts', jsonb_build_array(jsonb_build_object('type', 'percent', 'rate', rate))), acting)
$$;
CREATE FUNCTION tests.code(answer jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(answer #>> '{body,results,0,code}', answer #>> '{body,results,0,st}')
$$;
CREATE FUNCTION tests.seller(which text) RETURNS text LANGUAGE sql AS $$
    SELECT p.number FROM pos.orders o JOIN pos.staff p USING (tenant_id, staff_id) WHERE o.order_id = tests.id(which)
$$;
SELECT is(tests.code(tests.push('r1', ARRAY[tests.place('mine', '0.1', NULL)])), 'ok', 'an operation that names nobody');
SELECT is(tests.seller('mine'), '2', 'is of who pushes');
SELECT is(tests.code(tests.push('r1', ARRAY[tests.place('boss', '0.3', 'boss')])), 'ok', 'one of a manager, pushed by a cashier, has the manager''s limit');
SELECT is(tests.seller('boss'), '1', 'and is the manager''s');
SELECT is(tests.code(tests.push('r1', ARRAY[tests.place('after', '0.3', NULL)])), 'approval_required', 'the next one has the cashier''s again');
SELECT is(tests.code(tests.push('boss', ARRAY[tests.place('less', '0.3', 'r1')])), 'approval_required', 'one of a cashier, pushed by a manager, has the cashier''s');
SELECT is(tests.code(tests.push('boss', ARRAY[tests.place('same', '0.3', 'boss') - 'mark'])), 'ok', 'one''s own needs no mark');
SELECT is(tests.code(tests.push('r1', ARRAY[tests.place('bare', '0.1', 'boss') - 'mark'])), 'forbidden', 'another''s does');
SELECT is(tests.code(tests.push('r1', ARRAY[tests.place('forged', '0.1', 'boss') || jsonb_build_object('mark', repeat('0', 64))])), 'forbidden', 'a right one');
SELECT tests.place('moved', '0.1', 'boss') AS op \gset
SELECT is(tests.code(tests.push('r1', ARRAY[:'op'::jsonb || jsonb_build_object('mark', tests.mark('boss', '\x00'))])), 'forbidden', 'of this operation');
SELECT is(tests.code(tests.push('r1', ARRAY[tests.place('far', '0.1', 'elsewhere')])), 'forbidden', 'and of a session of this device');
SELECT is((SELECT count(*) FROM pos.orders WHERE order_id IN (tests.id('bare'), tests.id('forged'), tests.id('moved'), tests.id('far'))), 0::bigint, 'nothing of those is there');
UPDATE pos.session SET ended_at = now() WHERE session_id = (SELECT session FROM tests.signed_in WHERE who = 'boss');
SELECT is(tests.code(tests.push('r1', ARRAY[tests.place('left', '0.3', 'boss')])), 'ok', 'who has signed out did it before');
SELECT is(tests.seller('left'), '1', 'and it is still theirs');
SELECT tests.op('r1', 'sale.commit', tests.id('paid'), jsonb_build_object('id', tests.id('paid'), 'lines', jsonb_build_array(tests.line('r1', 'tea')),
                'payments', jsonb_build_array(tests.cash(200))), 'elsewhere') AS op \gset
SELECT is(tests.push('r1', ARRAY[:'op'::jsonb]) #>> '{body,results,0,st}', 'susp', 'money that has moved waits for a person');
SELECT * FROM finish();
ROLLBACK;
