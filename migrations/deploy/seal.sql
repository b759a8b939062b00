-- What the sealer and the signer keep beside the entries, and the platform's own journal. New tables; the check of
-- journal.journal is replaced under a lock of a moment. An older server runs on with it.
BEGIN;
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'mpos_signer') THEN
        CREATE ROLE mpos_signer LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE NOINHERIT;
    END IF;
END
$$;
SET LOCAL ROLE mpos_owner;

-- kind platform: tenant zero, one in a database; it collects checkpoints, keys and changes of the schema.
ALTER TABLE journal.journal DROP CONSTRAINT journal_kind_check,
    ADD CONSTRAINT journal_kind_check CHECK (kind IN ('outlet', 'tenant', 'platform'));

-- How far the tree of a journal's epoch is built and signed. The row that has not ended is where the sealer stands.
CREATE TABLE journal.sealed (
    journal_id  uuid NOT NULL,
    epoch       integer NOT NULL,
    size        bigint NOT NULL,            -- leaves in tiles, each checked against the chain
    last_leaf   bytea NOT NULL,             -- of entry size - 1; the genesis value when size is 0
    ended       boolean NOT NULL,           -- a later epoch has begun and every entry of this one is sealed
    state       text NOT NULL,              -- sealing, or stopped by an alarm
    sealed_at   timestamptz NOT NULL,
    lag_us      bigint NOT NULL,            -- age of the oldest entry when it was sealed the last time
    signed_size bigint NOT NULL,            -- of the newest checkpoint, 0: none
    signed_at   timestamptz,
    PRIMARY KEY (journal_id, epoch)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Tiles of the tree as in C2SP tlog-tiles: tile n of a level holds up to 256 hashes of 32 bytes, width says how many.
CREATE TABLE journal.tile (
    journal_id uuid NOT NULL,
    epoch      integer NOT NULL,
    level      integer NOT NULL,
    n          bigint NOT NULL,
    width      integer NOT NULL,
    hashes     bytea NOT NULL,
    PRIMARY KEY (journal_id, epoch, level, n)
) WITH (toast_tuple_target = 8160, autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE journal.tile ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- Notes of the signer, without cosignatures.
CREATE TABLE journal.checkpoint (
    journal_id uuid NOT NULL,
    epoch      integer NOT NULL,
    size       bigint NOT NULL CHECK (size > 0),
    root       bytea NOT NULL CHECK (octet_length(root) = 32),
    note       text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (journal_id, epoch, size)
);

-- Lines that witnesses have put under a checkpoint.
CREATE TABLE journal.cosignature (
    journal_id uuid NOT NULL,
    epoch      integer NOT NULL,
    size       bigint NOT NULL,
    key_name   text NOT NULL,
    line       text NOT NULL,
    created_at timestamptz NOT NULL,
    PRIMARY KEY (journal_id, epoch, size, key_name),
    FOREIGN KEY (journal_id, epoch, size) REFERENCES journal.checkpoint
);

-- Public keys of the signer; the private ones are never here. A key that another of the same name followed is retired.
CREATE TABLE journal.signing_key (
    vkey        text NOT NULL,
    key_id      text NOT NULL,
    active_from timestamptz NOT NULL,
    retired_at  timestamptz,
    PRIMARY KEY (vkey)
);

-- A checkpoint of at least this size is wanted sooner than in its turn.
CREATE TABLE journal.demand (
    journal_id uuid NOT NULL,
    epoch      integer NOT NULL,
    size       bigint NOT NULL,
    asked_at   timestamptz NOT NULL,
    PRIMARY KEY (journal_id, epoch)
);

-- What somebody must look at. Kept for ever; resolved_at is set by who has looked.
CREATE TABLE journal.alarm (
    alarm_id    bigint GENERATED ALWAYS AS IDENTITY,
    raised_at   timestamptz NOT NULL,
    journal_id  uuid,
    epoch       integer,
    seq         bigint,
    kind        text NOT NULL,
    detail      text NOT NULL,
    resolved_at timestamptz,
    resolution  text,
    PRIMARY KEY (alarm_id)
);
CREATE INDEX alarm_open ON journal.alarm (journal_id, kind) WHERE resolved_at IS NULL;

REVOKE ALL ON ALL TABLES IN SCHEMA journal FROM PUBLIC;
COMMENT ON TABLE journal.tile IS 'Tiles of the hash trees; written by the sealer only';
COMMENT ON TABLE journal.alarm IS 'Findings of sealer, signer and audit';
RESET ROLE;

SELECT mpos.journal_create('00000000-0000-0000-0000-000000000000', NULL, 'mpos/_platform');
COMMIT;
