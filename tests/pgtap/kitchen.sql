-- kitchen.sql: sending, voiding, bump and recall, and the order that follows its tickets.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(36);

CREATE FUNCTION tests.order_of(id uuid) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call('api', 'order.get', NULL, jsonb_build_object('order_id', id)) -> 'body'
$$;
CREATE FUNCTION tests.ticket_of(id uuid, at text) RETURNS uuid LANGUAGE sql AS $$
    SELECT ticket_id FROM pos.ticket WHERE order_id = id AND station = at
$$;
CREATE FUNCTION tests.bump(ticket uuid, body jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call('api', 'kds.bump', body, jsonb_build_object('ticket_id', ticket))
$$;
CREATE FUNCTION tests.recall(ticket uuid, bump uuid) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call('api', 'kds.recall', jsonb_build_object('undo', bump), jsonb_build_object('ticket_id', ticket))
$$;
CREATE FUNCTION tests.send(id uuid) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call('api', 'order.send', '{}', jsonb_build_object('order_id', id))
$$;

SELECT tests.call('api', 'order.place', jsonb_build_object('id', tests.id('o'), 'lines', jsonb_build_array(
    tests.line('api', 'tea', '2', jsonb_build_object('id', tests.id('l1'), 'modifiers', jsonb_build_array(
        jsonb_build_object('modifier_id', tests.modifier('api', 'oat'))))),
    tests.line('api', 'soup', '1', jsonb_build_object('id', tests.id('l2'))),
    tests.line('api', 'cake', '1', jsonb_build_object('id', tests.id('l3')))))) AS placed \gset
SELECT is(:'placed'::jsonb #>> '{body,order,state}', 'open', 'open until sent');
SELECT is((SELECT count(*) FROM pos.ticket WHERE order_id = tests.id('o')), 0::bigint, 'nothing in the kitchen yet');
SELECT is(tests.send(tests.id('o')) #>> '{body,order,state}', 'submitted', 'sent');
SELECT is((SELECT array_agg(station ORDER BY station) FROM pos.ticket WHERE order_id = tests.id('o')), '{bar,kitchen}', 'a ticket for each station');
SELECT is((SELECT jsonb_agg(l ->> 'state') FROM jsonb_array_elements(tests.order_of(tests.id('o')) -> 'lines') l), '["sent", "sent", "new"]',
          'what no station prepares is not sent');
SELECT is(tests.send(tests.id('o')) #>> '{body,order,version}', '2', 'sending again changes nothing');
SELECT is((SELECT modifiers FROM pos.ticket_item WHERE line_id = tests.id('l1')), '{Oat}', 'the kitchen reads the modifiers');

SELECT tests.ticket_of(tests.id('o'), 'bar') AS bar, tests.ticket_of(tests.id('o'), 'kitchen') AS kitchen \gset
SELECT is(tests.bump(:'bar', jsonb_build_object('to', 'ready', 'id', tests.id('b1'))) #>> '{body,result}', 'ok', 'bumped');
SELECT is(tests.bump(:'bar', '{"to": "ready"}') #>> '{body,result}', 'noop', 'the second screen gets noop');
SELECT is(tests.bump(:'bar', '{"to": "cooking"}') #>> '{body,ticket,state}', 'ready', 'a bump never goes back');
SELECT is(tests.order_of(tests.id('o')) ->> 'state', 'in_preparation', 'the order is being prepared');
SELECT is(tests.bump(:'bar', jsonb_build_object('to', 'served', 'id', tests.id('b2'))) #>> '{body,ticket,last_bump}', tests.id('b2')::text,
          'the ticket names its newest bump');
SELECT is(tests.recall(:'bar', tests.id('b1')) ->> 'error', 'MP080', 'an older bump cannot be undone');
SELECT is(tests.recall(:'bar', tests.id('b2')) #>> '{body,ticket,state}', 'ready', 'the newest can');
SELECT is(tests.recall(:'bar', tests.id('b2')) ->> 'error', 'MP080', 'once');
SELECT is(tests.recall(:'bar', tests.id('b1')) #>> '{body,ticket,state}', 'new', 'then the one before it');
SELECT is(tests.recall(:'kitchen', tests.id('b1')) ->> 'error', 'MP030', 'on its own ticket only');
SELECT is(tests.bump(:'bar', jsonb_build_object('to', 'ready', 'items', jsonb_build_array(tests.id('nobody')))) ->> 'error', 'MP030',
          'an item of no ticket is not found');
SELECT is(tests.order_of(tests.id('o')) ->> 'state', 'submitted', 'the order is back in the queue');

-- Voiding a sent line strikes it in the kitchen.
CREATE FUNCTION tests.void(line uuid) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call('api', 'order.line.void', '{"reason": "x"}', jsonb_build_object('order_id', tests.id('o'), 'line_id', line))
$$;
SELECT is(tests.void(tests.id('l2')) #>> '{body,order,total}', '850', 'the order costs less by the line');
SELECT is((SELECT state FROM pos.ticket_item WHERE line_id = tests.id('l2')), 'cancelled', 'the item is struck');
SELECT is((SELECT state FROM pos.ticket WHERE ticket_id = :'kitchen'), 'cancelled', 'and with it its ticket');
SELECT is(tests.void(tests.id('l2')) ->> 'error', 'MP051', 'void once');
SELECT is(tests.void(tests.id('nobody')) ->> 'error', 'MP030', 'an unknown line');
SELECT is(tests.call('api', 'order.line.add', jsonb_build_object('lines', jsonb_build_array(
              tests.line('api', 'tea', '1', jsonb_build_object('id', tests.id('l4'))))), jsonb_build_object('order_id', tests.id('o')))
          #>> '{body,order,total}', '1050', 'a line more');
SELECT is(tests.call('api', 'order.line.add', jsonb_build_object('lines', jsonb_build_array(
              tests.line('api', 'tea', '1', jsonb_build_object('id', tests.id('l2'))))), jsonb_build_object('order_id', tests.id('o'))) ->> 'error',
          'MP034', 'a line id is used once');
SELECT is((SELECT sum((l ->> 'total')::int) FROM jsonb_array_elements(tests.order_of(tests.id('o')) -> 'lines') l WHERE l ->> 'state' <> 'voided'),
          1050::bigint, 'the lines that stand sum to the total');
SELECT is(tests.send(tests.id('o')) #>> '{body,order,state}', 'submitted', 'sent again');
SELECT is((SELECT count(*) FROM pos.ticket_item WHERE ticket_id = :'bar'), 2::bigint, 'the new line joined the ticket of its station');

-- Paid, then served: closed.
SELECT is(tests.call('api', 'payment.cash', tests.cash(1050) || jsonb_build_object('order_id', tests.id('o'))) #>> '{body,order,state}', 'submitted',
          'paid while the kitchen works');
SELECT is(tests.bump(:'bar', '{"to": "served"}') #>> '{body,ticket,state}', 'served', 'served');
SELECT is(tests.order_of(tests.id('o')) ->> 'state', 'closed', 'paid and served is closed');
SELECT is(jsonb_array_length(tests.call('api', 'ticket.list') #> '{body,tickets}'), 0, 'no ticket is open');
SELECT is(jsonb_array_length(tests.call('api', 'ticket.list', NULL, '{"state": "all"}') #> '{body,tickets}'), 2, 'both are among the recent');
SELECT is(tests.call('other', 'kds.bump', '{"to": "ready"}', jsonb_build_object('ticket_id', :'bar')),
          tests.call('other', 'kds.bump', '{"to": "ready"}', jsonb_build_object('ticket_id', tests.id('random'))), 'a foreign ticket is like none');
SELECT is((SELECT count(*) FROM pos.bump WHERE ticket_id = :'bar' AND NOT undone), 1::bigint, 'what was undone says so');
SELECT * FROM finish();
ROLLBACK;
