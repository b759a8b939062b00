-- The raw single call and one more row: the sums of the outlet's shift.
\set outlet random(1, 200)
\set a random(1, 33)
\set b random(34, 66)
\set c random(67, 100)
WITH o AS (
  INSERT INTO bench.orders SELECT :outlet::int, nextval('bench.id'), 1, 1200, now() RETURNING id
), l AS (
  INSERT INTO bench.line SELECT :outlet::int, o.id, x.n, x.item, 1000000, 400, 400 FROM o, (VALUES (1, :a::int), (2, :b::int), (3, :c::int)) x(n, item)
), p AS (
  INSERT INTO bench.payment SELECT :outlet::int, id, 1, 1200 FROM o
), s AS (
  UPDATE bench.stock SET on_hand = on_hand - 1000000 WHERE outlet = :outlet::int AND item = ANY (ARRAY[:a, :b, :c]::int[])
), t AS (
  UPDATE bench.shift SET sales = sales + 1, gross = gross + 1200, tenders = ARRAY[tenders[1] + 1200], taxes = ARRAY[taxes[1] + 100, taxes[2] + 50]
  WHERE outlet = :outlet::int
)
INSERT INTO bench.event SELECT id, :outlet::int, 1, '{"type":"ORDER_PAID"}' FROM o;
