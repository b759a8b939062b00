-- The extension (schema mpos) and the schemas of business tables and journal. Locks nothing that exists.
BEGIN;
CREATE EXTENSION mpos;
CREATE SCHEMA pos AUTHORIZATION mpos_owner;
CREATE SCHEMA journal AUTHORIZATION mpos_owner;
REVOKE ALL ON SCHEMA pos, journal FROM PUBLIC;
-- Nothing of the database but the three functions is the application's.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
END
$$;
COMMIT;
