-- Nobody signs in through a provider any more.
BEGIN;
SELECT mpos.unguard('pos.identity', 'identity reverted');
SELECT mpos.unguard('pos.identity_provider', 'identity reverted');
DROP TABLE pos.sign_in_code;
DROP TABLE pos.identity;
DROP TABLE pos.identity_provider;
COMMIT;
