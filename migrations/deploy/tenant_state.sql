-- A business can be suspended and erased. pairing: whether a device without a key of its own may be named at sign-in; tills
-- that were there before go on as they did. journal.erased: what stays of a business that was erased, nobody's tenant row.
-- Locks pos.tenant for a moment; an older server runs on with it.
BEGIN;
ALTER TABLE pos.tenant
    ADD COLUMN state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'suspended', 'deleted')),
    ADD COLUMN pairing text NOT NULL DEFAULT 'open' CHECK (pairing IN ('open', 'required'));
ALTER TABLE pos.tenant ALTER COLUMN pairing SET DEFAULT 'required';

SET LOCAL ROLE mpos_owner;
CREATE TABLE journal.erased (
    tenant_id     uuid NOT NULL,
    slug_hash     bytea NOT NULL,       -- SHA-256 of "mpos.slug.v1", a zero byte, the slug: it is not given out again
    began_at      timestamptz NOT NULL,
    ended_at      timestamptz,          -- NULL: rows are still being removed
    export_sha256 bytea NOT NULL,       -- of the manifest of the export that was checked before
    journals      jsonb NOT NULL,       -- where each journal ended: {"journal_id","kind","epoch","size","leaf","root"}
    removed       jsonb NOT NULL,       -- rows removed by table
    notes         bigint NOT NULL,      -- payloads of the platform's journal that were erased
    PRIMARY KEY (tenant_id),
    CONSTRAINT erased_slug_key UNIQUE (slug_hash)
);
REVOKE ALL ON journal.erased FROM PUBLIC;
COMMENT ON TABLE journal.erased IS 'What stays of businesses that were erased';
RESET ROLE;
COMMIT;
