-- Publishing: the catalogue rows of a tenant become one immutable document, known by the hash of its bytes.

CREATE OR REPLACE FUNCTION pos.catalogue_groups(tenant uuid) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', g.group_id, 'name', g.name, 'min', g.min, 'max', g.max, 'modifiers', m.list)
                              ORDER BY g.code), '[]')
      FROM pos.modifier_group g
     CROSS JOIN LATERAL (
           SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.modifier_id, 'name', m.name, 'price', m.price)
                                     ORDER BY m.sort, m.code), '[]') AS list
             FROM pos.modifier m WHERE m.tenant_id = tenant AND m.group_id = g.group_id) m
     WHERE g.tenant_id = tenant
$$;

CREATE OR REPLACE FUNCTION pos.catalogue_items(tenant uuid) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH groups AS (
        SELECT item_id, jsonb_agg(group_id ORDER BY sort) AS list
          FROM pos.item_group WHERE tenant_id = tenant GROUP BY item_id),
    slot_items AS (
        SELECT s.item_id, s.slot_id, jsonb_agg(s.component_id ORDER BY s.sort) AS list
          FROM pos.combo_slot_item s JOIN pos.item i ON i.tenant_id = s.tenant_id AND i.item_id = s.component_id
         WHERE s.tenant_id = tenant AND i.active GROUP BY s.item_id, s.slot_id),
    slots AS (
        SELECT c.item_id, jsonb_agg(jsonb_build_object('id', c.slot_id, 'name', c.name, 'item_ids', coalesce(i.list, '[]'))
                                    ORDER BY c.sort) AS list
          FROM pos.combo_slot c LEFT JOIN slot_items i ON i.item_id = c.item_id AND i.slot_id = c.slot_id
         WHERE c.tenant_id = tenant GROUP BY c.item_id)
    SELECT coalesce(jsonb_agg(jsonb_build_object(
               'id', i.item_id, 'code', i.code, 'name', i.name, 'category_id', i.category_id, 'price', i.price,
               'tax_ids', to_jsonb(i.tax_ids), 'group_ids', coalesce(g.list, '[]'), 'station', i.station,
               'barcode', (SELECT b.barcode FROM pos.barcode b WHERE b.tenant_id = tenant AND b.item_id = i.item_id
                             AND b.variant_id IS NULL ORDER BY b.sort, b.barcode LIMIT 1),
               'stocked', i.stocked, 'combo', coalesce(s.list, '[]'))
               ORDER BY c.sort, i.sort, i.code), '[]')
      FROM pos.item i
      JOIN pos.category c ON c.tenant_id = i.tenant_id AND c.category_id = i.category_id
      LEFT JOIN groups g ON g.item_id = i.item_id
      LEFT JOIN slots s ON s.item_id = i.item_id
     WHERE i.tenant_id = tenant AND i.active
$$;

CREATE OR REPLACE FUNCTION pos.catalogue_document(tenant uuid) RETURNS text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object(
               'v', 1, 'currency', t.currency, 'exponent', t.exponent, 'rounding', t.rounding,
               'taxes', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', x.tax_id, 'code', x.code, 'name', x.name,
                             'rate', trim_scale(x.rate / 1000000000::numeric)::text, 'included', x.included) ORDER BY x.code), '[]')
                           FROM pos.tax x WHERE x.tenant_id = tenant),
               'categories', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.category_id, 'name', c.name,
                                  'colour', c.colour, 'sort', c.sort) ORDER BY c.sort, c.code), '[]')
                                FROM pos.category c WHERE c.tenant_id = tenant),
               'groups', pos.catalogue_groups(tenant),
               'items', pos.catalogue_items(tenant))::text
      FROM pos.tenant t WHERE t.tenant_id = tenant
$$;

-- Publishes what the rows say now and returns the hash. Publishing the same again changes nothing.
CREATE OR REPLACE FUNCTION pos.publish(tenant uuid) RETURNS bytea
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    new_document text;
    new_hash bytea;
BEGIN
    PERFORM mpos.assume(tenant);
    new_document := pos.catalogue_document(tenant);
    IF new_document IS NULL THEN
        RAISE EXCEPTION 'no tenant %', tenant USING ERRCODE = 'no_data_found';
    END IF;
    new_hash := sha256(convert_to(new_document, 'UTF8'));
    INSERT INTO pos.published (tenant_id, hash, document) VALUES (tenant, new_hash, new_document) ON CONFLICT DO NOTHING;
    INSERT INTO pos.catalogue_head AS h (tenant_id, hash, version) VALUES (tenant, new_hash, 1)
        ON CONFLICT (tenant_id) DO UPDATE SET hash = excluded.hash, version = h.version + 1
        WHERE h.hash <> excluded.hash;
    RETURN new_hash;
END
$$;
COMMENT ON FUNCTION pos.publish(uuid) IS 'Makes a new catalogue document of the tenant''s rows the one that sales use';

ALTER FUNCTION pos.catalogue_groups(uuid) OWNER TO mpos_owner;
ALTER FUNCTION pos.catalogue_items(uuid) OWNER TO mpos_owner;
ALTER FUNCTION pos.catalogue_document(uuid) OWNER TO mpos_owner;
ALTER FUNCTION pos.publish(uuid) OWNER TO mpos_owner;
REVOKE ALL ON FUNCTION pos.catalogue_groups(uuid), pos.catalogue_items(uuid), pos.catalogue_document(uuid), pos.publish(uuid)
    FROM PUBLIC;
