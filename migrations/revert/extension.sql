-- The tables have gone with the changes after this one; what CASCADE takes are the replaceable objects of sql/.
BEGIN;
DROP SCHEMA journal CASCADE;
DROP SCHEMA pos CASCADE;
DROP EXTENSION mpos;
COMMIT;
