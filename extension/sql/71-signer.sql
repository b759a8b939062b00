-- 71-signer.sql: what the signer asks beside what is due (31-seal.sql), and numbers for the server's metrics.

-- Newest checkpoints without a line of that witness, in the order of journals behind `after`; cosigned is the size that the
-- witness has put its name to before.
CREATE FUNCTION mpos.cosigning_due(key_name text, after uuid, max integer)
    RETURNS TABLE(journal_id uuid, epoch integer, origin text, size bigint, note text, cosigned bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT c.journal_id, c.epoch, j.origin || '/' || c.epoch, c.size, c.note,
           coalesce((SELECT k.size FROM journal.cosignature k
                      WHERE k.journal_id = c.journal_id AND k.epoch = c.epoch AND k.key_name = cosigning_due.key_name
                      ORDER BY k.size DESC LIMIT 1), 0)
      FROM journal.sealed s
      JOIN journal.checkpoint c ON c.journal_id = s.journal_id AND c.epoch = s.epoch AND c.size = s.signed_size
      JOIN journal.journal j ON j.journal_id = s.journal_id
     WHERE (after IS NULL OR s.journal_id > after)
       AND NOT EXISTS (SELECT FROM journal.cosignature k WHERE k.journal_id = c.journal_id AND k.epoch = c.epoch
                          AND k.size = c.size AND k.key_name = cosigning_due.key_name)
     ORDER BY s.journal_id, s.epoch LIMIT max
$$;
COMMENT ON FUNCTION mpos.cosigning_due(text, uuid, integer) IS 'Newest checkpoints that a witness has not cosigned';

-- Alarms that nobody has resolved; who raises them knows its own by the first letters of their kind.
CREATE FUNCTION mpos.alarms_open(prefix text DEFAULT '')
    RETURNS TABLE(journal_id uuid, epoch integer, seq bigint, kind text, detail text, raised_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT a.journal_id, a.epoch, a.seq, a.kind, a.detail, a.raised_at FROM journal.alarm a
     WHERE a.resolved_at IS NULL AND starts_with(a.kind, prefix) ORDER BY a.raised_at
$$;
COMMENT ON FUNCTION mpos.alarms_open(text) IS 'Alarms that nobody has resolved, of kinds with that prefix';

-- journal NULL: those about no journal in particular.
CREATE FUNCTION mpos.alarms_resolve(journal uuid, epoch integer, prefix text, resolution text) RETURNS bigint
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    WITH resolved AS (
        UPDATE journal.alarm a SET resolved_at = now(), resolution = alarms_resolve.resolution
         WHERE a.resolved_at IS NULL AND starts_with(a.kind, prefix) AND a.journal_id IS NOT DISTINCT FROM journal
           AND (a.epoch = alarms_resolve.epoch OR a.journal_id IS NULL)
        RETURNING 1)
    SELECT count(*) FROM resolved
$$;
COMMENT ON FUNCTION mpos.alarms_resolve(uuid, integer, text, text) IS 'Closes alarms about an epoch; returns how many';

-- An operator's word that an epoch may be signed although it does not follow on what was signed: on record before it is.
CREATE FUNCTION mpos.epoch_accept(journal uuid, epoch integer, reason text) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM journal.head h WHERE h.journal_id = journal AND epoch_accept.epoch BETWEEN 0 AND h.epoch) THEN
        RAISE EXCEPTION 'journal % has no epoch %', journal, epoch USING ERRCODE = 'MP007';
    END IF;
    PERFORM mpos.platform_append(9, NULL, format('{"epoch":%s,"journal":%s,"op":"accept","reason":%s}',
                                                 epoch, to_json(mpos.base64url(uuid_send(journal))), to_json(reason)));
END
$$;
COMMENT ON FUNCTION mpos.epoch_accept(uuid, integer, text) IS 'Records in the platform''s journal why an epoch may be signed';

-- What /metrics shows of the journals; labels is empty or {name="value"}. Rows of one name follow each other.
CREATE FUNCTION mpos.metrics() RETURNS TABLE(name text, type text, help text, labels text, value double precision)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT m.name, 'gauge', m.help, '', m.value::double precision
      FROM mpos.seal_state() s,
           LATERAL (SELECT extract(epoch FROM now() - min(coalesce(x.signed_at, x.sealed_at))) AS age FROM journal.sealed x
                     WHERE x.size > x.signed_size) u,
           LATERAL (VALUES
               ('mpos_journals', 'Journals', s.journals::double precision),
               ('mpos_journals_stopped', 'Journals that the sealer has stopped at', s.journals_stopped),
               ('mpos_unsealed_entries', 'Entries that no tile holds yet', s.entries_waiting),
               ('mpos_seal_lag_seconds', 'Age of the oldest entry that no tile holds', s.lag_s),
               ('mpos_unsigned_trees', 'Trees whose newest entries no checkpoint covers', s.trees_unsigned),
               ('mpos_sign_lag_seconds', 'Time since the last checkpoint of the tree that waits longest', coalesce(u.age, 0))
           ) m(name, help, value)
    UNION ALL
    SELECT m.name, 'gauge', m.help, '', m.value
      FROM (SELECT (SELECT count(*) FROM journal.alarm a WHERE a.resolved_at IS NULL AND starts_with(a.kind, 'audit_')) AS findings,
                   extract(epoch FROM now() - min(coalesce(a.recent_at, a.known_at, pg_postmaster_start_time()))) AS recent,
                   extract(epoch FROM now() - min(coalesce(a.full_at, a.known_at, pg_postmaster_start_time()))) AS whole
              FROM journal.journal j LEFT JOIN journal.audit a USING (journal_id)) x,
           LATERAL (VALUES
               ('mpos_audit_findings', 'Open alarms of the audit in the background', x.findings::double precision),
               ('mpos_audit_recent_age_seconds', 'Time since the rows of the last day were verified, of the journal that waits longest', x.recent),
               ('mpos_audit_full_age_seconds', 'Time since a journal was verified as a whole, of the one that waits longest', x.whole)
           ) m(name, help, value)
    UNION ALL
    SELECT 'mpos_alarms_open', 'gauge', 'Alarms about journals that nobody has resolved', '', count(*)
      FROM journal.alarm a WHERE a.resolved_at IS NULL
    UNION ALL
    SELECT 'mpos_alarms_open_kind', 'gauge', 'The same by kind', format('{kind="%s"}', a.kind), count(*)
      FROM journal.alarm a WHERE a.resolved_at IS NULL GROUP BY a.kind
$$;
COMMENT ON FUNCTION mpos.metrics() IS 'Numbers about sealing, signing and alarms, for the server''s metrics';
