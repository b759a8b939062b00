-- The raw limit: the writes of one sale and nothing else. Own tables, bigint keys, no row security, no foreign keys, no
-- journal, no prices, no taxes. 200 outlets of 100 stocked items.
DROP SCHEMA IF EXISTS bench CASCADE;
CREATE SCHEMA bench;
CREATE SEQUENCE bench.id CACHE 1000;
CREATE TABLE bench.orders (outlet int, id bigint, state int, total bigint, created timestamptz, PRIMARY KEY (outlet, id));
CREATE TABLE bench.line (outlet int, id bigint, n int, item int, qty bigint, price bigint, total bigint, PRIMARY KEY (outlet, id, n));
CREATE TABLE bench.payment (outlet int, id bigint, tender int, amount bigint, PRIMARY KEY (outlet, id));
CREATE TABLE bench.stock (outlet int, item int, on_hand bigint, PRIMARY KEY (outlet, item)) WITH (fillfactor = 50);
CREATE TABLE bench.event (id bigint PRIMARY KEY, outlet int, kind int, body text);
CREATE TABLE bench.shift (outlet int PRIMARY KEY, sales bigint, gross bigint, tenders bigint[], taxes bigint[]) WITH (fillfactor = 50);
INSERT INTO bench.shift SELECT o, 0, 0, '{0}', '{0,0}' FROM generate_series(1, 200) o;
INSERT INTO bench.stock SELECT o, i, 1000000000 FROM generate_series(1, 200) o, generate_series(1, 100) i;
ANALYZE bench.stock, bench.shift;
