-- Businesses, their outlets, devices and staff. New tables, locks nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;

-- The control plane's only table: which business a short name means. Read while signing in, before a tenant is known;
-- so it has no tenant policy, and nothing but a name and an id in it.
CREATE TABLE pos.directory (
    slug      text NOT NULL CHECK (slug ~ '^[a-z0-9][a-z0-9-]{0,62}$'),
    tenant_id uuid NOT NULL,
    PRIMARY KEY (slug),
    UNIQUE (tenant_id)
);
REVOKE ALL ON pos.directory FROM PUBLIC;

CREATE TABLE pos.tenant (
    tenant_id  uuid NOT NULL,
    slug       text NOT NULL,
    name       text NOT NULL,
    country    text NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
    currency   text NOT NULL CHECK (currency ~ '^[A-Z]{3}$'),
    exponent   integer NOT NULL CHECK (exponent BETWEEN 0 AND 4),
    rounding   jsonb NOT NULL,
    journal_id uuid NOT NULL,
    version    integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id)
);

CREATE TABLE pos.outlet (
    tenant_id  uuid NOT NULL REFERENCES pos.tenant,
    outlet_id  uuid NOT NULL,
    code       text NOT NULL CHECK (code ~ '^[A-Za-z0-9_]{1,32}$'),
    name       text NOT NULL,
    timezone   text NOT NULL,
    stations   text[] NOT NULL,
    journal_id uuid NOT NULL,
    version    integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, outlet_id),
    UNIQUE (tenant_id, code)
);

-- kind channel: the virtual register of sales without a device (API), one per outlet.
CREATE TABLE pos.device (
    tenant_id uuid NOT NULL,
    device_id uuid NOT NULL,
    outlet_id uuid NOT NULL,
    code      text NOT NULL CHECK (code ~ '^[A-Za-z0-9_]{1,16}$'),
    kind      text NOT NULL CHECK (kind IN ('register', 'kitchen', 'channel')),
    letter    text NOT NULL CHECK (letter ~ '^[A-Z]$'),
    series    text NOT NULL CHECK (series ~ '^[A-Z]{1,4}$'),
    state     text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'revoked')),
    version   integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, device_id),
    UNIQUE (tenant_id, outlet_id, code),
    FOREIGN KEY (tenant_id, outlet_id) REFERENCES pos.outlet
);

-- Where a device's log and number series stand. Updated by every sale past the executor (src/device.c): key index only.
CREATE TABLE pos.device_cursor (
    tenant_id      uuid NOT NULL,
    device_id      uuid NOT NULL,
    kind           text NOT NULL,
    receipt_prefix text NOT NULL,       -- outlet-register-series
    letter         text NOT NULL,
    gen            integer NOT NULL,
    last_seq       bigint NOT NULL,
    last_hash      bytea NOT NULL,
    receipt_n      bigint NOT NULL,
    call_n         integer NOT NULL,
    suspended      integer NOT NULL,    -- operations of this device in suspense
    shift_id       uuid,                -- the open shift
    PRIMARY KEY (tenant_id, device_id)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Results of a device's last operations, a ring by number, so that a repeated push is answered as it was the first time.
CREATE TABLE pos.device_result (
    tenant_id uuid NOT NULL,
    device_id uuid NOT NULL,
    slot      integer NOT NULL,
    seq       bigint NOT NULL,
    hash      bytea NOT NULL,
    result    text NOT NULL,
    PRIMARY KEY (tenant_id, device_id, slot)
) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);

-- Operations that could not be applied: open ones wait for a person, refused ones were told to their device. Captured, so
-- that an operation without any other effect is in the journal too.
CREATE TABLE pos.suspense (
    tenant_id  uuid NOT NULL,
    device_id  uuid NOT NULL,
    seq        bigint NOT NULL,
    outlet_id  uuid NOT NULL,
    root       uuid NOT NULL,
    type       text NOT NULL,
    code       text NOT NULL,
    operation  text NOT NULL,
    state      text NOT NULL CHECK (state IN ('open', 'done', 'refused')),
    created_at timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, device_id, seq)
);
CREATE INDEX suspense_root ON pos.suspense (root);

CREATE TABLE pos.staff (
    tenant_id      uuid NOT NULL REFERENCES pos.tenant,
    staff_id       uuid NOT NULL,
    number         text NOT NULL CHECK (length(number) BETWEEN 1 AND 16),
    name           text NOT NULL,
    role           text NOT NULL CHECK (role IN ('manager', 'cashier', 'kitchen')),
    pin_verifier   text NOT NULL,
    rights_version integer NOT NULL DEFAULT 1,
    active         boolean NOT NULL DEFAULT true,
    version        integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, staff_id),
    UNIQUE (tenant_id, number)
);
RESET ROLE;

SELECT mpos.isolate(t) FROM unnest(ARRAY['pos.tenant', 'pos.outlet', 'pos.device', 'pos.device_cursor',
    'pos.device_result', 'pos.suspense', 'pos.staff']::regclass[]) t;
SELECT mpos.journal('pos.tenant', topic => 'catalogue', feed => '{currency,exponent,rounding}');
SELECT mpos.journal('pos.outlet', topic => 'catalogue', feed => '{code,timezone,stations}');
SELECT mpos.journal('pos.device', topic => 'staff', feed => '{outlet_id,code,kind,series,state}');
SELECT mpos.journal('pos.suspense', outlet => 'outlet_id');
SELECT mpos.journal('pos.staff', topic => 'staff', feed => '{role,rights_version,active}');
COMMIT;
