BEGIN;
SELECT 1 / count(*) FROM pg_extension WHERE extname = 'mpos';
SELECT has_function_privilege('mpos_app', 'mpos.call(uuid, bytea, text, jsonb)', 'execute');
SELECT 1 / count(*) FROM pg_namespace WHERE nspname = 'journal' AND nspowner = 'mpos_owner'::regrole;
ROLLBACK;
