BEGIN;
SELECT mpos.unguard('pos.licence', 'reverted');
DROP TABLE pos.licence;
COMMIT;
