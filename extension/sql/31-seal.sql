-- 31-seal.sql: trees, checkpoints and keys, for the signer. The tables come from the migration `seal`.

CREATE FUNCTION mpos.tree_root(journal uuid, epoch integer, size bigint) RETURNS bytea
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'mpos_tree_root';
COMMENT ON FUNCTION mpos.tree_root(uuid, integer, bigint) IS 'Root of the tree of the first size entries of an epoch';

CREATE FUNCTION mpos.inclusion_proof(journal uuid, epoch integer, seq bigint, size bigint) RETURNS bytea[]
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'mpos_inclusion_proof';
COMMENT ON FUNCTION mpos.inclusion_proof(uuid, integer, bigint, bigint) IS 'RFC 9162 proof that entry seq is in the tree of that size';

CREATE FUNCTION mpos.consistency_proof(journal uuid, epoch integer, old_size bigint, new_size bigint) RETURNS bytea[]
    LANGUAGE c STABLE STRICT PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'mpos_consistency_proof';
COMMENT ON FUNCTION mpos.consistency_proof(uuid, integer, bigint, bigint) IS 'RFC 9162 proof that the tree of new_size begins with that of old_size';

-- What the background worker does once a second, now and in this transaction.
CREATE FUNCTION mpos.seal(journal uuid) RETURNS bigint
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'mpos_seal_sql';
COMMENT ON FUNCTION mpos.seal(uuid) IS 'Seals a journal to its end; returns the leaves of its newest tree';

-- An entry of the platform's journal at the commit of this transaction; body is canonical JSON.
CREATE FUNCTION mpos.platform_append(kind integer, aux bytea, body text) RETURNS void
    LANGUAGE c VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_platform_append_sql';
COMMENT ON FUNCTION mpos.platform_append(integer, bytea, text) IS 'Appends to the platform''s journal when this transaction commits';

-- Begins the next epoch of a journal now. For a signer that knows the present one with other entries: two restores of one
-- backup open the same epoch twice.
CREATE FUNCTION mpos.epoch_open(journal uuid) RETURNS integer
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS 'MODULE_PATHNAME', 'mpos_epoch_open_sql';
COMMENT ON FUNCTION mpos.epoch_open(uuid) IS 'Begins the next epoch of a journal; returns its number';

-- Trees whose checkpoint is due: asked for, ended with their epoch, or moved and not signed for ten seconds. A journal's
-- older epoch comes first.
CREATE FUNCTION mpos.signing_due(max integer)
    RETURNS TABLE(journal_id uuid, epoch integer, origin text, size bigint, root bytea, previous_size bigint)
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT due.journal_id, due.epoch, j.origin || '/' || due.epoch, due.size,
           mpos.tree_root(due.journal_id, due.epoch, due.size), due.signed_size
      FROM (SELECT s.journal_id, s.epoch, s.size, s.signed_size, s.signed_at, d.asked_at
              FROM journal.sealed s LEFT JOIN journal.demand d ON d.journal_id = s.journal_id AND d.epoch = s.epoch AND d.size <= s.size
             WHERE s.size > s.signed_size AND s.state = 'sealing'
               AND (s.ended OR d.asked_at IS NOT NULL OR s.signed_at IS NULL OR s.signed_at <= now() - interval '10 s')
             ORDER BY d.asked_at NULLS LAST, s.signed_at NULLS FIRST, s.journal_id, s.epoch LIMIT max) due
      JOIN journal.journal j USING (journal_id)
     ORDER BY due.asked_at NULLS LAST, due.signed_at NULLS FIRST, due.journal_id, due.epoch
$$;
COMMENT ON FUNCTION mpos.signing_due(integer) IS 'Trees whose checkpoint is due';

-- Asks for a checkpoint of everything that the journal has now.
CREATE FUNCTION mpos.checkpoint_ask(journal uuid) RETURNS void
    LANGUAGE sql VOLATILE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO journal.demand AS d (journal_id, epoch, size, asked_at)
    SELECT h.journal_id, h.epoch, h.next_seq, now() FROM journal.head h
     WHERE h.journal_id = journal AND h.next_seq > 0
       AND NOT EXISTS (SELECT FROM journal.sealed s
                        WHERE s.journal_id = h.journal_id AND s.epoch = h.epoch AND s.signed_size >= h.next_seq)
    ON CONFLICT (journal_id, epoch) DO UPDATE SET size = excluded.size WHERE d.size < excluded.size
$$;
COMMENT ON FUNCTION mpos.checkpoint_ask(uuid) IS 'Asks for a checkpoint of the journal as it is now';

-- Where an epoch that has ended stood at last; no row while it goes on or is not sealed to its end.
CREATE FUNCTION mpos.epoch_end(journal uuid, epoch integer) RETURNS TABLE(size bigint, root bytea)
    LANGUAGE sql STABLE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.size, mpos.tree_root(s.journal_id, s.epoch, s.size) FROM journal.sealed s
     WHERE s.journal_id = epoch_end.journal AND s.epoch = epoch_end.epoch AND s.ended
$$;
COMMENT ON FUNCTION mpos.epoch_end(uuid, integer) IS 'Size and root with which an epoch ended';

-- Members of canonical JSON: the short form of a uuid, base64url of bytes.
CREATE FUNCTION mpos.base64url(bytes bytea) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp AS $$
    SELECT translate(rtrim(encode(bytes, 'base64'), '='), E'+/\n', '-_')
$$;

-- Takes over a note of the signer. The same again changes nothing; another one of the same size, an older size, or a root
-- that is not the tree's is refused. Every checkpoint but the platform's own goes into the platform's journal.
CREATE FUNCTION mpos.checkpoint_store(journal uuid, epoch integer, size bigint, root bytea, note text) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    j journal.journal;
    s journal.sealed;
    stored text;
BEGIN
    SELECT * INTO j FROM journal.journal x WHERE x.journal_id = checkpoint_store.journal;
    SELECT * INTO s FROM journal.sealed x
     WHERE x.journal_id = checkpoint_store.journal AND x.epoch = checkpoint_store.epoch FOR UPDATE;
    SELECT c.note INTO stored FROM journal.checkpoint c WHERE c.journal_id = checkpoint_store.journal
       AND c.epoch = checkpoint_store.epoch AND c.size = checkpoint_store.size;
    IF stored = checkpoint_store.note THEN
        RETURN;
    END IF;
    IF stored IS NOT NULL OR s.size IS NULL OR checkpoint_store.size <= s.signed_size OR checkpoint_store.size > s.size THEN
        RAISE EXCEPTION 'a checkpoint of % entries does not follow one of %', checkpoint_store.size, s.signed_size
            USING ERRCODE = 'MP005';
    END IF;
    IF checkpoint_store.root <> mpos.tree_root(journal, checkpoint_store.epoch, checkpoint_store.size)
       OR NOT starts_with(checkpoint_store.note, format(E'%s/%s\n%s\n%s\n\n\u2014 ', j.origin, s.epoch, checkpoint_store.size,
                                                        encode(checkpoint_store.root, 'base64'))) THEN
        RAISE EXCEPTION 'the note is not one of this tree' USING ERRCODE = 'MP104';
    END IF;
    INSERT INTO journal.checkpoint VALUES (journal, checkpoint_store.epoch, checkpoint_store.size, checkpoint_store.root,
                                           checkpoint_store.note, now());
    UPDATE journal.sealed x SET signed_size = checkpoint_store.size, signed_at = now()
     WHERE x.journal_id = checkpoint_store.journal AND x.epoch = checkpoint_store.epoch;
    DELETE FROM journal.demand d WHERE d.journal_id = checkpoint_store.journal AND d.epoch = checkpoint_store.epoch
       AND d.size <= checkpoint_store.size;
    IF j.kind <> 'platform' THEN
        PERFORM mpos.platform_append(8, sha256(convert_to(checkpoint_store.note, 'UTF8')),
            format('{"epoch":%s,"journal":"%s","note":%s,"op":"checkpoint","size":%s}', s.epoch,
                   mpos.base64url(uuid_send(j.journal_id)), to_json(checkpoint_store.note), checkpoint_store.size));
    END IF;
END
$$;
COMMENT ON FUNCTION mpos.checkpoint_store(uuid, integer, bigint, bytea, text) IS 'Stores a checkpoint that the signer has made';

-- A witness' line under a checkpoint that is stored. A newer line of the same witness replaces its older one.
CREATE FUNCTION mpos.cosignature_store(journal uuid, epoch integer, size bigint, key_name text, line text) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
BEGIN
    IF NOT starts_with(line, E'\u2014 ' || key_name || ' ') OR line ~ '[\r\n]' OR key_name !~ '^[^\s+]+$' THEN
        RAISE EXCEPTION 'not one line of a signature' USING ERRCODE = 'MP007';
    END IF;
    INSERT INTO journal.cosignature AS c VALUES (journal, cosignature_store.epoch, cosignature_store.size,
                                                 cosignature_store.key_name, cosignature_store.line, now())
    ON CONFLICT (journal_id, epoch, size, key_name) DO UPDATE SET line = excluded.line, created_at = excluded.created_at
     WHERE c.line <> excluded.line;
END
$$;
COMMENT ON FUNCTION mpos.cosignature_store(uuid, integer, bigint, text, text) IS 'Stores a witness'' signature of a checkpoint';

-- A public key that signs from now on; keys of the same name retire. Once in the platform's journal for each key.
CREATE FUNCTION mpos.signing_key_store(vkey text) RETURNS void
    LANGUAGE plpgsql VOLATILE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    parts text[] := regexp_match(vkey, '^([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$');
BEGIN
    IF parts IS NULL THEN
        RAISE EXCEPTION 'not a verification key: name+hexid+base64' USING ERRCODE = 'MP007';
    END IF;
    INSERT INTO journal.signing_key VALUES (signing_key_store.vkey, parts[2], now(), NULL) ON CONFLICT DO NOTHING;
    IF FOUND THEN
        UPDATE journal.signing_key k SET retired_at = now()
         WHERE k.retired_at IS NULL AND k.vkey <> signing_key_store.vkey AND starts_with(k.vkey, parts[1] || '+');
        PERFORM mpos.platform_append(7, sha256(convert_to(signing_key_store.vkey, 'UTF8')),
                                     format('{"op":"key","vkey":%s}', to_json(signing_key_store.vkey)));
    END IF;
END
$$;
COMMENT ON FUNCTION mpos.signing_key_store(text) IS 'Makes a public key known from which checkpoints are signed';

-- After a person has looked at an alarm that stopped a journal: the sealer tries again from where it stood.
CREATE FUNCTION mpos.seal_resume(journal uuid) RETURNS void
    LANGUAGE sql VOLATILE STRICT SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    UPDATE journal.sealed s SET state = 'sealing' WHERE s.journal_id = journal AND NOT s.ended
$$;
COMMENT ON FUNCTION mpos.seal_resume(uuid) IS 'Lets the sealer go on with a journal that an alarm has stopped';

-- One open alarm for a journal and kind; the same again is not raised twice.
CREATE FUNCTION mpos.alarm_raise(journal uuid, epoch integer, seq bigint, kind text, detail text) RETURNS void
    LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO journal.alarm (raised_at, journal_id, epoch, seq, kind, detail)
    SELECT now(), $1, $2, $3, $4, $5
     WHERE NOT EXISTS (SELECT FROM journal.alarm a WHERE a.resolved_at IS NULL AND a.journal_id IS NOT DISTINCT FROM $1
                          AND a.epoch IS NOT DISTINCT FROM $2 AND a.kind = $4)
$$;
COMMENT ON FUNCTION mpos.alarm_raise(uuid, integer, bigint, text, text) IS 'Raises an alarm unless the same one is open';

-- What metrics need to know of sealing and signing: entries that wait for the sealer, seconds the oldest has waited at
-- most, journals that an alarm has stopped, alarms that are open, trees whose newest entries no checkpoint covers.
CREATE FUNCTION mpos.seal_state(OUT journals bigint, OUT entries_waiting bigint, OUT lag_s double precision,
                                OUT journals_stopped bigint, OUT alarms_open bigint, OUT trees_unsigned bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT count(*), coalesce(sum(greatest(waiting, 0)), 0)::bigint,
           coalesce(max(CASE WHEN waiting > 0 THEN extract(epoch FROM now() - coalesce(sealed_at, now())) ELSE lag_us / 1e6 END), 0)::float8,
           count(*) FILTER (WHERE state = 'stopped'),
           (SELECT count(*) FROM journal.alarm WHERE resolved_at IS NULL),
           count(*) FILTER (WHERE size > signed_size)
      FROM (SELECT s.*, CASE WHEN s.epoch = h.epoch THEN h.next_seq - s.size ELSE h.next_seq END AS waiting
              FROM journal.head h LEFT JOIN journal.sealed s ON s.journal_id = h.journal_id AND NOT s.ended) x
$$;
COMMENT ON FUNCTION mpos.seal_state() IS 'State of sealing and signing, for metrics';
