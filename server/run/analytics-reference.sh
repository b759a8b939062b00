#!/bin/bash
# analytics-reference.sh - prints docs/reference/analytics.md from the comments in the catalogue of the database that the PG*
# environment variables point at: make reference runs it beside a cluster of its own.
set -euo pipefail
cat <<'TEXT'
# Views for analysts

What a login made by `mpos analyst create` reads in schema `analytics` ([how](../how-to/analysts.md)); this page is made from the comments in the database
(`make reference`). Every view shows the rows of the login's own business. Amounts are whole numbers of minor units: with `exponent` 2, `1234` is 12.34. Times
are instants; `local_time` and `business_date` are in the outlet's time zone. Names of people are nowhere; staff are ids.
TEXT
psql -XAtq -v ON_ERROR_STOP=1 <<'SQL'
SELECT E'\n## analytics.' || c.relname || E'\n\n' || obj_description(c.oid, 'pg_class') || E'.\n\n| column | type | what it is |\n|---|---|---|\n'
       || string_agg(format('| `%s` | %s | %s |', a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum)), E'\n' ORDER BY a.attnum)
  FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
 WHERE c.relnamespace = 'analytics'::regnamespace AND c.relkind = 'v'
 GROUP BY c.oid, c.relname
 ORDER BY array_position('{outlets,orders,lines,adjustments,payments,tips,taxes,stock_levels,stock_moves,kitchen_times,shifts,journal}', c.relname::text), c.relname;
SQL
