-- The published catalogue in parts: a manifest (pos.published) names chunks by the hash of their bytes, and what has not
-- changed is not stored again. The manifest's hash is journalled; the chunks follow from it. pos.catalogue_change tells which
-- chunks the next publication has to make anew. Locks the rows' tables of the catalogue for the time of building an index on
-- items; nobody sells from them. The previous server cannot read what is published after this.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE pos.published_chunk (
    tenant_id uuid NOT NULL REFERENCES pos.tenant,
    hash      bytea NOT NULL CHECK (octet_length(hash) = 32),
    content   bytea NOT NULL,
    PRIMARY KEY (tenant_id, hash)
);

CREATE TABLE pos.catalogue_change (
    tenant_id uuid NOT NULL REFERENCES pos.tenant,
    change_id uuid NOT NULL DEFAULT gen_random_uuid(),
    slot      integer NOT NULL CHECK (slot BETWEEN 0 AND 65535),
    PRIMARY KEY (tenant_id, change_id)
);

CREATE INDEX item_slot ON pos.item (tenant_id, mpos.catalogue_slot(item_id));
CREATE INDEX combo_slot_item_component ON pos.combo_slot_item (tenant_id, component_id);
RESET ROLE;

SELECT mpos.isolate(t) FROM unnest(ARRAY['pos.published_chunk', 'pos.catalogue_change']::regclass[]) t;
SELECT mpos.catalogue_watch(t) FROM unnest(ARRAY['pos.item', 'pos.item_group', 'pos.combo_slot', 'pos.combo_slot_item',
    'pos.variant', 'pos.barcode', 'pos.price']::regclass[]) t;
INSERT INTO pos.catalogue_change (tenant_id, slot) SELECT DISTINCT tenant_id, mpos.catalogue_slot(item_id) FROM pos.item;
COMMIT;
