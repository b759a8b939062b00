-- What a catalogue needs beyond items and taxes: variants, barcodes, price books, promotions, charges, tax maps, customer
-- groups, other currencies, settings of the calculation. Rules are JSON in their row, checked when they are written by the
-- shapes that publishing compiles them with. As the rest of the catalogue the rows pass the journal as the hash of what is
-- published; who edited what is in the entry of the operation. Locks the tables of the catalogue and pos.role for a moment
-- and rewrites pos.item; an older server does not run on with it (the barcode of an item has moved to its own table).
BEGIN;
SET LOCAL ROLE mpos_owner;

-- Every row that is edited has a version, so that two people do not undo each other's work, and is archived, never deleted.
ALTER TABLE pos.category ADD COLUMN active boolean NOT NULL DEFAULT true, ADD COLUMN version bigint NOT NULL DEFAULT 1;
ALTER TABLE pos.modifier_group ADD COLUMN active boolean NOT NULL DEFAULT true, ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD COLUMN free integer NOT NULL DEFAULT 0 CHECK (free >= 0);

-- percent and division: rate. fixed: amount, minor units per unit. bracket: brackets, [{"from":..,"amount":..|"rate":..}]
-- in rising order. definition: when the tax is due at all, {} for always.
ALTER TABLE pos.tax ADD COLUMN type text NOT NULL DEFAULT 'percent' CHECK (type IN ('percent', 'fixed', 'division', 'bracket')),
    ADD COLUMN amount bigint CHECK (amount BETWEEN 0 AND 999999999999),
    ADD COLUMN affects_next boolean NOT NULL DEFAULT false,
    ADD COLUMN base_unaffected boolean NOT NULL DEFAULT false,
    ADD COLUMN brackets jsonb,
    ADD COLUMN definition jsonb NOT NULL DEFAULT '{}',
    ADD COLUMN active boolean NOT NULL DEFAULT true,
    ADD COLUMN version bigint NOT NULL DEFAULT 1,
    ADD CHECK ((type = 'fixed') = (amount IS NOT NULL)),
    ADD CHECK ((type = 'bracket') = (brackets IS NOT NULL)),
    ADD CHECK (type <> 'division' OR rate < 1000000000);

-- floor: the lowest price of a unit that discounts may leave. unit: what one of it is when it is not a piece (kg, l, m).
ALTER TABLE pos.item ADD COLUMN open_price boolean NOT NULL DEFAULT false,
    ADD COLUMN unit text CHECK (length(unit) BETWEEN 1 AND 16),
    ADD COLUMN floor bigint CHECK (floor BETWEEN 0 AND 999999999999),
    ADD COLUMN version bigint NOT NULL DEFAULT 1;

CREATE TABLE pos.variant (
    tenant_id  uuid NOT NULL,
    variant_id uuid NOT NULL,
    item_id    uuid NOT NULL,
    code       text NOT NULL,
    name       text NOT NULL,
    price      bigint NOT NULL CHECK (price BETWEEN 0 AND 999999999999),
    sort       integer NOT NULL,
    PRIMARY KEY (tenant_id, variant_id),
    UNIQUE (tenant_id, item_id, variant_id),
    UNIQUE (tenant_id, item_id, code),
    FOREIGN KEY (tenant_id, item_id) REFERENCES pos.item
);

-- variant_id NULL: the item itself.
CREATE TABLE pos.barcode (
    tenant_id  uuid NOT NULL,
    barcode    text NOT NULL CHECK (barcode ~ '^[0-9A-Za-z]{4,48}$'),
    item_id    uuid NOT NULL,
    variant_id uuid,
    sort       integer NOT NULL,
    PRIMARY KEY (tenant_id, barcode),
    FOREIGN KEY (tenant_id, item_id) REFERENCES pos.item,
    FOREIGN KEY (tenant_id, item_id, variant_id) REFERENCES pos.variant (tenant_id, item_id, variant_id)
);
CREATE INDEX barcode_item ON pos.barcode (tenant_id, item_id);

-- definition: when the book holds, {} for always. Of those that hold the highest priority with a price for the item wins.
CREATE TABLE pos.price_book (
    tenant_id  uuid NOT NULL REFERENCES pos.tenant,
    book_id    uuid NOT NULL,
    code       text NOT NULL,
    name       text NOT NULL,
    priority   integer NOT NULL,
    definition jsonb NOT NULL CHECK (jsonb_typeof(definition) = 'object'),
    active     boolean NOT NULL DEFAULT true,
    version    bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, book_id),
    UNIQUE (tenant_id, code)
);

-- variant_id NULL: the item itself. min_qty: scale 6, 0 for any quantity.
CREATE TABLE pos.price (
    tenant_id  uuid NOT NULL,
    price_id   uuid NOT NULL,
    item_id    uuid NOT NULL,
    book_id    uuid NOT NULL,
    variant_id uuid,
    min_qty    bigint NOT NULL DEFAULT 0 CHECK (min_qty >= 0),
    price      bigint NOT NULL CHECK (price BETWEEN 0 AND 999999999999),
    PRIMARY KEY (tenant_id, price_id),
    UNIQUE NULLS NOT DISTINCT (tenant_id, item_id, book_id, variant_id, min_qty),
    FOREIGN KEY (tenant_id, book_id) REFERENCES pos.price_book,
    FOREIGN KEY (tenant_id, item_id) REFERENCES pos.item,
    FOREIGN KEY (tenant_id, item_id, variant_id) REFERENCES pos.variant (tenant_id, item_id, variant_id)
);

-- The price of a modifier beside a variant (extra cheese on the large one); elsewhere it has its own.
CREATE TABLE pos.modifier_price (
    tenant_id   uuid NOT NULL,
    modifier_id uuid NOT NULL,
    variant_id  uuid NOT NULL,
    price       bigint NOT NULL CHECK (price BETWEEN -999999999999 AND 999999999999),
    PRIMARY KEY (tenant_id, modifier_id, variant_id),
    FOREIGN KEY (tenant_id, modifier_id) REFERENCES pos.modifier,
    FOREIGN KEY (tenant_id, variant_id) REFERENCES pos.variant
);
CREATE INDEX modifier_price_variant ON pos.modifier_price (tenant_id, variant_id);

-- Higher priority first.
CREATE TABLE pos.promotion (
    tenant_id    uuid NOT NULL REFERENCES pos.tenant,
    promotion_id uuid NOT NULL,
    code         text NOT NULL,
    name         text NOT NULL,
    priority     integer NOT NULL,
    definition   jsonb NOT NULL CHECK (jsonb_typeof(definition) = 'object'),
    active       boolean NOT NULL DEFAULT true,
    version      bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, promotion_id),
    UNIQUE (tenant_id, code)
);

CREATE TABLE pos.charge (
    tenant_id  uuid NOT NULL REFERENCES pos.tenant,
    charge_id  uuid NOT NULL,
    code       text NOT NULL,
    name       text NOT NULL,
    priority   integer NOT NULL,
    definition jsonb NOT NULL CHECK (jsonb_typeof(definition) = 'object'),
    active     boolean NOT NULL DEFAULT true,
    version    bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, charge_id),
    UNIQUE (tenant_id, code)
);

CREATE TABLE pos.tax_map (
    tenant_id  uuid NOT NULL REFERENCES pos.tenant,
    tax_map_id uuid NOT NULL,
    code       text NOT NULL,
    name       text NOT NULL,
    priority   integer NOT NULL,
    definition jsonb NOT NULL CHECK (jsonb_typeof(definition) = 'object'),
    active     boolean NOT NULL DEFAULT true,
    version    bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, tax_map_id),
    UNIQUE (tenant_id, code)
);

-- code: ISO 4217. definition: exponent, rate (how much of the tenant's currency one of it is), spread.
CREATE TABLE pos.currency_rate (
    tenant_id   uuid NOT NULL REFERENCES pos.tenant,
    currency_id uuid NOT NULL,
    code        text NOT NULL CHECK (code ~ '^[A-Z]{3}$'),
    name        text NOT NULL,
    priority    integer NOT NULL,
    definition  jsonb NOT NULL CHECK (jsonb_typeof(definition) = 'object'),
    active      boolean NOT NULL DEFAULT true,
    version     bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, currency_id),
    UNIQUE (tenant_id, code)
);

CREATE TABLE pos.customer_group (
    tenant_id         uuid NOT NULL REFERENCES pos.tenant,
    customer_group_id uuid NOT NULL,
    code              text NOT NULL,
    name              text NOT NULL,
    active            boolean NOT NULL DEFAULT true,
    version           bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id, customer_group_id),
    UNIQUE (tenant_id, code)
);

-- definition: rounding, roundings of outlets that have their own, sequence of discounts, apportioning, barcode patterns.
CREATE TABLE pos.rule_settings (
    tenant_id  uuid NOT NULL REFERENCES pos.tenant,
    definition jsonb NOT NULL CHECK (jsonb_typeof(definition) = 'object'),
    version    bigint NOT NULL DEFAULT 1,
    PRIMARY KEY (tenant_id)
);
RESET ROLE;

-- Nothing kept two items from having one barcode; the item with the first code keeps it.
INSERT INTO pos.barcode (tenant_id, barcode, item_id, sort)
SELECT DISTINCT ON (tenant_id, barcode) tenant_id, barcode, item_id, 1
  FROM pos.item WHERE barcode ~ '^[0-9A-Za-z]{4,48}$' ORDER BY tenant_id, barcode, code;
ALTER TABLE pos.item DROP COLUMN barcode;

INSERT INTO pos.rule_settings (tenant_id, definition) SELECT tenant_id, jsonb_build_object('rounding', rounding) FROM pos.tenant;

SELECT mpos.isolate(t) FROM unnest(ARRAY['pos.tax', 'pos.category', 'pos.modifier_group', 'pos.item', 'pos.variant', 'pos.barcode',
    'pos.price_book', 'pos.price', 'pos.modifier_price', 'pos.promotion', 'pos.charge', 'pos.tax_map', 'pos.currency_rate',
    'pos.customer_group', 'pos.rule_settings']::regclass[]) t;

-- Who may change the settings of a business may edit its catalogue (bit 28); sessions learn of it when they are renewed.
UPDATE pos.role SET scopes = scopes | 268435456, version = version + 1 WHERE scopes & 33554432 <> 0;
COMMIT;
