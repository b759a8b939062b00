-- What people of the back office prove themselves with: password verifier, second factor, recovery codes. None of it is
-- captured: the journal tells of a change by the person's version. New tables, locks nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;

CREATE TABLE pos.credential (
    tenant_id         uuid NOT NULL,
    staff_id          uuid NOT NULL,
    email             text NOT NULL CHECK (email = lower(email) AND email ~ '^[^@[:space:]]+@[^@[:space:]]+$' AND length(email) <= 254),
    password_verifier text,             -- Argon2id; NULL: no password
    totp_sealed       bytea,            -- by a key that only the server has; NULL: no second factor
    totp_confirmed    boolean NOT NULL DEFAULT false,
    totp_step         bigint NOT NULL DEFAULT 0, -- the last one used: none is used twice
    PRIMARY KEY (tenant_id, staff_id),
    UNIQUE (tenant_id, email),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES pos.staff ON DELETE CASCADE,
    CHECK (totp_sealed IS NOT NULL OR NOT totp_confirmed)
);

-- SHA-256 of codes that stand in for the second factor, each once.
CREATE TABLE pos.recovery_code (
    tenant_id uuid NOT NULL,
    staff_id  uuid NOT NULL,
    hash      bytea NOT NULL CHECK (length(hash) = 32),
    used_at   timestamptz,
    PRIMARY KEY (tenant_id, staff_id, hash),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES pos.credential ON DELETE CASCADE
);
RESET ROLE;

SELECT mpos.isolate(t) FROM unnest(ARRAY['pos.credential', 'pos.recovery_code']::regclass[]) t;
COMMIT;
