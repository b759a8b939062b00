-- Which charges a guest was spared, so that yesterday's orders can be priced again as they were sold. NULL is none: rows keep their
-- digests. Locks pos.orders for a moment; an older server runs on without noting.
BEGIN;
ALTER TABLE pos.orders ADD COLUMN waived uuid[];
COMMIT;
