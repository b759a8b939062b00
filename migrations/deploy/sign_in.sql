-- Sessions without a person, refresh tokens, and the counters of wrong attempts. The new column is filled without rewriting
-- pos.session; locks it for an instant. An older server does not run on with it: it signs nobody in.
BEGIN;
SET LOCAL ROLE mpos_owner;

ALTER TABLE pos.session
    ALTER COLUMN staff_id DROP NOT NULL,
    ADD COLUMN method text NOT NULL DEFAULT 'pin' CHECK (method IN ('pin', 'password', 'sso', 'device', 'api_key')),
    ADD CONSTRAINT session_who CHECK ((kind = 'staff') = (staff_id IS NOT NULL));

-- Only the SHA-256 of a token is here. A used one stays until it expires, so that its second use is noticed.
CREATE TABLE pos.refresh (
    tenant_id   uuid NOT NULL,
    hash        bytea NOT NULL CHECK (length(hash) = 32),
    session_id  uuid NOT NULL,
    lasts_s     integer NOT NULL CHECK (lasts_s > 0), -- what its successors are given
    created_at  timestamptz NOT NULL,
    expires_at  timestamptz NOT NULL,
    used_at     timestamptz,
    replaced_by bytea CHECK (length(replaced_by) = 32),
    PRIMARY KEY (tenant_id, hash),
    FOREIGN KEY (tenant_id, session_id) REFERENCES pos.session ON DELETE CASCADE,
    CHECK ((used_at IS NULL) = (replaced_by IS NULL))
);
CREATE INDEX refresh_session ON pos.refresh (tenant_id, session_id);

-- Control plane, no tenant: a subject is the SHA-256 of what somebody claims to be, whether it exists or not, so that a
-- lockout tells nothing. Rows a day old are removed by the attempts that follow.
CREATE TABLE pos.sign_in_guard (
    subject      bytea NOT NULL CHECK (length(subject) = 32),
    failures     integer NOT NULL,
    window_start timestamptz NOT NULL,
    changed_at   timestamptz NOT NULL,
    locked_until timestamptz,
    PRIMARY KEY (subject)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX sign_in_guard_changed ON pos.sign_in_guard (changed_at);
REVOKE ALL ON pos.sign_in_guard FROM PUBLIC;
RESET ROLE;

SELECT mpos.isolate('pos.refresh');
SELECT mpos.journal('pos.session', topic => 'staff', feed => '{staff_id,device_id,rights_version,ended_at}');
COMMIT;
