-- Alarms about journals: what the signer refused, and whatever else watches the books. One row for each journal, epoch
-- and kind; a new table, locks nothing. Its functions are in the extension.
BEGIN;
SET LOCAL ROLE mpos_owner;

CREATE TABLE journal.alarm (
    journal_id uuid NOT NULL,           -- zero: about no journal in particular
    epoch      integer NOT NULL,
    kind       text NOT NULL CHECK (kind ~ '^[a-z_]{1,40}$'),
    detail     text NOT NULL,
    raised_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    count      bigint NOT NULL DEFAULT 1,
    cleared_at timestamptz,             -- NULL: open
    reason     text,                    -- why it was cleared
    PRIMARY KEY (journal_id, epoch, kind)
);
REVOKE ALL ON journal.alarm FROM PUBLIC;
COMMENT ON TABLE journal.alarm IS 'What was found wrong with journals and not yet resolved, and what was';
COMMIT;
