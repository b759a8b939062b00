-- Indexes beside the keys get tenant_id as their second column: a plan that looks for an outlet or an order of somebody else
-- then ends in the index, and neither EXPLAIN nor its time says what was there. Not as the first, for the reason given at
-- orders. Building them locks writes to each table for the seconds that its rows take; an older server runs on.
BEGIN;
SET LOCAL ROLE mpos_owner;
DROP INDEX pos.suspense_root, pos.orders_outlet, pos.ticket_open, pos.ticket_changed, pos.ticket_item_ticket, pos.ticket_item_order, pos.bump_ticket;
CREATE INDEX suspense_root ON pos.suspense (root, tenant_id);
CREATE INDEX orders_outlet ON pos.orders (outlet_id, tenant_id, created_at);
CREATE INDEX ticket_open ON pos.ticket (outlet_id, tenant_id, sent_at) WHERE state IN ('new', 'cooking', 'ready');
CREATE INDEX ticket_changed ON pos.ticket (outlet_id, tenant_id, changed_at);
CREATE INDEX ticket_item_ticket ON pos.ticket_item (ticket_id, tenant_id);
CREATE INDEX ticket_item_order ON pos.ticket_item (order_id, tenant_id);
CREATE INDEX bump_ticket ON pos.bump (ticket_id, tenant_id, created_at);
COMMIT;
