BEGIN;
SELECT has_function_privilege('mpos_owner', 'journal.verify(uuid)', 'execute');
ROLLBACK;
