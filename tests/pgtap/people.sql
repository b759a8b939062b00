-- people.sql: roles and people, what they may, and how a change reaches those who are signed in.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(86);

-- scopes by name
SELECT is(mpos.scopes('{session,order.void}'), (1 << 27) | 1::bigint, 'names are bits');
SELECT is(mpos.scopes('{*}') & 2, 0::bigint, 'every scope is without the server''s own');
SELECT throws_ok($$ SELECT mpos.scopes('{auth}') $$, '22023', NULL, 'nobody gets the server''s own by name');
SELECT throws_ok($$ SELECT mpos.scopes('{order.eat}') $$, '22023', NULL, 'a name that is none');

-- what the usual roles become in a session
SELECT is((SELECT discount_limit FROM pos.session JOIN tests.signed_in i ON i.session = session_id WHERE who = 'r1'), 100000000::bigint, 'a cashier''s discount');
SELECT is((SELECT refund_limit FROM pos.session JOIN tests.signed_in i ON i.session = session_id WHERE who = 'r1'), 5000::bigint, 'a cashier''s refunds');
SELECT is((SELECT (scopes, discount_limit, refund_limit)::text FROM pos.session JOIN tests.signed_in i ON i.session = session_id WHERE who = 'api'),
          format('(%s,,)', mpos.scopes('{*}')), 'a manager''s everything');
SELECT throws_ok(format($$ SELECT pos.provision(%L) $$, tests.template('till-c') || '{"staff": [{"number": "1", "name": "X", "role": "wizard"}]}'),
                 '23502', NULL, 'a template''s staff has roles that are there');
SELECT pos.provision(tests.template('till-d') || '{"staff": [], "exponent": 0, "roles": [{"code": "host", "name": "Host", "scopes": ["session"], "refund_limit": "50.00"}]}');
SELECT is((SELECT (r.code, r.refund_limit)::text FROM pos.role r JOIN pos.tenant t USING (tenant_id) WHERE t.slug = 'till-d'), '(host,50)',
          'a template''s own roles, limits in its currency');

-- the row decides, whatever the context says
UPDATE pos.session SET scopes = scopes & ~mpos.scopes('{stock.read}') WHERE session_id = (SELECT session FROM tests.signed_in WHERE who = 'r1');
SELECT is(tests.call('r1', 'stock.list') ->> 'error', 'MP024', 'a scope that the row does not have');
SELECT is(tests.call('r1', 'order.list') ->> 'status', '200', 'and one that it has');

-- people
SELECT role_id AS cashier FROM pos.role JOIN tests.signed_in i ON i.tenant = tenant_id AND i.who = 'api' WHERE code = 'cashier' \gset
SELECT role_id AS manager FROM pos.role JOIN tests.signed_in i ON i.tenant = tenant_id AND i.who = 'api' WHERE code = 'manager' \gset
CREATE FUNCTION tests.person(who text) RETURNS jsonb LANGUAGE sql AS $$ SELECT jsonb_build_object('staff_id', actor) FROM tests.signed_in s WHERE s.who = person.who $$;
CREATE FUNCTION tests.make_person(who text, number text, role uuid) RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call(who, 'staff.create', jsonb_build_object('number', number, 'name', 'N', 'role_id', role))
$$;
SELECT tests.make_person('api', '9', :'cashier') AS made \gset
SELECT :'made'::jsonb #>> '{body,staff,id}' AS nine \gset
SELECT is(:'made'::jsonb ->> 'status', '201', 'a person is made');
SELECT is((:'made'::jsonb #> '{body,staff}') - 'id' - 'role_id', '{"number": "9", "name": "N", "role": "cashier", "active": true, "has_pin": false, "version": 1}', 'with a role and no PIN');
SELECT is(tests.make_person('api', '9', :'cashier') ->> 'error', 'MP140', 'a number is taken once');
SELECT is(tests.make_person('api', '10', tests.id('none')) ->> 'error', 'MP030', 'a role that is not there');
SELECT is(tests.make_person('r1', '10', :'cashier') ->> 'error', 'MP024', 'a cashier makes nobody');
SELECT is(jsonb_array_length(tests.call('api', 'staff.list') #> '{body,staff}'), 4, 'the list');
SELECT is(jsonb_array_length(tests.call('api', 'staff.list', NULL, '{"limit": "3"}') #> '{body,staff}'), 3, 'a page of it');
SELECT is(jsonb_array_length(tests.call('api', 'staff.list', NULL, jsonb_build_object('after', tests.call('api', 'staff.list', NULL, '{"limit": "3"}') #> '{body,next}')) #> '{body,staff}'), 1, 'and the next');
SELECT is(tests.call('other', 'staff.get', NULL, jsonb_build_object('staff_id', :'nine')) ->> 'error', 'MP030', 'another business''s person');
SELECT is(tests.platform('auth.lookup', '{"tenant": "till-a", "outlet": "main", "staff": "9"}') #>> '{body,found}', 'false', 'nobody signs in without a PIN');

-- PINs
SELECT is(tests.call('api', 'staff.pin', '{"verifier": "v9-secret"}', jsonb_build_object('staff_id', :'nine')) #>> '{body,staff,has_pin}', 'true', 'a PIN');
SELECT is(tests.platform('auth.lookup', '{"tenant": "till-a", "outlet": "main", "staff": "9"}') #>> '{body,verifier}', 'v9-secret', 'is what sign-in checks');
SELECT mpos.flush();
SELECT is((SELECT count(*) FROM journal.entry WHERE encode(mpos.unpack(packed), 'escape') LIKE '%v9-secret%'), 0::bigint, 'no verifier in any journal');
SELECT isnt((SELECT count(*) FROM journal.entry WHERE encode(mpos.unpack(packed), 'escape') LIKE '%"op":"staff.pin"%'), 0::bigint, 'but that it was set');
SELECT NULL FROM tests.sign_in('nine', 'till-a', 'main', '9', 'R1');
SELECT is(tests.call('nine', 'order.list') ->> 'status', '200', 'signed in');
SELECT is(tests.call('r1', 'staff.pin', '{"verifier": "x"}', jsonb_build_object('staff_id', :'nine')) ->> 'error', 'MP024', 'a cashier sets no PIN');
SELECT tests.call('api', 'staff.pin', '{"verifier": "new"}', jsonb_build_object('staff_id', :'nine')) IS NOT NULL;
SELECT is(tests.call('nine', 'order.list') ->> 'error', 'MP023', 'a new PIN ends the sessions of the old one');
SELECT is(tests.call('api', 'staff.pin', '{"verifier": "m"}', tests.person('api')) ->> 'status', '200', 'one''s own');
SELECT is((SELECT ended_at FROM pos.session JOIN tests.signed_in i ON i.session = session_id WHERE who = 'api'), NULL, 'keeps the session in which it was changed');
SELECT isnt((SELECT ended_at FROM pos.session JOIN tests.signed_in i ON i.session = session_id WHERE who = 'side'), NULL, 'and ends the others');
UPDATE tests.signed_in SET rights = rights_version FROM pos.session WHERE session_id = session AND who = 'api';

-- a change of rights
DELETE FROM tests.signed_in WHERE who = 'nine'; DELETE FROM tests.log WHERE who = 'nine';
SELECT NULL FROM tests.sign_in('nine', 'till-a', 'main', '9', 'R1');
SELECT is(tests.call('api', 'staff.update', jsonb_build_object('role_id', :'manager'), jsonb_build_object('staff_id', :'nine')) #>> '{body,staff,role}', 'manager', 'another role');
SELECT is(tests.call('nine', 'order.list') ->> 'error', 'MP023', 'the old token is refused with the next call');
UPDATE tests.signed_in SET rights = rights_version FROM pos.session WHERE session_id = session AND who = 'nine';
SELECT is(tests.call('nine', 'staff.list') ->> 'status', '200', 'a renewed one has the new rights');
SELECT is(tests.call('nine', 'staff.deactivate', '{}', tests.person('api')) ->> 'status', '200', 'a manager can go when another is left');
SELECT is(tests.call('api', 'order.list') ->> 'error', 'MP023', 'and is out with the next call');
SELECT is(tests.call('nine', 'staff.deactivate', '{}', jsonb_build_object('staff_id', :'nine')) ->> 'error', 'MP141', 'the last one cannot');
SELECT is(tests.call('nine', 'staff.update', jsonb_build_object('role_id', :'cashier'), jsonb_build_object('staff_id', :'nine')) ->> 'error', 'MP141', 'nor become a cashier');
SELECT is(tests.call('nine', 'staff.update', '{"active": false}', jsonb_build_object('staff_id', :'nine')) ->> 'error', 'MP141', 'nor by another way');
SELECT is(tests.call('nine', 'role.update', '{"name": "Manager", "scopes": ["session"]}', jsonb_build_object('role_id', :'manager')) ->> 'error', 'MP141', 'nor lose the right with the role');
SELECT is(tests.call('nine', 'staff.update', '{"active": true}', tests.person('api')) #>> '{body,staff,active}', 'true', 'who has gone can come back');

-- roles, and that nobody gives what they do not have
CREATE FUNCTION tests.role(code text, scopes text[], discount text DEFAULT NULL, refund bigint DEFAULT NULL) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object('code', code, 'name', code, 'scopes', scopes, 'discount_limit', discount, 'refund_limit', refund)
$$;
SELECT tests.call('nine', 'role.create', tests.role('lead', '{session,staff.read,staff.write,order.read,discount.write}', '0.2', 10000)) AS made \gset
SELECT is((:'made'::jsonb #> '{body,role}') - 'id', '{"code": "lead", "name": "lead", "scopes": ["session", "order.read", "staff.read", "staff.write", "discount.write"],
          "discount_limit": "0.2", "refund_limit": 10000, "refresh_hours": 12, "version": 1}', 'a role');
SELECT is(tests.call('nine', 'role.create', tests.role('lead', '{session}')) ->> 'error', 'MP140', 'a code is taken once');
SELECT is(tests.call('nine', 'role.create', tests.role('root', '{session,auth}')) ->> 'field', '/scopes/1', 'the server''s own scope');
SELECT is(tests.call('nine', 'role.create', tests.role('Wrong', '{session}')) ->> 'error', 'MP007', 'a code in capitals');
SELECT tests.make_person('nine', '11', (:'made'::jsonb #>> '{body,role,id}')::uuid) #>> '{body,staff,id}' AS eleven \gset
SELECT tests.call('nine', 'staff.pin', '{"verifier": "11"}', jsonb_build_object('staff_id', :'eleven')) IS NOT NULL;
SELECT NULL FROM tests.sign_in('lead', 'till-a', 'main', '11', 'R2');
SELECT is(tests.call('lead', 'role.create', tests.role('little', '{session,order.read}', '0.2', 10000)) ->> 'status', '201', 'gives what the own role has');
SELECT is(tests.call('lead', 'role.create', tests.role('more', '{session,payment.write}', '0.2', 10000)) ->> 'error', 'MP024', 'not a scope more');
SELECT is(tests.call('lead', 'role.create', tests.role('more', '{session}', '0.200000001', 10000)) ->> 'error', 'MP024', 'nor a discount higher');
SELECT is(tests.call('lead', 'role.create', tests.role('more', '{session}', NULL, 10000)) ->> 'error', 'MP024', 'nor one without a limit');
SELECT is(tests.call('lead', 'role.create', tests.role('more', '{session}', '0.2', 10001)) ->> 'error', 'MP024', 'nor higher refunds');
SELECT is(tests.make_person('lead', '12', :'cashier') ->> 'error', 'MP024', 'nor a role of more');
SELECT is(tests.call('lead', 'staff.pin', '{"verifier": "x"}', jsonb_build_object('staff_id', :'nine')) ->> 'error', 'MP024', 'sets no PIN of who has more');
SELECT is(tests.call('lead', 'staff.deactivate', '{}', jsonb_build_object('staff_id', :'nine')) ->> 'error', 'MP024', 'removes nobody who has more');
SELECT is(tests.call('lead', 'role.update', '{"name": "x", "scopes": []}', jsonb_build_object('role_id', :'manager')) ->> 'error', 'MP024', 'and changes no role of more');
SELECT is(tests.call('lead', 'role.delete', '{}', jsonb_build_object('role_id', :'made'::jsonb #> '{body,role,id}')) ->> 'error', 'MP148', 'a role that people have stays');
SELECT is(tests.call('nine', 'role.update', tests.role('lead', '{session,order.read}') - 'code', jsonb_build_object('role_id', :'made'::jsonb #> '{body,role,id}')) #>> '{body,role,version}', '2', 'a role says something else');
SELECT is(tests.call('lead', 'order.list') ->> 'error', 'MP023', 'and the tokens of who has it are old');
SELECT is((SELECT scopes FROM pos.session JOIN tests.signed_in i ON i.session = session_id WHERE who = 'lead'), mpos.scopes('{session,order.read}'), 'the session has what the role says');
SELECT is(tests.call('other', 'role.update', tests.role('lead', '{session}') - 'code', jsonb_build_object('role_id', :'made'::jsonb #> '{body,role,id}')) ->> 'error', 'MP030', 'another business''s role');

-- sessions
SELECT is((SELECT string_agg(s ->> 'number', ',' ORDER BY s ->> 'number') FROM jsonb_array_elements(tests.call('nine', 'session.list') #> '{body,sessions}') s), '11,2,2,9', 'who is signed in');
SELECT is(tests.call('nine', 'session.end', '{}', (SELECT jsonb_build_object('session_id', session) FROM tests.signed_in WHERE who = 'r2')) ->> 'status', '200', 'is put out');
SELECT is(tests.call('r2', 'order.list') ->> 'error', 'MP023', 'at once');
SELECT is(tests.call('nine', 'session.end', '{}', (SELECT jsonb_build_object('session_id', session) FROM tests.signed_in WHERE who = 'r2')) ->> 'error', 'MP030', 'and is gone');
SELECT is(tests.call('nine', 'session.end', '{}', (SELECT jsonb_build_object('session_id', session) FROM tests.signed_in WHERE who = 'other')) ->> 'error', 'MP030', 'another business''s session');
SELECT is(tests.call('r1', 'session.end', '{}', (SELECT jsonb_build_object('session_id', session) FROM tests.signed_in WHERE who = 'nine')) ->> 'error', 'MP024', 'a cashier puts nobody out');

-- the time clock
CREATE FUNCTION tests.stamp(who text, what text) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(a ->> 'error', a #>> '{body,clock,state}') FROM tests.call(who, 'clock.' || what, '{}') a
$$;
SELECT is(tests.stamp('r1', 'out'), 'MP143', 'nobody goes who has not come');
SELECT is(tests.stamp('r1', 'break'), 'MP143', 'nor takes a break');
SELECT is(tests.stamp('r1', 'in'), 'in', 'coming');
SELECT is(tests.stamp('r1', 'in'), 'MP143', 'once');
SELECT is(tests.stamp('r1', 'resume'), 'MP143', 'no break to come back from');
SELECT is(tests.stamp('r1', 'break'), 'break', 'a break');
SELECT is(tests.stamp('r1', 'break'), 'MP143', 'one at a time');
SELECT is(tests.stamp('r1', 'out'), 'MP143', 'nobody goes from a break');
SELECT is(tests.stamp('r1', 'resume'), 'in', 'back');
SELECT is(tests.stamp('r1', 'out'), 'out', 'going');
SELECT is(tests.stamp('r1', 'in'), 'in', 'and coming again');
SELECT is(tests.call('r1', 'clock.list') ->> 'error', 'MP024', 'the list is not for everybody');
SELECT is(jsonb_array_length(tests.call('nine', 'clock.list') #> '{body,clock}'), 2, 'but for who may read it');
SELECT is(jsonb_array_length(tests.call('nine', 'clock.list', NULL, '{"limit": "1"}') #> '{body,clock}'), 1, 'in pages');
SELECT is(tests.call('nine', 'clock.list', NULL, jsonb_build_object('limit', '1', 'after', tests.call('nine', 'clock.list', NULL, '{"limit": "1"}') #> '{body,next}')) #>> '{body,clock,0,state}', 'out', 'older ones behind');
SELECT is(jsonb_array_length(tests.call('other', 'clock.list') #> '{body,clock}'), 0, 'another business has its own');
SELECT mpos.flush();
SELECT isnt((SELECT count(*) FROM journal.entry WHERE encode(mpos.unpack(packed), 'escape') LIKE '%"op":"clock.resume"%'), 0::bigint, 'every stamp is in the journal');
-- a PIN without a device
CREATE FUNCTION tests.by_pin(register text) RETURNS text LANGUAGE sql AS $$
    SELECT coalesce(a ->> 'error', a ->> 'status') FROM (SELECT tests.platform('session.open', jsonb_strip_nulls(jsonb_build_object('tenant_id', tenant, 'outlet_id', outlet,
        'staff_id', actor, 'register', register, 'refresh', encode(sha256(gen_random_uuid()::text::bytea), 'hex')))) AS a FROM tests.signed_in WHERE who = 'api') x
$$;
UPDATE pos.tenant SET pairing = 'required' WHERE tenant_id = (SELECT tenant FROM tests.signed_in WHERE who = 'api');
SELECT is(tests.by_pin(NULL), '200', 'is for who has no password yet');
INSERT INTO pos.credential (tenant_id, staff_id, email, password_verifier) SELECT tenant, actor, 'boss@till.example', 'x' FROM tests.signed_in WHERE who = 'api';
SELECT is(tests.by_pin(NULL), 'MP135', 'not for who has one');
SELECT is(tests.by_pin('R1'), 'MP135', 'nor is an unpaired register a way around');
UPDATE pos.tenant SET pairing = 'open' WHERE tenant_id = (SELECT tenant FROM tests.signed_in WHERE who = 'api');
SELECT is(tests.by_pin(NULL), '200', 'unless the business lets unpaired devices in');
SELECT * FROM finish();
ROLLBACK;
