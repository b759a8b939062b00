-- people.sql: roles and people, what they may, and how a change reaches those who are signed in.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(11);

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
SELECT * FROM finish();
ROLLBACK;
