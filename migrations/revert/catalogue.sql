-- Removes the tables with all their rows.
BEGIN;
DROP TABLE pos.catalogue_head;
DROP TABLE pos.published;
DROP TABLE pos.combo_slot_item;
DROP TABLE pos.combo_slot;
DROP TABLE pos.item_group;
DROP TABLE pos.item;
DROP TABLE pos.modifier;
DROP TABLE pos.modifier_group;
DROP TABLE pos.category;
DROP TABLE pos.tax;
COMMIT;
