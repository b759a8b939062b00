BEGIN;
SELECT mpos.unguard('pos.row_edit', 'row_edit reverted');
DROP TABLE pos.row_edit;
DROP INDEX pos.price_of_book;
COMMIT;
