-- The journal's tables. Only the extension writes them, past the executor (src/heap.c): no triggers, foreign keys,
-- partial indexes or defaults here. New tables only, locks nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;

CREATE TABLE journal.journal (
    journal_id uuid NOT NULL,
    tenant_id  uuid NOT NULL,
    outlet_id  uuid,                    -- NULL: the tenant's own journal
    kind       text NOT NULL CHECK (kind IN ('outlet', 'tenant')),
    origin     text NOT NULL CHECK (octet_length(origin) BETWEEN 1 AND 200),
    epoch      integer NOT NULL,
    state      text NOT NULL CHECK (state IN ('open', 'closed')),
    PRIMARY KEY (journal_id),
    CONSTRAINT journal_owner_key UNIQUE NULLS NOT DISTINCT (tenant_id, outlet_id),
    CONSTRAINT journal_origin_key UNIQUE (origin)
);

-- One row per journal, updated by every entry: room for HOT updates, key index only.
CREATE TABLE journal.head (
    journal_id uuid NOT NULL,
    epoch      integer NOT NULL,
    next_seq   bigint NOT NULL,
    last_leaf  bytea NOT NULL,          -- leaf of next_seq - 1; the genesis value when next_seq is 0
    last_time  bigint NOT NULL,         -- µs since 1970 of that entry
    system_id  bigint NOT NULL,         -- the cluster and timeline that wrote it: another one opens a new epoch
    timeline   integer NOT NULL,
    PRIMARY KEY (journal_id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

CREATE TABLE journal.entry (
    journal_id uuid NOT NULL,
    epoch      integer NOT NULL,
    seq        bigint NOT NULL,
    month      date NOT NULL,           -- first day of the UTC month of recorded
    header     bytea NOT NULL,
    leaf       bytea NOT NULL,
    packed     bytea,                   -- the payload as mpos.unpack reads it (src/pack.h); NULL: erased
    PRIMARY KEY (journal_id, epoch, seq, month)
) PARTITION BY RANGE (month);
-- Hashes do not compress, and payloads come packed.
ALTER TABLE journal.entry ALTER COLUMN header SET STORAGE PLAIN, ALTER COLUMN leaf SET STORAGE PLAIN,
    ALTER COLUMN packed SET STORAGE EXTERNAL;

-- An entry of a month without a partition goes here: a forgotten maintenance run must not stop a sale.
CREATE TABLE journal.entry_default PARTITION OF journal.entry DEFAULT;

-- Where a journal's numbers of a month begin: turns a cursor into a partition.
CREATE TABLE journal.segment (
    journal_id uuid NOT NULL,
    epoch      integer NOT NULL,
    month      date NOT NULL,
    first_seq  bigint NOT NULL,
    PRIMARY KEY (journal_id, epoch, month)
);

REVOKE ALL ON ALL TABLES IN SCHEMA journal FROM PUBLIC;
COMMENT ON TABLE journal.entry IS 'Hash-chained entries; written by the extension only';

SELECT mpos.journal_months(25);
COMMIT;
