\set outlet random(1, 200)
\set a random(1, 33)
\set b random(34, 66)
\set c random(67, 100)
WITH o AS (
  INSERT INTO bench.orders SELECT :outlet, nextval('bench.id'), 1, 1200, now() RETURNING id
), l AS (
  INSERT INTO bench.line SELECT :outlet, o.id, x.n, x.item, 1000000, 400, 400 FROM o, (VALUES (1, :a), (2, :b), (3, :c)) x(n, item)
), p AS (
  INSERT INTO bench.payment SELECT :outlet, id, 1, 1200 FROM o
), s AS (
  UPDATE bench.stock SET on_hand = on_hand - 1000000 WHERE outlet = :outlet AND item = ANY (ARRAY[:a, :b, :c])
)
INSERT INTO bench.event SELECT id, :outlet, 1, '{"type":"ORDER_PAID"}' FROM o;
