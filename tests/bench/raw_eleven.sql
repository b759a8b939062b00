\set outlet random(1, 200)
\set a random(1, 33)
\set b random(34, 66)
\set c random(67, 100)
BEGIN;
INSERT INTO bench.orders VALUES (:outlet, nextval('bench.id'), 1, 1200, now()) RETURNING id \gset
INSERT INTO bench.line VALUES (:outlet, :id, 1, :a, 1000000, 400, 400);
INSERT INTO bench.line VALUES (:outlet, :id, 2, :b, 1000000, 400, 400);
INSERT INTO bench.line VALUES (:outlet, :id, 3, :c, 1000000, 400, 400);
INSERT INTO bench.payment VALUES (:outlet, :id, 1, 1200);
UPDATE bench.stock SET on_hand = on_hand - 1000000 WHERE outlet = :outlet AND item = :a;
UPDATE bench.stock SET on_hand = on_hand - 1000000 WHERE outlet = :outlet AND item = :b;
UPDATE bench.stock SET on_hand = on_hand - 1000000 WHERE outlet = :outlet AND item = :c;
INSERT INTO bench.event VALUES (:id, :outlet, 1, '{"type":"ORDER_PAID"}');
COMMIT;
