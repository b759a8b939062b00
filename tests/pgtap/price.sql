-- price.sql: previews and quotes, times of prices, coupons with their limits, orders that are sold anew when lines come and go,
-- prices of devices that differ.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(55);

SELECT s.tenant AS t FROM tests.signed_in s WHERE s.who = 'api' \gset
CREATE FUNCTION tests.rule(kind text, code text, definition jsonb) RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    t uuid := (SELECT s.tenant FROM tests.signed_in s WHERE s.who = 'api');
BEGIN
    EXECUTE format('INSERT INTO pos.%1$I (tenant_id, %2$I, code, name, priority, definition) VALUES ($1, $2, $3, initcap($3), 0, $4)', kind, kind || '_id')
      USING t, tests.id(code), code, definition;
    RETURN tests.id(code);
END
$$;
CREATE FUNCTION tests.lines(VARIADIC codes text[]) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('lines', jsonb_agg(tests.line('api', c, '1', jsonb_build_object('id', tests.id('l' || n))) ORDER BY n)) FROM unnest(codes) WITH ORDINALITY u(c, n)
$$;
CREATE FUNCTION tests.code(answer jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT coalesce(answer ->> 'error', answer ->> 'status') $$;
CREATE FUNCTION tests.person(name text) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('customer', jsonb_build_object('id', tests.id(name))) $$;
CREATE FUNCTION tests.priced(body jsonb, who text DEFAULT 'api') RETURNS jsonb LANGUAGE sql AS $$ SELECT tests.call(who, 'price.preview', body) $$;

SELECT tests.rule('promotion', 'welcome', jsonb_build_object('kind', 'percent', 'rate', '0.1', 'coupons', '["Hello", "hi"]'::jsonb, 'coupon_uses', 2, 'coupon_uses_per_customer', 1));
SELECT tests.rule('promotion', 'pair', jsonb_build_object('kind', 'amount_unit', 'amount', 40, 'min_qty', '2', 'targets', jsonb_build_object('item_ids', jsonb_build_array(tests.item('api', 'soup')))));
SELECT tests.rule('charge', 'service', jsonb_build_object('kind', 'percent', 'rate', '0.1', 'base', 'left', 'waivable', true, 'when', '{"places": ["delivery"]}'::jsonb));
SELECT NULL FROM pos.publish(:'t');

-- previews and quotes
SELECT tests.priced(tests.lines('tea', 'cake')) -> 'body' AS preview \gset
SELECT is(:'preview'::jsonb ->> 'total', '550', 'a preview says what it costs');
SELECT is((SELECT count(*) FROM pos.orders WHERE tenant_id = :'t'), 0::bigint, 'and stores nothing');
SELECT ok(jsonb_array_length(:'preview'::jsonb -> 'trace') > 4, 'and why');
SELECT is((SELECT e ->> 'amount' FROM jsonb_array_elements(:'preview'::jsonb -> 'trace') e WHERE e ->> 'step' = 'total'), '550', 'the trace ends with the total');
UPDATE pos.item SET price = 220 WHERE tenant_id = :'t' AND code = 'tea';
SELECT NULL FROM pos.publish(:'t');
SELECT jsonb_build_object('quote', :'preview'::jsonb ->> 'quote') AS quote \gset
SELECT tests.call('api', 'order.place', tests.lines('tea', 'cake') || :'quote') AS answer \gset
SELECT is(:'answer'::jsonb #>> '{body,order,total}', '550', 'an order with the quote costs what it promised, whatever was published since');
SELECT is(:'answer'::jsonb #>> '{body,order,catalogue}', :'preview'::jsonb ->> 'catalogue', 'by the catalogue of then');
SELECT is(tests.call('api', 'order.place', tests.lines('tea', 'cake')) #>> '{body,order,total}', '570', 'without it, what it costs now');
SELECT is(tests.code(tests.call('api', 'order.place', tests.lines('tea') || :'quote')), 'MP172', 'it is not for other lines');
SELECT is(tests.code(tests.call('api', 'order.place', tests.lines('tea', 'cake') || jsonb_build_object('discounts', '[{"type": "fixed", "amount": 1}]'::jsonb) || :'quote')), 'MP172', 'nor for other discounts');
SELECT is(tests.code(tests.call('api', 'order.place', tests.lines('tea', 'cake') || jsonb_build_object('quote', translate(left(:'quote'::jsonb ->> 'quote', 60), 'AB', 'BA') || substr(:'quote'::jsonb ->> 'quote', 61)))), 'MP172', 'tampered with');
SELECT is(tests.code(tests.call('api', 'order.place', tests.lines('tea', 'cake') || '{"quote": "x"}')), 'MP172', 'no quote at all');
SELECT is(tests.code(tests.call('side', 'order.place', tests.lines('tea', 'cake') || :'quote')), 'MP172', 'the quote of another outlet');
CREATE FUNCTION tests.requote(quote text, expires timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT rtrim(translate(encode(b || hmac('mpos.quote.v1'::bytea || '\x00' || uuid_send(s.tenant) || uuid_send(s.outlet) || b, tests.context_key(), 'sha256'), 'base64'), E'+/\n', '-_'), '=')
      FROM tests.signed_in s, LATERAL (SELECT substring(decode(translate(quote, '-_', '+/'), 'base64') FOR 77) || int8send(tests.microseconds(expires)) AS b) x WHERE s.who = 'api'
$$;
SELECT is(tests.code(tests.call('api', 'order.place', tests.lines('tea', 'cake') || jsonb_build_object('quote', tests.requote(:'quote'::jsonb ->> 'quote', clock_timestamp() + interval '1 min')))), '201', 'genuine until it expires');
SELECT is(tests.code(tests.call('api', 'order.place', tests.lines('tea', 'cake') || jsonb_build_object('quote', tests.requote(:'quote'::jsonb ->> 'quote', now() - interval '1 s')))), 'MP173', 'and not after');
UPDATE pos.item SET price = 200 WHERE tenant_id = :'t' AND code = 'tea';
SELECT NULL FROM pos.publish(:'t');

-- what would be published now
UPDATE pos.item SET price = 900 WHERE tenant_id = :'t' AND code = 'tea';
SELECT tests.priced(tests.lines('tea') || '{"draft": true, "at": "2030-01-01T12:00"}') -> 'body' AS draft \gset
SELECT is((:'draft'::jsonb ->> 'total', :'draft'::jsonb ->> 'at', :'draft'::jsonb -> 'quote')::text, '(900,2030-01-01T12:00,null)', 'a preview of the draft, at any time and without a quote');
SELECT is(tests.priced(tests.lines('tea')) #>> '{body,total}', '200', 'which is not published by that');
SELECT is(tests.code(tests.call('api', 'order.place', tests.lines('tea') || jsonb_build_object('catalogue', :'draft'::jsonb -> 'catalogue'))), 'MP047', 'and nothing is sold by it');
SELECT is(tests.code(tests.priced(tests.lines('tea') || '{"draft": true}', 'r1')), 'MP024', 'who may not edit the catalogue does not see it');
SELECT is(tests.code(tests.call('api', 'order.place', tests.lines('tea') || '{"draft": true}')), 'MP003', 'an order knows no drafts');
UPDATE pos.item SET price = 200 WHERE tenant_id = :'t' AND code = 'tea';

-- time, place and what else prices depend on
CREATE FUNCTION tests.at(shift interval) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('at', to_char((now() + shift) AT TIME ZONE 'Europe/Berlin', 'YYYY-MM-DD"T"HH24:MI'))
$$;
SELECT is(tests.priced(tests.lines('tea') || tests.at('0')) #>> '{body,at}', tests.at('0') ->> 'at', 'a time of the outlet''s clock');
SELECT is(tests.code(tests.priced(tests.lines('tea') || tests.at('14 min'))), '200', 'a quarter of an hour off is near enough');
SELECT is(tests.code(tests.priced(tests.lines('tea') || tests.at('-17 min'))), 'MP174', 'more is not');
SELECT tests.op('r1', 'order.place', tests.id('old'), tests.lines('tea') || tests.at('-3 days') || jsonb_build_object('id', tests.id('old'))) AS op \gset
SELECT is(tests.states(tests.push('r1', ARRAY[:'op'::jsonb])), 'ok', 'what a device did days ago was priced then');
SELECT is((SELECT priced_at FROM pos.orders WHERE order_id = tests.id('old')), (extract(epoch FROM ((tests.at('-3 days') ->> 'at') || 'Z')::timestamptz) / 60)::bigint, 'and says so');
SELECT is(tests.code(tests.priced(tests.lines('tea') || jsonb_build_object('customer_group_id', gen_random_uuid()))), 'MP162', 'an unknown group of customers');
SELECT is(tests.code(tests.priced(tests.lines('tea') || jsonb_build_object('waive', jsonb_build_array(gen_random_uuid())))), 'MP162', 'an unknown charge');
SELECT is(tests.code(tests.priced(jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'tea', '1', '{"unit_price": 5}'))))), 'MP176', 'a price for what has one');
SELECT is(tests.code(tests.priced(jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'tea', '1', jsonb_build_object('variant_id', gen_random_uuid())))))), 'MP175', 'a variant of what has none');
SELECT tests.call('api', 'order.place', tests.lines('tea') || '{"place": "delivery", "guests": 3}') #> '{body,order}' AS answer \gset
SELECT is((:'answer'::jsonb ->> 'total', :'answer'::jsonb #>> '{charges,0,total}', :'answer'::jsonb #>> '{charges,0,name}')::text, '(220,20,Service)', 'a charge on what is delivered');
SELECT is((SELECT (place, guests)::text FROM pos.orders WHERE order_id = (:'answer'::jsonb ->> 'id')::uuid), '(delivery,3)', 'the order knows its place');
SELECT is(tests.call('api', 'order.place', tests.lines('tea') || jsonb_build_object('place', 'delivery', 'waive', jsonb_build_array(tests.id('service')))) #>> '{body,order,total}', '200', 'unless it is waived');

-- coupons
SELECT is(tests.code(tests.call('api', 'order.place', tests.lines('cake') || '{"coupons": ["nope"]}')), 'MP170', 'an unknown coupon');
SELECT is(tests.code(tests.call('api', 'order.place', tests.lines('cake') || '{"coupons": ["hello"]}')), 'MP004', 'one that counts by customer needs a customer');
SELECT tests.call('api', 'order.place', tests.lines('cake') || tests.person('ann') || jsonb_build_object('id', tests.id('c1'), 'coupons', '["hELLO"]'::jsonb)) AS answer \gset
SELECT is((:'answer'::jsonb #>> '{body,order,total}', :'answer'::jsonb #>> '{body,order,promotions,0,amount}', :'answer'::jsonb #>> '{body,order,promotions,0,name}')::text,
          '(315,35,Welcome)', 'a coupon gives its promotion, which the answer names');
SELECT is((SELECT count(*) FROM pos.coupon_use WHERE order_id = tests.id('c1') AND customer_id = tests.id('ann')), 1::bigint, 'its use is recorded');
SELECT is(tests.code(tests.call('api', 'order.place', tests.lines('cake') || tests.person('ann') || '{"coupons": ["HELLO"]}')), 'MP171', 'the same customer has had it');
SELECT is(tests.code(tests.call('api', 'order.place', tests.lines('cake') || tests.person('ann') || '{"coupons": ["hi"]}')), '201', 'another coupon of it is another one');
SELECT is(tests.code(tests.call('api', 'order.place', tests.lines('cake') || tests.person('bob') || jsonb_build_object('id', tests.id('c2'), 'coupons', '["hello"]'::jsonb))), '201', 'another customer may');
SELECT is(tests.code(tests.call('api', 'order.place', tests.lines('cake') || tests.person('eve') || '{"coupons": ["hello"]}')), 'MP171', 'until it is used up');
SELECT tests.op('r1', 'sale.commit', tests.id('c3'), jsonb_build_object('id', tests.id('c3'), 'payments', jsonb_build_array(tests.cash(315)), 'coupons', '["hello"]'::jsonb) || tests.lines('cake') || tests.person('eve')) AS op \gset
SELECT tests.push('r1', ARRAY[:'op'::jsonb]) AS pushed \gset
SELECT ok(:'pushed'::jsonb #> '{body,results,0,flags}' ? 'coupon_used', 'a till that was offline has sold by it: flagged');
SELECT is((SELECT uses FROM pos.coupon_count WHERE customer_id = tests.id('bob')), 1::bigint, 'counted for the customer');
SELECT is(tests.code(tests.call('api', 'order.line.void', '{}', jsonb_build_object('order_id', tests.id('c2'), 'line_id', tests.id('l1')))), '200', 'the line goes');
SELECT is((SELECT (count(*), (SELECT uses FROM pos.coupon_count WHERE customer_id = tests.id('bob')))::text FROM pos.coupon_use WHERE order_id = tests.id('c2')), '(0,0)', 'and the use of the coupon with it');

-- lines come and go: all of the order is sold anew, earlier lines keep what they cost
SELECT is(tests.call('api', 'order.place', tests.lines('soup') || jsonb_build_object('id', tests.id('o'))) #>> '{body,order,total}', '600', 'one soup');
UPDATE pos.item SET price = 700 WHERE tenant_id = :'t' AND code = 'soup';
SELECT NULL FROM pos.publish(:'t');
SELECT tests.call('api', 'order.line.add', jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'soup', '1', jsonb_build_object('id', tests.id('o2'))))),
                  jsonb_build_object('order_id', tests.id('o'))) #> '{body,order}' AS answer \gset
SELECT is(:'answer'::jsonb #>> '{lines,0,gross}', '600', 'the first costs what it did');
SELECT is(:'answer'::jsonb #>> '{lines,1,gross}', '700', 'the second what it does now');
SELECT is((:'answer'::jsonb ->> 'total', :'answer'::jsonb #>> '{promotions,0,amount}')::text, '(1220,80)', 'together they reach the promotion');
SELECT is(tests.call('api', 'order.line.void', '{}', jsonb_build_object('order_id', tests.id('o'), 'line_id', tests.id('o2'))) #>> '{body,order,total}', '600', 'alone they do not');
SELECT ok((SELECT basket IS NOT NULL FROM pos.orders WHERE order_id = tests.id('o')), 'the basket is there as long as lines may come');
SELECT is(tests.code(tests.call('api', 'payment.cash', tests.cash(600) || jsonb_build_object('order_id', tests.id('o')))), '201', 'paid');
SELECT ok((SELECT basket IS NULL FROM pos.orders WHERE order_id = tests.id('o')), 'and no longer');

-- a device that came to another price
SELECT tests.op('r1', 'sale.commit', tests.id('d'), jsonb_build_object('id', tests.id('d'), 'payments', jsonb_build_array(tests.cash(550)),
    'priced_hash', encode(sha256(decode(:'preview'::jsonb ->> 'priced_form', 'base64')), 'hex'), 'priced_form', :'preview'::jsonb ->> 'priced_form') || tests.lines('cake', 'tea')) AS op \gset
SELECT tests.push('r1', ARRAY[:'op'::jsonb]) AS pushed \gset
SELECT ok(:'pushed'::jsonb #> '{body,results,0,flags}' ? 'price_diff', 'is told so');
SELECT is((SELECT (d.form = o.priced_form, sha256(device_form) = device_hash, substr(device_trace, 1, 8), substr(trace, 1, 8), length(d.basket) > 96)::text
             FROM pos.price_diff d JOIN pos.orders o USING (tenant_id, order_id) WHERE order_id = tests.id('d')),
          '(t,t,"\\x4d504f5357485931","\\x4d504f5357485931",t)', 'both forms and both traces are kept');
SELECT tests.op('r1', 'sale.commit', tests.id('e'), jsonb_build_object('id', tests.id('e'), 'payments', jsonb_build_array(tests.cash(550)), 'priced_hash', repeat('ab', 32), 'priced_form', 'AAAA') || tests.lines('cake', 'tea')) AS op \gset
SELECT ok(tests.push('r1', ARRAY[:'op'::jsonb]) #> '{body,results,0,flags}' ? 'price_diff', 'a form that is none changes nothing about that');
SELECT is((SELECT (device_form IS NULL, device_trace IS NULL)::text FROM pos.price_diff WHERE order_id = tests.id('e')), '(t,t)', 'and is not kept');

SELECT * FROM finish();
ROLLBACK;
