-- Roles with rights and limits, the role of every person, and what a session may do as its row says. Locks pos.staff and
-- pos.session for a moment and rewrites the row of every person; an older server does not run on with it.
BEGIN;
SET LOCAL ROLE mpos_owner;

-- scopes: bits of extension/core/scopes.def, never that of the server itself. Limits: NULL is none.
CREATE TABLE pos.role (
    tenant_id      uuid NOT NULL REFERENCES pos.tenant,
    role_id        uuid NOT NULL,
    code           text NOT NULL CHECK (code ~ '^[a-z0-9][a-z0-9_-]{0,31}$'),
    name           text NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
    scopes         bigint NOT NULL CHECK (scopes >= 0 AND scopes & 2 = 0),
    discount_limit bigint CHECK (discount_limit BETWEEN 0 AND 1000000000), -- of an order, rate of scale 9
    refund_limit   bigint CHECK (refund_limit >= 0),                      -- of a person in one shift, minor units
    refresh_hours  integer NOT NULL DEFAULT 12 CHECK (refresh_hours BETWEEN 1 AND 8760),
    version        integer NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, role_id),
    UNIQUE (tenant_id, code),
    UNIQUE (tenant_id, role_id, code)
);
RESET ROLE;
SELECT mpos.isolate('pos.role');
SELECT mpos.journal('pos.role', topic => 'staff', feed => '{code,name,scopes,discount_limit,refund_limit}');

-- Businesses from before get the three roles that their people have had.
INSERT INTO pos.role (tenant_id, role_id, code, name, scopes)
SELECT t.tenant_id, gen_random_uuid(), r.code, initcap(r.code), r.scopes
  FROM pos.tenant t
 CROSS JOIN (VALUES ('manager', mpos.scopes('{*}')),
                    ('cashier', mpos.scopes('{session,catalogue.read,order.read,order.write,payment.write,kitchen.read,shift.read,
                                             shift.write,stock.read,sync.push,event.read,discount.write,refund.write,clock.use}')),
                    ('kitchen', mpos.scopes('{session,catalogue.read,order.read,kitchen.read,kitchen.write,sync.push,event.read,
                                             clock.use}'))) r (code, scopes);

-- A person without a PIN signs in by other means, or not at all.
ALTER TABLE pos.staff ADD COLUMN role_id uuid, DROP CONSTRAINT staff_role_check, ALTER COLUMN pin_verifier DROP NOT NULL;
UPDATE pos.staff s SET role_id = r.role_id FROM pos.role r WHERE r.tenant_id = s.tenant_id AND r.code = s.role;
-- The code stands beside the id, so that the journal is readable; the key keeps them together.
ALTER TABLE pos.staff ALTER COLUMN role_id SET NOT NULL,
    ADD CONSTRAINT staff_role FOREIGN KEY (tenant_id, role_id, role) REFERENCES pos.role (tenant_id, role_id, code);

-- kind: who has signed in. The limits are the role's at that moment; NULL is none.
ALTER TABLE pos.session ADD COLUMN kind text NOT NULL DEFAULT 'staff' CHECK (kind IN ('staff', 'device', 'api_key')),
    ADD COLUMN discount_limit bigint, ADD COLUMN refund_limit bigint;
SELECT mpos.isolate(t) FROM unnest(ARRAY['pos.staff', 'pos.session']::regclass[]) t;
SELECT mpos.journal('pos.session', topic => 'staff', feed => '{staff_id,device_id,rights_version,ended_at}');
CREATE INDEX session_staff ON pos.session (tenant_id, staff_id) WHERE ended_at IS NULL;
COMMIT;
