SELECT 1 / (relrowsecurity AND relforcerowsecurity)::int FROM pg_class WHERE oid = 'pos.published_chunk'::regclass;
SELECT 1 / (relrowsecurity AND relforcerowsecurity)::int FROM pg_class WHERE oid = 'pos.catalogue_change'::regclass;
SELECT 1 / (count(*) = 21)::int FROM pg_trigger WHERE tgfoid = 'mpos.catalogue_changed()'::regprocedure
   AND tgrelid IN (SELECT unnest('{pos.item,pos.item_group,pos.combo_slot,pos.combo_slot_item,pos.variant,pos.barcode,pos.price}'::regclass[]));
