-- Sessions of devices and API keys end with it; those of people stay.
BEGIN;
DROP TABLE pos.sign_in_guard;
DROP TABLE pos.refresh;
DELETE FROM pos.session WHERE staff_id IS NULL;
SELECT mpos.flush();
ALTER TABLE pos.session
    DROP CONSTRAINT session_who,
    DROP COLUMN method,
    ALTER COLUMN staff_id SET NOT NULL;
SELECT mpos.journal('pos.session', topic => 'staff', feed => '{staff_id,device_id,rights_version,ended_at}');
COMMIT;
