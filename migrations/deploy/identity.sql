-- Sign-in through an identity provider (OpenID Connect): which one a business trusts, and who is who there. New tables, locks
-- nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;

CREATE TABLE pos.identity_provider (
    tenant_id     uuid NOT NULL REFERENCES pos.tenant,
    issuer        text NOT NULL CHECK (length(issuer) BETWEEN 1 AND 255),
    client_id     text NOT NULL CHECK (length(client_id) BETWEEN 1 AND 255),
    secret_sealed bytea,                        -- by a key that only the server has; NULL: a client without a secret
    role_claim    text NOT NULL DEFAULT '',     -- empty: roles stay as they are here
    role_map      jsonb NOT NULL DEFAULT '{}',  -- value of the claim -> code of a role
    link_email    boolean NOT NULL,             -- the first time people are found by their verified e-mail
    enabled       boolean NOT NULL,
    version       integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id)
);

CREATE TABLE pos.identity (
    tenant_id uuid NOT NULL,
    issuer    text NOT NULL,
    subject   text NOT NULL,
    staff_id  uuid NOT NULL,
    PRIMARY KEY (tenant_id, issuer, subject),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES pos.staff ON DELETE CASCADE
);

-- What the browser comes back with once the provider has answered; SHA-256, good for a minute, once.
CREATE TABLE pos.sign_in_code (
    tenant_id  uuid NOT NULL,
    hash       bytea NOT NULL CHECK (length(hash) = 32),
    staff_id   uuid NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, hash),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES pos.staff ON DELETE CASCADE
);
RESET ROLE;

SELECT mpos.isolate(t) FROM unnest(ARRAY['pos.identity_provider', 'pos.identity', 'pos.sign_in_code']::regclass[]) t;
SELECT mpos.journal('pos.identity_provider', topic => 'staff', feed => '{issuer,enabled,version}');
SELECT mpos.journal('pos.identity', topic => 'staff', feed => '{staff_id}');
COMMIT;
