-- Stock levels per outlet and item; an item without a row is not counted there. New table, locks nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE pos.stock (
    tenant_id uuid NOT NULL,
    outlet_id uuid NOT NULL,
    item_id   uuid NOT NULL,
    on_hand   bigint NOT NULL,          -- scale 6; below zero when more was sold than was known of
    low       bigint NOT NULL,          -- at or below this, STOCK_LOW is told once
    version   integer NOT NULL,
    PRIMARY KEY (tenant_id, outlet_id, item_id)
) WITH (fillfactor = 70);
RESET ROLE;
SELECT mpos.isolate('pos.stock');
SELECT mpos.journal('pos.stock', topic => 'stock', outlet => 'outlet_id', feed => '{on_hand}');
COMMIT;
