-- 99-grants.sql: the owner role owns every function; the server may execute three, the signer what it signs with.

DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT oid FROM pg_catalog.pg_proc WHERE pronamespace = 'mpos'::regnamespace LOOP
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
        -- What event triggers run stays with the superuser who installs: they run for everybody's commands.
        IF (SELECT proname FROM pg_catalog.pg_proc WHERE oid = f) ~ '^(ddl_|guard_|guarded_root|journal_ready|set_|capture_arguments|digest_|unguarding)' THEN
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO mpos_owner', f);
        ELSE
            EXECUTE format('ALTER FUNCTION %s OWNER TO mpos_owner', f);
        END IF;
    END LOOP;
END
$$;
GRANT EXECUTE ON FUNCTION mpos.call(uuid, bytea, text, jsonb) TO mpos_app;
GRANT EXECUTE ON FUNCTION mpos.heads(uuid[]) TO mpos_app;
GRANT EXECUTE ON FUNCTION mpos.version() TO mpos_app;
GRANT EXECUTE ON FUNCTION mpos.version(), mpos.seal_state(), mpos.signing_due(integer), mpos.tree_root(uuid, integer, bigint),
    mpos.inclusion_proof(uuid, integer, bigint, bigint), mpos.consistency_proof(uuid, integer, bigint, bigint),
    mpos.checkpoint_store(uuid, integer, bigint, bytea, text), mpos.cosignature_store(uuid, integer, bigint, text, text),
    mpos.signing_key_store(text), mpos.epoch_end(uuid, integer), mpos.epoch_open(uuid), mpos.checkpoint_ask(uuid),
    mpos.alarm_raise(uuid, integer, bigint, text, text) TO mpos_signer;
GRANT EXECUTE ON FUNCTION mpos.metrics() TO mpos_app;
GRANT EXECUTE ON FUNCTION mpos.cosigning_due(text, uuid, integer), mpos.alarms_open(text),
    mpos.alarms_resolve(uuid, integer, text, text), mpos.epoch_accept(uuid, integer, text) TO mpos_signer;
-- Views run what they are made of with the rights of who reads them. None of these tells anything that was not given to it.
GRANT EXECUTE ON FUNCTION mpos.tenant(), mpos.priced_taxes(bytea), mpos.priced_rules(bytea), mpos.entry_head(bytea), mpos.entry_operation(bytea) TO mpos_analyst;
