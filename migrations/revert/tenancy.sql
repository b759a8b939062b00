-- Removes the tables with all their rows.
BEGIN;
DROP TABLE pos.staff;
DROP TABLE pos.suspense;
DROP TABLE pos.device_result;
DROP TABLE pos.device_cursor;
DROP TABLE pos.device;
DROP TABLE pos.outlet;
DROP TABLE pos.tenant;
DROP TABLE pos.directory;
COMMIT;
