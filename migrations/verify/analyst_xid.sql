SELECT 1 / (NOT has_function_privilege('mpos_app', 'pg_catalog.txid_current()', 'execute'))::int;
