-- 70-alarm.sql: alarms about journals, and the numbers that a server shows about all of them. The table comes from a
-- migration.

-- Opens an alarm, or counts one that is open; the zero uuid is for what is about no journal in particular.
CREATE FUNCTION mpos.alarm_raise(journal uuid, epoch integer, kind text, detail text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO journal.alarm AS a (journal_id, epoch, kind, detail) VALUES (journal, epoch, kind, detail)
    ON CONFLICT (journal_id, epoch, kind) DO UPDATE SET
        detail = EXCLUDED.detail, last_at = clock_timestamp(), count = a.count + 1, cleared_at = NULL, reason = NULL,
        raised_at = CASE WHEN a.cleared_at IS NULL THEN a.raised_at ELSE clock_timestamp() END
$$;
COMMENT ON FUNCTION mpos.alarm_raise(uuid, integer, text, text) IS 'Opens or counts an alarm about a journal';

CREATE FUNCTION mpos.alarm_clear(journal uuid, epoch integer, kind text, reason text) RETURNS boolean
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH cleared AS (
        UPDATE journal.alarm a SET cleared_at = clock_timestamp(), reason = alarm_clear.reason
        WHERE a.journal_id = journal AND a.epoch = alarm_clear.epoch AND a.kind = alarm_clear.kind AND a.cleared_at IS NULL
        RETURNING 1)
    SELECT EXISTS (SELECT FROM cleared)
$$;
COMMENT ON FUNCTION mpos.alarm_clear(uuid, integer, text, text) IS 'Closes an open alarm; false when there is none';

CREATE FUNCTION mpos.alarms_open()
    RETURNS TABLE(journal_id uuid, epoch integer, kind text, detail text, raised_at timestamptz, count bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.journal_id, a.epoch, a.kind, a.detail, a.raised_at, a.count FROM journal.alarm a
    WHERE a.cleared_at IS NULL ORDER BY a.raised_at
$$;
COMMENT ON FUNCTION mpos.alarms_open() IS 'Alarms that nobody has cleared';
