-- Sessions: what a request context names. Read by every call past the executor (src/call.c). New table, locks nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE pos.session (
    tenant_id      uuid NOT NULL,
    session_id     uuid NOT NULL,
    staff_id       uuid NOT NULL,
    device_id      uuid,
    outlet_id      uuid NOT NULL,
    scopes         bigint NOT NULL,
    rights_version integer NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    expires_at     timestamptz NOT NULL,
    ended_at       timestamptz,
    PRIMARY KEY (tenant_id, session_id)
);
RESET ROLE;
SELECT mpos.isolate('pos.session');
COMMIT;
