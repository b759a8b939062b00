-- Removes the tables with all their rows; an item keeps its first barcode.
BEGIN;
ALTER TABLE pos.item ADD COLUMN barcode text;
UPDATE pos.item i SET barcode = b.barcode
  FROM (SELECT DISTINCT ON (tenant_id, item_id) tenant_id, item_id, barcode
          FROM pos.barcode WHERE variant_id IS NULL ORDER BY tenant_id, item_id, sort, barcode) b
 WHERE b.tenant_id = i.tenant_id AND b.item_id = i.item_id;
DROP TABLE pos.rule_settings, pos.customer_group, pos.currency_rate, pos.tax_map, pos.charge, pos.promotion, pos.modifier_price,
    pos.price, pos.price_book, pos.barcode, pos.variant;
ALTER TABLE pos.item DROP COLUMN open_price, DROP COLUMN unit, DROP COLUMN floor, DROP COLUMN version;
ALTER TABLE pos.tax DROP COLUMN type, DROP COLUMN amount, DROP COLUMN affects_next, DROP COLUMN base_unaffected, DROP COLUMN brackets,
    DROP COLUMN definition, DROP COLUMN active, DROP COLUMN version;
ALTER TABLE pos.modifier_group DROP COLUMN active, DROP COLUMN version, DROP COLUMN free;
ALTER TABLE pos.category DROP COLUMN active, DROP COLUMN version;
UPDATE pos.role SET scopes = scopes & ~268435456::bigint, version = version + 1 WHERE scopes & 268435456 <> 0;
COMMIT;
