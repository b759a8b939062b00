-- 99-watch.sql: the event triggers, last, so that they do not watch this script.

CREATE EVENT TRIGGER mpos_ddl_start ON ddl_command_start WHEN TAG IN ('ALTER TABLE', 'ALTER TYPE', 'GRANT', 'REVOKE') EXECUTE FUNCTION mpos.ddl_start();
CREATE EVENT TRIGGER mpos_ddl_end ON ddl_command_end EXECUTE FUNCTION mpos.ddl_end();
CREATE EVENT TRIGGER mpos_ddl_drop ON sql_drop EXECUTE FUNCTION mpos.ddl_drop();
CREATE EVENT TRIGGER mpos_ddl_rewrite ON table_rewrite EXECUTE FUNCTION mpos.ddl_rewrite();
ALTER EVENT TRIGGER mpos_ddl_start ENABLE ALWAYS;
ALTER EVENT TRIGGER mpos_ddl_end ENABLE ALWAYS;
ALTER EVENT TRIGGER mpos_ddl_drop ENABLE ALWAYS;
ALTER EVENT TRIGGER mpos_ddl_rewrite ENABLE ALWAYS;
