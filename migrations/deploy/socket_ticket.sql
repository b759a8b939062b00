-- Tickets that have opened a WebSocket, for five minutes: one opens one socket, whichever server process it is shown to. A new
-- table, locks nothing; a server from before keeps its own count and does not look here.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE pos.socket_ticket (
    tenant_id uuid NOT NULL REFERENCES pos.tenant,
    hash      bytea NOT NULL CHECK (octet_length(hash) = 32),
    used_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, hash)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000);
CREATE INDEX socket_ticket_used ON pos.socket_ticket (tenant_id, used_at);
RESET ROLE;
SELECT mpos.isolate('pos.socket_ticket');
COMMIT;
