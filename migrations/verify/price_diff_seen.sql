SELECT order_id, outlet_id, staff_id, note, seen_at FROM pos.price_diff_seen WHERE false;
SELECT 1 / (to_regclass('pos.price_diff_time') IS NOT NULL)::int;
