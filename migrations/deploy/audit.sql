-- Where the audit in the background stands, and when it found an alarm's cause the last time. A new table; a column without
-- default takes a lock of a moment. An older server runs on with it.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE journal.audit (
    journal_id  uuid NOT NULL,
    known_at    timestamptz NOT NULL,
    full_at     timestamptz,            -- when the last full pass began that has ended
    recent_at   timestamptz,            -- the same of passes over rows that changed in the last day
    -- the full pass under way, NULL: none
    pass_at     timestamptz,
    start_epoch integer,                -- where the journal began then
    start_seq   bigint,
    phase       text,                   -- chain, or rows
    epoch       integer,                -- the next entry
    seq         bigint,
    leaf        bytea,                  -- of the entry before; NULL: not known behind damage
    missing     bigint[],               -- epoch, seq of payloads that are gone and that no entry so far has erased
    bucket      bigint,                 -- rows whose key's last bits, as mask has them, are these
    mask        bigint,
    PRIMARY KEY (journal_id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
REVOKE ALL ON journal.audit FROM PUBLIC;
COMMENT ON TABLE journal.audit IS 'How far the audit in the background has come';
ALTER TABLE journal.alarm ADD COLUMN found_at timestamptz;
COMMIT;
