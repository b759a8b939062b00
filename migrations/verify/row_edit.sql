SELECT row_id, entity, made, changes, staff_id, transaction_id, edited_at FROM pos.row_edit WHERE false;
SELECT 1 / (to_regclass('pos.price_of_book') IS NOT NULL)::int;
