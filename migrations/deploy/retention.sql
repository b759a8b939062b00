-- Months that have left journal.entry. New table, locks nothing; an older server runs on with it.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE journal.retired (
    journal_id  uuid NOT NULL,
    month       date NOT NULL,
    epoch       integer NOT NULL,       -- of the last entry that left
    next_seq    bigint NOT NULL,        -- the first that stayed
    last_leaf   bytea NOT NULL,         -- leaf of next_seq - 1
    last_time   bigint NOT NULL,
    entry_epoch integer NOT NULL,       -- the entry that says all this, and has the digest of its manifest
    entry_seq   bigint NOT NULL,
    PRIMARY KEY (journal_id, month)
);
REVOKE ALL ON journal.retired FROM PUBLIC;
COMMENT ON TABLE journal.retired IS 'Where journals begin whose oldest months were detached';
COMMIT;
