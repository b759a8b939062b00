-- Rows written without a statement (src/direct.c) obey what statements obey; a table that asks for more is written by them.
BEGIN;
\ir helpers.sql
\ir till.psql
SELECT plan(13);

CREATE FUNCTION tests.sell(label text, code text DEFAULT 'cake') RETURNS jsonb LANGUAGE sql AS $$
    SELECT tests.call('api', 'order.place', jsonb_build_object('table', label, 'lines', jsonb_build_array(tests.line('api', code)),
                      'payments', jsonb_build_array(tests.cash(CASE code WHEN 'cake' THEN 350 ELSE 200 END))))
$$;

-- Everything that a sale leaves behind and that does not name the sale itself.
CREATE FUNCTION tests.trace(label text) RETURNS jsonb LANGUAGE sql AS $$
    SELECT jsonb_build_object(
        'order', to_jsonb(o) - '{order_id,transaction_id,created_at,call_number,receipt,table_label,priced_form,priced_hash}'::text[],
        'lines', (SELECT jsonb_agg(to_jsonb(l) - '{order_id,line_id}'::text[]) FROM pos.order_line l WHERE l.order_id = o.order_id),
        'paid', (SELECT jsonb_agg(to_jsonb(p) - '{order_id,payment_id,created_at}'::text[]) FROM pos.payment p WHERE p.order_id = o.order_id))
      FROM pos.orders o WHERE o.table_label = label
$$;

SELECT is(tests.sell('plain') ->> 'status', '201', 'a sale on plain tables');

ALTER TABLE pos.orders ADD CONSTRAINT no_ghosts CHECK (table_label <> 'ghost');
SELECT is(tests.sell('ghost') ->> 'error', '23514', 'a CHECK constraint is obeyed, also one that has just been added');
SELECT is((SELECT count(*) FROM pos.orders WHERE table_label = 'ghost'), 0::bigint, 'and nothing is written');
ALTER TABLE pos.orders DROP CONSTRAINT no_ghosts;
SELECT is(tests.sell('ghost') ->> 'status', '201', 'nor is one that has been dropped');

ALTER TABLE pos.orders ALTER COLUMN shift_id SET NOT NULL;
SELECT is(tests.call('api', 'order.place', jsonb_build_object('lines', jsonb_build_array(tests.line('api', 'tea')))) ->> 'error',
          '23502', 'NOT NULL is obeyed');
ALTER TABLE pos.orders ALTER COLUMN shift_id DROP NOT NULL;

CREATE UNIQUE INDEX one_per_table ON pos.orders (tenant_id, table_label);
SELECT is(tests.sell('plain') ->> 'error', 'MP034', 'a unique index is obeyed');
DROP INDEX pos.one_per_table;

ALTER TABLE pos.stock ADD CONSTRAINT never_below CHECK (on_hand >= 3000000);
SELECT is(tests.sell('last') ->> 'error', '23514', 'a CHECK on an updated row is obeyed');
ALTER TABLE pos.stock DROP CONSTRAINT never_below;

CREATE TABLE tests.known_staff (tenant_id uuid, staff_id uuid, PRIMARY KEY (tenant_id, staff_id));
GRANT SELECT, REFERENCES, UPDATE ON tests.known_staff TO mpos_owner;
ALTER TABLE pos.orders ADD CONSTRAINT known FOREIGN KEY (tenant_id, staff_id) REFERENCES tests.known_staff NOT VALID;
SELECT is(tests.sell('stranger') ->> 'error', '23503', 'a foreign key that the sale does not hold itself is obeyed');
ALTER TABLE pos.orders DROP CONSTRAINT known;

-- From here on every table of a sale asks for more than the short way does: a trigger, a column with a default.
CREATE TABLE tests.seen (name text);
CREATE FUNCTION tests.see() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO tests.seen VALUES (TG_TABLE_NAME || ' ' || TG_OP);
    RETURN NULL;
END
$$;
CREATE TRIGGER see AFTER INSERT OR UPDATE ON pos.orders FOR EACH ROW EXECUTE FUNCTION tests.see();
CREATE TRIGGER see AFTER INSERT OR UPDATE ON pos.stock FOR EACH STATEMENT EXECUTE FUNCTION tests.see();
CREATE TRIGGER see AFTER INSERT ON pos.payment FOR EACH ROW EXECUTE FUNCTION tests.see();
ALTER TABLE pos.order_line ADD COLUMN extra integer DEFAULT 7;
SELECT is(tests.sell('asking') ->> 'status', '201', 'a sale on tables that ask for more');
SELECT is((SELECT string_agg(name, ', ' ORDER BY name) FROM tests.seen), 'orders INSERT, payment INSERT, stock UPDATE',
          'triggers of others fire');
SELECT is((SELECT extra FROM pos.order_line l JOIN pos.orders o USING (order_id) WHERE o.table_label = 'asking'), 7, 'defaults are filled in');
SELECT mpos.rewrite('pos.order_line', 'a column goes');
ALTER TABLE pos.order_line DROP COLUMN extra;
SELECT is(tests.trace('asking'), tests.trace('plain'), 'both ways leave the same rows');
SELECT is((SELECT k.on_hand FROM pos.stock k JOIN tests.signed_in s ON s.outlet = k.outlet_id AND s.who = 'api' WHERE k.item_id = tests.item('api', 'cake')), 2000000::bigint, 'three cakes of five are gone');
SELECT * FROM finish();
ROLLBACK;
