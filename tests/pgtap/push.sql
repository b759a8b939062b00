-- push.sql: a device's log: applied once, in order, never refusing what has happened.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(47);

CREATE FUNCTION tests.sale(who text, name text, more jsonb DEFAULT '{}') RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.op(who, 'sale.commit', tests.id(name), jsonb_build_object('id', tests.id(name),
        'lines', jsonb_build_array(tests.line(who, 'cake')), 'payments', jsonb_build_array(tests.cash(350, 500))) || more)
$$;
SELECT tests.op('r1', 'shift.open', tests.id('s'), jsonb_build_object('id', tests.id('s'), 'float', 100)) AS o1 \gset
SELECT tests.sale('r1', 'a', '{"receipt_n": 1}') AS o2 \gset
SELECT tests.push('r1', ARRAY[:'o1'::jsonb, :'o2'::jsonb]) AS answer \gset
SELECT is(tests.states(:'answer'), 'ok ok', 'applied');
SELECT is(:'answer'::jsonb #>> '{body,results,1,ref,receipt}', 'main-R1-A-1', 'the device learns its number');
SELECT is(:'answer'::jsonb #>> '{body,results,1,ref,change}', '150', 'and the change');
SELECT is(:'answer'::jsonb #>> '{body,last_hash}', (SELECT encode(hash, 'hex') FROM tests.log WHERE who = 'r1'), 'the server has the same log');
SELECT is((SELECT payment_state FROM pos.orders WHERE order_id = tests.id('a')), 'paid', 'sold');
SELECT is(tests.push('r1', ARRAY[:'o1'::jsonb, :'o2'::jsonb]) #> '{body,results,1}', :'answer'::jsonb #> '{body,results,1}' || '{"dup": true}',
          'a repetition answers the stored result');
SELECT is((SELECT count(*) FROM pos.orders o JOIN tests.signed_in i ON i.device = o.device_id WHERE i.who = 'r1'), 1::bigint, 'and sells nothing');

-- Gaps, chains, other stories.
SELECT tests.sale('r1', 'b', '{"receipt_n": 2}') AS o3 \gset
SELECT tests.sale('r1', 'c', '{"receipt_n": 3}') AS o4 \gset
SELECT is(tests.push('r1', ARRAY[:'o4'::jsonb]) ->> 'error', 'MP092', 'a gap is refused');
SELECT is(tests.push('r1', ARRAY[:'o3'::jsonb, replace(:'o4', ' 350', ' 351')::jsonb]) #>> '{body,results,1,st}', 'flag', 'its own bytes are its own');
SELECT is(tests.push('r1', ARRAY[:'o4'::jsonb]) #>> '{body,code}', 'device_forked', 'the same number with other bytes is a fork');
SELECT tests.sale('r1', 'd') AS o5 \gset
SELECT is(tests.push('r1', ARRAY[:'o5'::jsonb]) ->> 'error', 'MP091', 'and locks the device');
SELECT is(tests.push('r2', ARRAY[jsonb_build_object('seq', 1, 's', replace((tests.sale('r2', 'x') ->> 's'), repeat('0', 64), repeat('1', 64)))]) ->> 'error', 'MP093',
          'what does not chain is refused');
UPDATE tests.log SET seq = 0, hash = decode(repeat('00', 32), 'hex') WHERE who = 'r2';
SELECT is(tests.push('r2', ARRAY[:'o5'::jsonb]) ->> 'error', 'MP093', 'nor is it another device''s');
SELECT is(tests.call('r2', 'sync.push', jsonb_build_object('dev', tests.id('r1'), 'gen', 1, 'first', 1, 'count', 1,
          'ops', jsonb_build_array(jsonb_build_object('s', '{}')))) ->> 'error', 'MP030', 'a device pushes its own log');
SELECT is(tests.call('r2', 'sync.push', jsonb_build_object('dev', (SELECT device FROM tests.signed_in WHERE who = 'r2'), 'gen', 1, 'first', 1, 'count', 2,
          'ops', jsonb_build_array(jsonb_build_object('s', '{}')))) ->> 'field', '/count', 'the count must be right');

-- What has happened is taken: no shift, another price, a number out of turn, more than was due.
SELECT tests.push('r2', ARRAY[tests.sale('r2', 'e', jsonb_build_object('receipt_n', 5, 'priced_hash', repeat('a', 64)))]) AS flagged \gset
SELECT is(:'flagged'::jsonb #>> '{body,results,0,st}', 'flag', 'flagged, not refused');
SELECT is((SELECT array_agg(f ORDER BY f) FROM jsonb_array_elements_text(:'flagged'::jsonb #> '{body,results,0,flags}') f),
          '{no_shift,number_gap,price_diff}', 'with every reason');
SELECT is((SELECT receipt FROM pos.orders WHERE order_id = tests.id('e')), 'main-R2-A-5', 'the printed number stands');
SELECT is(tests.call('r2', 'sync.state') #>> '{body,shift,state}', 'open', 'a shift was opened for it');
SELECT is(tests.call('r2', 'sync.state') #>> '{body,receipt_n}', '5', 'the series goes on from there');
SELECT tests.push('r2', ARRAY[tests.op('r2', 'order.pay', tests.id('e'), tests.cash(350) || jsonb_build_object('order_id', tests.id('e')))]) AS twice \gset
SELECT is(:'twice'::jsonb #>> '{body,results,0,flags,0}', 'overpaid', 'a second payment is kept');
SELECT is((SELECT payment_state || ' ' || paid FROM pos.orders WHERE order_id = tests.id('e')), 'overpaid 700', 'and shown');
SELECT is(tests.push('r2', ARRAY[tests.sale('r2', 'neg', jsonb_build_object('lines', jsonb_build_array(tests.line('r2', 'cake', '9')),
          'payments', jsonb_build_array(tests.cash(3150))))]) #> '{body,results,0,flags}', '["neg_stock"]', 'stock below zero');

-- Refusals consume their number; what nobody understands is suspended, what hangs on it is held.
SELECT tests.push('r2', ARRAY[
    tests.op('r2', 'order.line.add', tests.id('e'), jsonb_build_object('order_id', tests.id('e'), 'lines', jsonb_build_array(tests.line('r2', 'tea')))),
    tests.op('r2', 'sale.levitate', tests.id('lev'), '{}'),
    tests.op('r2', 'order.send', tests.id('lev'), jsonb_build_object('order_id', tests.id('lev'))),
    tests.sale('r2', 'unknown', jsonb_build_object('lines', jsonb_build_array(jsonb_build_object('item_id', tests.id('?'), 'qty', '1')))),
    tests.op('r2', 'order.send', tests.id('none'), jsonb_build_object('order_id', tests.id('none'))),
    tests.sale('r2', 'f')]) AS mixed \gset
SELECT is(tests.states(:'mixed'), 'rej susp held susp rej flag', 'each has its own end');
SELECT is(:'mixed'::jsonb #>> '{body,results,0,code}', 'order_state', 'a paid order takes no lines');
SELECT is(:'mixed'::jsonb #>> '{body,results,3,code}', 'unknown_item', 'a sale of something unknown waits for a person');
SELECT is((SELECT count(*) FROM pos.suspense s JOIN tests.signed_in i ON i.device = s.device_id WHERE i.who = 'r2' AND s.state = 'open'), 3::bigint, 'three wait');
SELECT is((SELECT count(*) FROM pos.orders WHERE order_id IN (tests.id('unknown'), tests.id('lev'))), 0::bigint, 'nothing was written of them');
SELECT is((SELECT on_hand FROM pos.stock WHERE item_id = tests.item('r2', 'cake') AND on_hand <> 5000000), -9000000::bigint, 'stock: 5 - 4 - 9 - 1');

-- How the server repeats a push that failed: one at a time, then without running it.
SELECT tests.sale('r2', 'g') AS g \gset
SELECT tests.sale('r2', 'h') AS h \gset
SELECT is(tests.states(tests.push('r2', ARRAY[:'g'::jsonb, :'h'::jsonb], '{"single": "true"}')), 'flag', 'one operation');
SELECT is(tests.push('r2', ARRAY[:'g'::jsonb, :'h'::jsonb], '{"suspend": "22012"}') #>> '{body,results,1,code}', '22012', 'suspended with its reason');
SELECT is((SELECT count(*) FROM pos.orders WHERE order_id = tests.id('h')), 0::bigint, 'not run');

-- The whole life of an order.
SELECT tests.push('r2', ARRAY[
    tests.op('r2', 'order.place', tests.id('o'), jsonb_build_object('id', tests.id('o'), 'lines', jsonb_build_array(
        tests.line('r2', 'tea', '1', jsonb_build_object('id', tests.id('l1')))))),
    tests.op('r2', 'order.line.add', tests.id('o'), jsonb_build_object('order_id', tests.id('o'), 'lines', jsonb_build_array(tests.line('r2', 'tea')))),
    tests.op('r2', 'order.line.void', tests.id('o'), jsonb_build_object('order_id', tests.id('o'), 'line_id', tests.id('l1'), 'reason', 'x')),
    tests.op('r2', 'order.send', tests.id('o'), jsonb_build_object('order_id', tests.id('o'))),
    tests.op('r2', 'order.pay', tests.id('o'), tests.cash(200) || jsonb_build_object('order_id', tests.id('o')))]) AS life \gset
SELECT is(tests.states(:'life'), 'ok ok ok ok ok', 'every step applied');
SELECT is((SELECT state || ' ' || payment_state || ' ' || total FROM pos.orders WHERE order_id = tests.id('o')), 'submitted paid 200', 'paid and in the kitchen');
SELECT is(tests.push('r2', ARRAY[tests.op('r2', 'kds.bump', tests.id('o'), jsonb_build_object('ticket_id', (SELECT ticket_id FROM pos.ticket WHERE order_id = tests.id('o')), 'to', 'served'))])
          #>> '{body,results,0,code}', 'forbidden', 'a cashier does not cook');
UPDATE pos.session SET scopes = scopes | mpos.scopes('{kitchen.write}') WHERE session_id = (SELECT session FROM tests.signed_in WHERE who = 'r2');
SELECT is(tests.states(tests.push('r2', ARRAY[
    tests.op('r2', 'kds.bump', tests.id('o'), jsonb_build_object('ticket_id', (SELECT ticket_id FROM pos.ticket WHERE order_id = tests.id('o')), 'to', 'served', 'id', tests.id('b'))),
    tests.op('r2', 'kds.bump', tests.id('o'), jsonb_build_object('ticket_id', (SELECT ticket_id FROM pos.ticket WHERE order_id = tests.id('o')), 'to', 'served')),
    tests.op('r2', 'shift.close', tests.id('s2'), jsonb_build_object('shift_id', tests.call('r2', 'sync.state') #> '{body,shift,id}', 'counted', 0))])),
    'ok noop ok', 'kitchen and shift through the log');
SELECT is((SELECT state FROM pos.orders WHERE order_id = tests.id('o')), 'closed', 'closed in the end');

-- A push may what its session may over HTTP. Money that has moved waits, the rest is refused.
SELECT NULL FROM tests.sign_in('k', 'till-a', 'main', '3', 'K1');
CREATE FUNCTION tests.forbidden(who text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    type text;
    result jsonb;
    found text := '';
BEGIN
    FOREACH type IN ARRAY '{sale.commit,order.place,order.line.add,order.line.void,order.send,order.pay,order.refund,kds.bump,kds.recall,shift.open,shift.close}'::text[] LOOP
        result := tests.push(who, ARRAY[tests.op(who, type, gen_random_uuid(), '{}')]) #> '{body,results,0}';
        IF result ->> 'code' = 'forbidden' THEN
            found := concat_ws(' ', nullif(found, ''), type, result ->> 'st');
        END IF;
    END LOOP;
    RETURN found;
END
$$;
-- The session is now the device's own, and the device of that kind.
CREATE FUNCTION tests.alone(who text, new_kind text, scopes text[]) RETURNS void LANGUAGE sql AS $$
    UPDATE pos.session SET kind = 'device', staff_id = NULL, scopes = mpos.scopes(alone.scopes)
     WHERE session_id = (SELECT i.session FROM tests.signed_in i WHERE i.who = alone.who);
    UPDATE pos.device_cursor SET kind = new_kind WHERE device_id = (SELECT i.device FROM tests.signed_in i WHERE i.who = alone.who)
$$;
SELECT is(tests.forbidden('k'), 'sale.commit susp order.place rej order.line.add rej order.line.void rej order.send rej order.pay susp order.refund susp shift.open rej shift.close rej',
          'the kitchen neither sells nor refunds');
SELECT is((SELECT count(*) FROM pos.suspense s JOIN tests.signed_in i ON i.device = s.device_id WHERE i.who = 'k' AND s.state = 'open' AND s.code = 'forbidden'), 3::bigint, 'what moved money is not lost');
SELECT is(tests.push('k', ARRAY[tests.sale('k', 'k1')]) #>> '{body,results,0,code}', 'forbidden', 'nor does it with a whole sale');
SELECT is((SELECT count(*) FROM pos.orders WHERE order_id = tests.id('k1')), 0::bigint, 'which is not applied');
SELECT tests.alone('k', 'kitchen', '{sync.push,kitchen.write}');
SELECT is(tests.forbidden('k'), 'sale.commit susp order.place rej order.line.add rej order.line.void rej order.send rej order.pay susp order.refund susp shift.open rej shift.close rej',
          'nor does a kitchen screen by itself');
SELECT tests.alone('k', 'kiosk', '{sync.push,order.write}');
SELECT is(tests.forbidden('k'), 'order.refund susp kds.bump rej kds.recall rej shift.open rej shift.close rej', 'a kiosk sells by itself');
SELECT matches(tests.push('k', ARRAY[tests.sale('k', 'k2')]) #>> '{body,results,0,st}', '^(ok|flag)$', 'a whole sale too');
SELECT tests.alone('k', 'register', '{sync.push}');
SELECT is(tests.forbidden('k'), '', 'a register empties its whole log by itself');
SELECT tests.alone('k', 'channel', '{sync.push}');
SELECT is(tests.forbidden('k') LIKE 'sale.commit susp order.place rej%shift.close rej', true, 'what is no device of its own may nothing more');
SELECT mpos.flush();
SELECT is((SELECT count(*) FROM journal.entry), (SELECT sum(next_seq)::bigint FROM journal.head), 'journals are whole');
SELECT * FROM finish();
ROLLBACK;
