-- What entries of kind 6 say about more rows than an entry holds. New table, locks nothing; an older server runs on with it.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE journal.manifest (
    journal_id uuid NOT NULL,
    epoch      integer NOT NULL,
    seq        bigint NOT NULL,         -- the entry whose audit section has the digest of all parts
    part       integer NOT NULL,
    body       text NOT NULL,           -- lines "<digest> <entity> <id>"
    PRIMARY KEY (journal_id, epoch, seq, part)
);
REVOKE ALL ON journal.manifest FROM PUBLIC;
COMMENT ON TABLE journal.manifest IS 'Rows after declared rewrites; written by the extension only';
COMMIT;
