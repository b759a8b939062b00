-- A business is erased: its rows, its journals, and what the platform's journal says of them. For mpos tenant delete, which
-- calls these one transaction each; whatever was done stays done when it is broken off. What stays: journal.erased, and three
-- kinds of entries of kind 4 in the platform's journal (erase_begin, erase_notes, erase_end).

-- Closes the journals of a suspended business where the export that was checked ends. ends: [{"journal_id","epoch","next_seq",
-- "leaf"}] of its manifest. The same again changes nothing.
CREATE OR REPLACE FUNCTION pos.erase_begin(tenant uuid, export_sha256 bytea, ends jsonb) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    t pos.tenant;
    closed jsonb;
    body text;
BEGIN
    PERFORM mpos.assume(tenant);
    SELECT * INTO t FROM pos.tenant x WHERE x.tenant_id = tenant FOR UPDATE;
    IF t.state = 'deleted' AND EXISTS (SELECT FROM journal.erased e WHERE e.tenant_id = tenant AND e.export_sha256 = export_sha256) THEN
        RETURN;
    ELSIF t.state = 'deleted' THEN
        RAISE EXCEPTION 'it is being erased after another export was checked' USING ERRCODE = 'object_not_in_prerequisite_state';
    ELSIF t.state IS DISTINCT FROM 'suspended' THEN
        RAISE EXCEPTION 'suspend the business first' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    PERFORM FROM journal.head h JOIN journal.journal j USING (journal_id) WHERE j.tenant_id = tenant ORDER BY h.journal_id FOR UPDATE OF h;
    IF EXISTS (SELECT FROM journal.journal j JOIN journal.head h USING (journal_id)
                 LEFT JOIN jsonb_to_recordset(ends) e(journal_id uuid, epoch integer, next_seq bigint, leaf text)
                   ON e.journal_id = j.journal_id AND e.epoch = h.epoch AND e.next_seq = h.next_seq
                  AND (h.next_seq = 0 OR e.leaf = encode(h.last_leaf, 'hex'))
                WHERE j.tenant_id = tenant AND e.journal_id IS NULL) THEN
        RAISE EXCEPTION 'the books have gone on since the export: export and check again' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT jsonb_agg(jsonb_build_object('journal_id', j.journal_id, 'kind', j.kind, 'epoch', h.epoch, 'size', h.next_seq, 'leaf', encode(h.last_leaf, 'hex'),
                     'root', (SELECT encode(c.root, 'hex') FROM journal.checkpoint c
                               WHERE c.journal_id = j.journal_id AND c.epoch = h.epoch AND c.size = h.next_seq)) ORDER BY j.journal_id),
           format('{"export":"%s","journals":[%s],"op":"erase_begin","tenant":"%s"}', mpos.base64url(export_sha256),
                  string_agg(format('{"epoch":%s,"journal":"%s","leaf":"%s","size":%s}', h.epoch, mpos.base64url(uuid_send(j.journal_id)),
                                    mpos.base64url(h.last_leaf), h.next_seq), ',' ORDER BY j.journal_id), mpos.base64url(uuid_send(tenant)))
      INTO closed, body
      FROM journal.journal j JOIN journal.head h USING (journal_id) WHERE j.tenant_id = tenant;
    UPDATE journal.journal j SET state = 'closed' WHERE j.tenant_id = tenant;
    PERFORM mpos.erase_rows(tenant);
    UPDATE pos.tenant x SET state = 'deleted' WHERE x.tenant_id = tenant;
    PERFORM pos.analyst_drop(t.slug, a.name) FROM pos.analyst a WHERE a.tenant_id = tenant;
    DELETE FROM journal.audit a USING journal.journal j WHERE j.journal_id = a.journal_id AND j.tenant_id = tenant;
    INSERT INTO journal.erased (tenant_id, slug_hash, began_at, export_sha256, journals, removed, notes)
    VALUES (tenant, pos.slug_hash(t.slug), now(), export_sha256, closed, '{}', 0);
    PERFORM mpos.platform_append(4, export_sha256, body);
END
$$;
COMMENT ON FUNCTION pos.erase_begin(uuid, bytea, jsonb) IS 'Closes the journals of a suspended business that is to be erased';

-- Removes up to max rows that meet the condition, which may name the tenant as $1 and its journals as $2.
CREATE OR REPLACE FUNCTION pos.erase_some(tenant uuid, name text, condition text, max integer) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    gone bigint;
BEGIN
    -- The rows' places first, by the key; no plan reads rows of others.
    EXECUTE format('DELETE FROM ONLY %1$s WHERE ctid = ANY (ARRAY(SELECT ctid FROM ONLY %1$s WHERE %2$s LIMIT $3))', name, condition)
      USING tenant, (SELECT coalesce(array_agg(j.journal_id), '{}') FROM journal.journal j WHERE j.tenant_id = tenant), max;
    GET DIAGNOSTICS gone = ROW_COUNT;
    IF gone > 0 THEN
        UPDATE journal.erased e SET removed = e.removed || jsonb_build_object(name, coalesce((e.removed->>name)::bigint, 0) + gone)
         WHERE e.tenant_id = tenant;
    END IF;
    RETURN gone;
END
$$;

-- Tables that a row of the business or of its journals may lie in, in the order in which they are emptied: what refers before
-- what is referred to, heads before entries, so that nobody seals a journal that goes. last: only in the last transaction.
CREATE OR REPLACE FUNCTION pos.erase_tables() RETURNS TABLE(name text, condition text, last boolean)
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH ours AS (
        SELECT l.leaf::regclass::text AS name, t.name = 'pos.tenant' AS last, -t.depth AS rank
          FROM pos.tenant_tables() t
         CROSS JOIN LATERAL (SELECT relid::oid FROM pg_partition_tree(t.relation) UNION SELECT t.relation) l(leaf)
          JOIN pg_class c ON c.oid = l.leaf AND c.relkind = 'r'
    ), journals AS (
        SELECT format('journal.%I', c.relname) AS name,
               CASE WHEN c.relname IN ('head', 'sealed') THEN 1
                    WHEN EXISTS (SELECT FROM pg_constraint f WHERE f.conrelid = c.oid AND f.contype = 'f') THEN 2 ELSE 3 END AS rank
          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'journal_id'
         WHERE c.relnamespace = 'journal'::regnamespace AND c.relkind = 'r' AND c.relname <> 'journal'
    ), others AS ( -- that name a business without being one's own: the directory
        SELECT c.oid::regclass::text AS name
          FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND a.atttypid = 'uuid'::regtype
         WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND c.relnamespace NOT IN ('journal'::regnamespace, 'pg_catalog'::regnamespace)
           AND NOT EXISTS (SELECT FROM ours o WHERE o.name = c.oid::regclass::text)
    )
    SELECT x.name, x.condition, x.last
      FROM (SELECT name, 'tenant_id = $1', last, 1, rank FROM ours
            UNION ALL SELECT name, 'journal_id = ANY ($2)', false, 2, rank FROM journals
            UNION ALL SELECT name, 'tenant_id = $1', true, 3, 0 FROM others
            UNION ALL SELECT 'journal.journal', 'tenant_id = $1', true, 4, 0) x(name, condition, last, part, rank)
     ORDER BY x.last, x.part, x.rank, x.name
$$;

-- One transaction of an erasure: removes up to max rows of one table; 0 when there is none left but the last ones.
CREATE OR REPLACE FUNCTION pos.erase_step(tenant uuid, max integer) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    t record;
    gone bigint;
BEGIN
    PERFORM mpos.assume(tenant);
    PERFORM mpos.erase_rows(tenant);
    FOR t IN SELECT * FROM pos.erase_tables() WHERE NOT last LOOP
        gone := pos.erase_some(tenant, t.name, t.condition, max);
        IF gone > 0 THEN
            RETURN gone;
        END IF;
    END LOOP;
    RETURN 0;
END
$$;
COMMENT ON FUNCTION pos.erase_step(uuid, integer) IS 'Removes some rows of a business that is being erased';

-- Takes the payloads out of up to max entries of the platform's journal that keep checkpoints of the business' journals, beginning
-- behind an entry; one entry of kind 4 says which: its aux hash is that of their leaves. No row when there is none left.
CREATE OR REPLACE FUNCTION pos.erase_notes(tenant uuid, after_epoch integer, after_seq bigint, max integer)
    RETURNS TABLE(erased bigint, epoch integer, seq bigint) LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_column
DECLARE
    platform uuid := (SELECT j.journal_id FROM journal.journal j WHERE j.kind = 'platform');
    ours bytea[] := ARRAY(SELECT convert_to(format('"journal":"%s"', mpos.base64url(uuid_send(j.journal_id))), 'UTF8')
                            FROM journal.journal j WHERE j.tenant_id = erase_notes.tenant);
    epochs integer[];
    seqs bigint[];
    months date[];
    leaves bytea;
    body text;
BEGIN
    IF NOT EXISTS (SELECT FROM journal.erased e WHERE e.tenant_id = erase_notes.tenant AND e.ended_at IS NULL) THEN
        RAISE EXCEPTION 'that business is not being erased' USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    SELECT array_agg(f.epoch), array_agg(f.seq), array_agg(f.month), string_agg(f.leaf, ''),
           format('{"entries":[%s],"op":"erase_notes"}', string_agg(format('[%s,%s]', f.epoch, f.seq), ','))
      INTO epochs, seqs, months, leaves, body
      FROM (SELECT e.epoch, e.seq, e.month, e.leaf FROM journal.entry e
             WHERE e.journal_id = platform AND (e.epoch, e.seq) > (after_epoch, after_seq) AND e.packed IS NOT NULL AND get_byte(e.header, 8) = 8
               AND EXISTS (SELECT FROM unnest(ours) o WHERE position(o IN mpos.unpack(e.packed)) > 0)
             ORDER BY e.epoch, e.seq LIMIT max) f;
    erased := coalesce(cardinality(seqs), 0);
    IF erased = 0 THEN
        RETURN;
    END IF;
    UPDATE journal.entry e SET packed = NULL FROM unnest(epochs, seqs, months) f(epoch, seq, month)
     WHERE e.journal_id = platform AND e.epoch = f.epoch AND e.seq = f.seq AND e.month = f.month;
    UPDATE journal.erased e SET notes = e.notes + erased WHERE e.tenant_id = erase_notes.tenant;
    PERFORM mpos.platform_append(4, sha256(leaves), body);
    epoch := epochs[cardinality(epochs)];
    seq := seqs[cardinality(seqs)];
    RETURN NEXT;
END
$$;
COMMENT ON FUNCTION pos.erase_notes(uuid, integer, bigint, integer) IS 'Erases what the platform''s journal says of an erased business';

-- The last transaction: nothing but the stone stays.
CREATE OR REPLACE FUNCTION pos.erase_end(tenant uuid) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
#variable_conflict use_variable
DECLARE
    t record;
    e journal.erased;
BEGIN
    PERFORM mpos.assume(tenant);
    PERFORM mpos.erase_rows(tenant);
    FOR t IN SELECT * FROM pos.erase_tables() LOOP
        PERFORM pos.erase_some(tenant, t.name, t.condition, NULL);
    END LOOP;
    UPDATE journal.erased x SET ended_at = now() WHERE x.tenant_id = tenant RETURNING * INTO e;
    PERFORM mpos.platform_append(4, sha256(convert_to(e.removed::text, 'UTF8')),
        format('{"notes":%s,"op":"erase_end","rows":%s,"tenant":"%s"}', e.notes,
               (SELECT coalesce(sum(value::bigint), 0) FROM jsonb_each_text(e.removed)), mpos.base64url(uuid_send(tenant))));
END
$$;
COMMENT ON FUNCTION pos.erase_end(uuid) IS 'Removes the last rows of an erased business';

-- What proves the erasure: journal.erased, the last entry about it in the platform's journal, and (once a checkpoint is signed that
-- covers it) a proof of that entry as C2SP tlog-proof.
CREATE OR REPLACE FUNCTION pos.erase_certificate(tenant uuid) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH entry AS (
        SELECT e.*, j.origin FROM journal.entry e JOIN journal.journal j USING (journal_id)
         WHERE j.kind = 'platform' AND get_byte(e.header, 8) = 4
           AND position(convert_to(format('"op":"erase_end","rows":'), 'UTF8') IN mpos.unpack(e.packed)) > 0
           AND position(convert_to(format('"tenant":"%s"', mpos.base64url(uuid_send(erase_certificate.tenant))), 'UTF8') IN mpos.unpack(e.packed)) > 0
         ORDER BY e.epoch DESC, e.seq DESC LIMIT 1
    ), checkpoint AS (
        SELECT c.size, c.note FROM journal.checkpoint c JOIN entry e ON e.journal_id = c.journal_id AND e.epoch = c.epoch AND e.seq < c.size
         ORDER BY c.size LIMIT 1
    )
    SELECT jsonb_build_object('format', 'mpos-erasure-1', 'tenant_id', x.tenant_id, 'began_at', x.began_at, 'ended_at', x.ended_at,
               'export_sha256', encode(x.export_sha256, 'hex'), 'journals', x.journals, 'removed', x.removed, 'notes_erased', x.notes,
               'entry', jsonb_build_object('journal_id', e.journal_id, 'origin', e.origin || '/' || e.epoch, 'seq', e.seq,
                                           'header', encode(e.header, 'hex'), 'payload', encode(mpos.unpack(e.packed), 'base64')),
               'proof', (SELECT format(E'c2sp.org/tlog-proof@v1\nindex %s\n%s\n%s', e.seq,
                                       coalesce((SELECT string_agg(encode(h, 'base64') || E'\n', '' ORDER BY n)
                                          FROM unnest(mpos.inclusion_proof(e.journal_id, e.epoch, e.seq, c.size)) WITH ORDINALITY u(h, n)), ''), c.note)
                           FROM checkpoint c))
      FROM journal.erased x CROSS JOIN entry e WHERE x.tenant_id = erase_certificate.tenant AND x.ended_at IS NOT NULL
$$;
COMMENT ON FUNCTION pos.erase_certificate(uuid) IS 'What proves that a business was erased';

DO $$
DECLARE
    f regprocedure;
BEGIN
    FOR f IN SELECT oid FROM pg_proc WHERE pronamespace = 'pos'::regnamespace AND proname ~ '^erase_' LOOP
        EXECUTE format('ALTER FUNCTION %s OWNER TO mpos_owner', f);
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', f);
    END LOOP;
END
$$;
