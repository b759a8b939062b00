-- 34-audit.sql: what the audit in the background finds and says. Its table comes from the migration `audit`.

-- An open alarm that is found again is not raised again. What is on record for ever (a guard that was lowered, a change in
-- replica mode) is not raised again after somebody has resolved it. More than 100 open ones about a journal say no more.
CREATE FUNCTION mpos.audit_raise(journal uuid, epoch integer, seq bigint, kind text, place text) RETURNS boolean
    LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    at_epoch integer := nullif(epoch, -1);
    at_seq bigint := nullif(seq, -1);
BEGIN
    UPDATE journal.alarm a SET found_at = clock_timestamp()
     WHERE a.resolved_at IS NULL AND a.journal_id = journal AND a.kind = kind AND a.epoch IS NOT DISTINCT FROM at_epoch
       AND a.seq IS NOT DISTINCT FROM at_seq AND a.detail = place;
    IF FOUND OR (SELECT count(*) >= 100 FROM journal.alarm a
                  WHERE a.resolved_at IS NULL AND a.journal_id = journal AND starts_with(a.kind, 'audit_'))
       OR (kind IN ('audit_guard_lowered', 'audit_replica_mode') AND EXISTS (SELECT FROM journal.alarm a
            WHERE a.journal_id = journal AND a.kind = kind AND a.epoch = at_epoch AND a.seq = at_seq)) THEN
        RETURN false;
    END IF;
    INSERT INTO journal.alarm (raised_at, journal_id, epoch, seq, kind, detail, found_at)
    VALUES (clock_timestamp(), journal, at_epoch, at_seq, kind, place, clock_timestamp());
    RETURN true;
END
$$;

-- Roles that could read or change anything unseen, beside the cluster's first superuser and those of mpos.audit_roles.
CREATE FUNCTION mpos.role_findings() RETURNS SETOF text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH expected AS (SELECT regexp_split_to_array(btrim(current_setting('mpos.audit_roles', true)), '\s*,\s*') AS names)
    SELECT format('role %s is a superuser or passes row security', r.rolname) FROM pg_roles r, expected e
     WHERE (r.rolsuper OR r.rolbypassrls) AND r.oid <> 10 AND r.rolname <> ALL (coalesce(e.names, '{}'))
    UNION ALL
    SELECT format('role %s can act as mpos_owner', r.rolname) FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member, expected e
     WHERE m.roleid = (SELECT oid FROM pg_roles WHERE rolname = 'mpos_owner') AND NOT r.rolsuper AND r.rolname <> ALL (coalesce(e.names, '{}'))
    UNION ALL
    SELECT format('role %s can log in', rolname) FROM pg_roles WHERE rolname = 'mpos_owner' AND rolcanlogin
$$;
COMMENT ON FUNCTION mpos.role_findings() IS 'Roles with more rights than expected';
