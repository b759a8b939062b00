BEGIN;
SELECT mpos.unguard('pos.api_key', 'reverted');
DROP TABLE pos.api_key;
COMMIT;
