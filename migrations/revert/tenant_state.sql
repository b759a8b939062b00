BEGIN;
DROP TABLE journal.erased;
SELECT mpos.rewrite('pos.tenant', 'state and pairing are taken away');
ALTER TABLE pos.tenant DROP COLUMN pairing, DROP COLUMN state;
COMMIT;
