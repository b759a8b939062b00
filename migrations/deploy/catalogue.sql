-- The catalogue: rows that are edited, and documents that are published from them and never change. Sales read only
-- published documents; the rows pass the journal as the hash of a document, not one by one. New tables, locks nothing.
BEGIN;
SET LOCAL ROLE mpos_owner;

CREATE TABLE pos.tax (
    tenant_id uuid NOT NULL REFERENCES pos.tenant,
    tax_id    uuid NOT NULL,
    code      text NOT NULL,
    name      text NOT NULL,
    rate      bigint NOT NULL CHECK (rate BETWEEN 0 AND 10000000000),   -- fraction, scale 9
    included  boolean NOT NULL,
    PRIMARY KEY (tenant_id, tax_id),
    UNIQUE (tenant_id, code)
);

CREATE TABLE pos.category (
    tenant_id   uuid NOT NULL REFERENCES pos.tenant,
    category_id uuid NOT NULL,
    code        text NOT NULL,
    name        text NOT NULL,
    colour      text NOT NULL,
    sort        integer NOT NULL,
    PRIMARY KEY (tenant_id, category_id),
    UNIQUE (tenant_id, code)
);

CREATE TABLE pos.modifier_group (
    tenant_id uuid NOT NULL REFERENCES pos.tenant,
    group_id  uuid NOT NULL,
    code      text NOT NULL,
    name      text NOT NULL,
    min       integer NOT NULL CHECK (min >= 0),
    max       integer NOT NULL CHECK (max >= min AND max > 0),
    PRIMARY KEY (tenant_id, group_id),
    UNIQUE (tenant_id, code)
);

CREATE TABLE pos.modifier (
    tenant_id   uuid NOT NULL,
    modifier_id uuid NOT NULL,
    group_id    uuid NOT NULL,
    code        text NOT NULL,
    name        text NOT NULL,
    price       bigint NOT NULL CHECK (price BETWEEN -999999999999 AND 999999999999),
    sort        integer NOT NULL,
    PRIMARY KEY (tenant_id, modifier_id),
    UNIQUE (tenant_id, group_id, code),
    FOREIGN KEY (tenant_id, group_id) REFERENCES pos.modifier_group
);

CREATE TABLE pos.item (
    tenant_id   uuid NOT NULL,
    item_id     uuid NOT NULL,
    code        text NOT NULL,
    name        text NOT NULL,
    category_id uuid NOT NULL,
    price       bigint NOT NULL CHECK (price BETWEEN 0 AND 999999999999),
    tax_ids     uuid[] NOT NULL,
    station     text,
    barcode     text,
    stocked     boolean NOT NULL,
    sort        integer NOT NULL,
    active      boolean NOT NULL DEFAULT true,
    PRIMARY KEY (tenant_id, item_id),
    UNIQUE (tenant_id, code),
    FOREIGN KEY (tenant_id, category_id) REFERENCES pos.category
);

CREATE TABLE pos.item_group (
    tenant_id uuid NOT NULL,
    item_id   uuid NOT NULL,
    group_id  uuid NOT NULL,
    sort      integer NOT NULL,
    PRIMARY KEY (tenant_id, item_id, group_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES pos.item,
    FOREIGN KEY (tenant_id, group_id) REFERENCES pos.modifier_group
);

CREATE TABLE pos.combo_slot (
    tenant_id uuid NOT NULL,
    item_id   uuid NOT NULL,            -- the combo
    slot_id   uuid NOT NULL,
    name      text NOT NULL,
    sort      integer NOT NULL,
    PRIMARY KEY (tenant_id, item_id, slot_id),
    FOREIGN KEY (tenant_id, item_id) REFERENCES pos.item
);

CREATE TABLE pos.combo_slot_item (
    tenant_id    uuid NOT NULL,
    item_id      uuid NOT NULL,
    slot_id      uuid NOT NULL,
    component_id uuid NOT NULL,         -- an item that may fill the slot
    sort         integer NOT NULL,
    PRIMARY KEY (tenant_id, item_id, slot_id, component_id),
    FOREIGN KEY (tenant_id, item_id, slot_id) REFERENCES pos.combo_slot,
    FOREIGN KEY (tenant_id, component_id) REFERENCES pos.item (tenant_id, item_id)
);

CREATE TABLE pos.published (
    tenant_id  uuid NOT NULL REFERENCES pos.tenant,
    hash       bytea NOT NULL CHECK (octet_length(hash) = 32),
    document   text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, hash)
);

CREATE TABLE pos.catalogue_head (
    tenant_id uuid NOT NULL,
    hash      bytea NOT NULL,
    version   integer NOT NULL,
    PRIMARY KEY (tenant_id),
    FOREIGN KEY (tenant_id, hash) REFERENCES pos.published
);
RESET ROLE;

SELECT mpos.isolate(t) FROM unnest(ARRAY['pos.tax', 'pos.category', 'pos.modifier_group', 'pos.modifier', 'pos.item',
    'pos.item_group', 'pos.combo_slot', 'pos.combo_slot_item', 'pos.published', 'pos.catalogue_head']::regclass[]) t;
SELECT mpos.journal('pos.published', topic => 'catalogue', feed => '{created_at}');
SELECT mpos.journal('pos.catalogue_head', topic => 'catalogue', feed => '{hash}');
COMMIT;
