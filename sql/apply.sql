-- Replaceable objects, applied after the migrations and again after every change: psql -f apply.sql. Each file may be run
-- any number of times and takes no lock that a sale would wait for.
\set ON_ERROR_STOP on
SET client_min_messages = warning;
BEGIN;
\ir 09-tax.sql
\ir 10-catalogue.sql
\ir 15-role.sql
\ir 15-device.sql
\ir 15-outlet.sql
\ir 16-licence.sql
\ir 18-provision-rules.sql
\ir 20-provision.sql
\ir 25-tenant.sql
\ir 26-tenant-tables.sql
\ir 30-analytics.sql
\ir 31-analyst.sql
\ir 35-tenant-erase.sql
COMMIT;
