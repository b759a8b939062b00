-- What was published since cannot be read by the version before: publish again there.
BEGIN;
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY '{pos.item,pos.item_group,pos.combo_slot,pos.combo_slot_item,pos.variant,pos.barcode,pos.price}'::text[] LOOP
        EXECUTE format('DROP TRIGGER catalogue_inserted ON %1$s; DROP TRIGGER catalogue_updated ON %1$s; DROP TRIGGER catalogue_deleted ON %1$s', t);
    END LOOP;
END
$$;
DROP INDEX pos.item_slot;
DROP INDEX pos.combo_slot_item_component;
DROP TABLE pos.catalogue_change;
DROP TABLE pos.published_chunk;
COMMIT;
