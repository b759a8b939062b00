-- Publishing: the catalogue rows of a tenant become chunks that never change, known by the hash of their bytes, and a manifest
-- that names them. Words: manifest, menu (what is small and on every page), items chunk, rules, slot (mpos.catalogue_slot).

DROP FUNCTION IF EXISTS pos.catalogue_items(uuid);
DROP FUNCTION IF EXISTS pos.catalogue_document(uuid);

CREATE OR REPLACE FUNCTION pos.catalogue_groups(tenant uuid) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', g.group_id, 'code', g.code, 'name', g.name, 'min', g.min, 'max', g.max,
                                                 'free', g.free, 'modifiers', m.list)
                              ORDER BY g.code), '[]')
      FROM pos.modifier_group g
     CROSS JOIN LATERAL (
           SELECT coalesce(jsonb_agg(jsonb_build_object('id', m.modifier_id, 'code', m.code, 'name', m.name, 'price', m.price,
                      'prices', (SELECT coalesce(jsonb_agg(jsonb_build_object('variant_id', p.variant_id, 'price', p.price)
                                                           ORDER BY p.variant_id), '[]')
                                   FROM pos.modifier_price p WHERE p.tenant_id = tenant AND p.modifier_id = m.modifier_id))
                      ORDER BY m.sort, m.code), '[]') AS list
             FROM pos.modifier m WHERE m.tenant_id = tenant AND m.group_id = g.group_id) m
     WHERE g.tenant_id = tenant AND g.active
$$;

-- The active rules of one table as pages show them, in the order in which they count.
CREATE OR REPLACE FUNCTION pos.catalogue_rules(tenant uuid, source text) RETURNS jsonb
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    list jsonb;
BEGIN
    EXECUTE format('SELECT jsonb_agg(jsonb_build_object(''id'', r.%1$I, ''code'', r.code, ''name'', r.name, ''priority'', r.priority,
                           ''definition'', r.definition) ORDER BY r.priority DESC, r.code)
                      FROM pos.%2$I r WHERE r.tenant_id = $1 AND r.active',
                   CASE source WHEN 'price_book' THEN 'book_id' WHEN 'currency_rate' THEN 'currency_id' ELSE source || '_id' END, source)
       INTO list USING tenant;
    RETURN coalesce(list, '[]');
END
$$;

-- The rules that would be published now, as the compiler reads them. Taxes are there as long as they exist: an item may still
-- name one that is archived.
CREATE OR REPLACE FUNCTION pos.rules_draft(tenant uuid) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object('currency', t.currency, 'exponent', t.exponent,
               'settings', coalesce(s.definition, jsonb_build_object('rounding', t.rounding)),
               'taxes', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', x.tax_id, 'code', x.code, 'name', x.name,
                                                                      'definition', pos.tax_definition(x)) ORDER BY x.code), '[]')
                           FROM pos.tax x WHERE x.tenant_id = tenant),
               'tax_maps', pos.catalogue_rules(tenant, 'tax_map'),
               'books', pos.catalogue_rules(tenant, 'price_book'),
               'promotions', pos.catalogue_rules(tenant, 'promotion'),
               'charges', pos.catalogue_rules(tenant, 'charge'),
               'currencies', pos.catalogue_rules(tenant, 'currency_rate'))
      FROM pos.tenant t LEFT JOIN pos.rule_settings s ON s.tenant_id = t.tenant_id WHERE t.tenant_id = tenant
$$;

-- Who may read the menu does not learn the codes of coupons.
CREATE OR REPLACE FUNCTION pos.catalogue_promotions(tenant uuid) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_agg(jsonb_set(p, '{definition}', (p->'definition') - 'coupons'::text)
                              || jsonb_build_object('coupon', coalesce(p->'definition'->'coupons' <> '[]'::jsonb, false)) ORDER BY n), '[]')
      FROM jsonb_array_elements(pos.catalogue_rules(tenant, 'promotion')) WITH ORDINALITY e(p, n)
$$;

CREATE OR REPLACE FUNCTION pos.catalogue_menu(tenant uuid) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_build_object(
               'v', 2, 'rounding', coalesce(s.definition->'rounding', t.rounding),
               'taxes', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', x.tax_id, 'code', x.code, 'name', x.name, 'type', x.type,
                             'rate', trim_scale(x.rate / 1000000000::numeric)::text, 'amount', x.amount, 'included', x.included)
                             ORDER BY x.code), '[]')
                           FROM pos.tax x WHERE x.tenant_id = tenant),
               'tax_maps', pos.catalogue_rules(tenant, 'tax_map'),
               'categories', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.category_id, 'code', c.code, 'name', c.name,
                                  'colour', c.colour, 'sort', c.sort) ORDER BY c.sort, c.code), '[]')
                                FROM pos.category c WHERE c.tenant_id = tenant AND c.active),
               'groups', pos.catalogue_groups(tenant),
               'customer_groups', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', g.customer_group_id, 'code', g.code,
                                       'name', g.name) ORDER BY g.code), '[]')
                                     FROM pos.customer_group g WHERE g.tenant_id = tenant AND g.active),
               'books', pos.catalogue_rules(tenant, 'price_book'),
               'promotions', pos.catalogue_promotions(tenant),
               'charges', pos.catalogue_rules(tenant, 'charge'),
               'currencies', pos.catalogue_rules(tenant, 'currency_rate'),
               'barcode_patterns', coalesce(s.definition->'barcode_patterns', '[]'))
      FROM pos.tenant t LEFT JOIN pos.rule_settings s ON s.tenant_id = t.tenant_id WHERE t.tenant_id = tenant
$$;

CREATE OR REPLACE FUNCTION pos.catalogue_combo(tenant uuid, item uuid) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.slot_id, 'name', c.name, 'item_ids', (
               SELECT coalesce(jsonb_agg(s.component_id ORDER BY s.sort), '[]')
                 FROM pos.combo_slot_item s JOIN pos.item i ON i.tenant_id = s.tenant_id AND i.item_id = s.component_id
                WHERE s.tenant_id = tenant AND s.item_id = item AND s.slot_id = c.slot_id AND i.active))
               ORDER BY c.sort), '[]')
      FROM pos.combo_slot c WHERE c.tenant_id = tenant AND c.item_id = item
$$;

CREATE OR REPLACE FUNCTION pos.catalogue_barcodes(tenant uuid, item uuid, variant uuid) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_agg(b.barcode ORDER BY b.sort, b.barcode), '[]') FROM pos.barcode b
     WHERE b.tenant_id = tenant AND b.item_id = item AND b.variant_id IS NOT DISTINCT FROM variant
$$;

CREATE OR REPLACE FUNCTION pos.catalogue_variants(tenant uuid, item uuid) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('id', v.variant_id, 'code', v.code, 'name', v.name, 'price', v.price,
                                  'barcodes', pos.catalogue_barcodes(tenant, item, v.variant_id)) ORDER BY v.sort, v.code), '[]')
      FROM pos.variant v WHERE v.tenant_id = tenant AND v.item_id = item
$$;

CREATE OR REPLACE FUNCTION pos.catalogue_prices(tenant uuid, item uuid) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('book_id', p.book_id, 'variant_id', p.variant_id, 'min_qty', p.min_qty, 'price', p.price)
                              ORDER BY p.book_id, p.variant_id, p.min_qty), '[]')
      FROM pos.price p WHERE p.tenant_id = tenant AND p.item_id = item
$$;

-- The items of a chunk, those whose slots lie from first_slot to last_slot, as the text that is published; their number.
CREATE OR REPLACE FUNCTION pos.catalogue_chunk(tenant uuid, first_slot integer, last_slot integer, OUT content text, OUT items integer)
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    SELECT format('{"v":2,"items":[%s]}', string_agg(jsonb_build_object(
               'id', i.item_id, 'code', i.code, 'name', i.name, 'category_id', i.category_id, 'price', i.price,
               'tax_ids', to_jsonb(i.tax_ids), 'station', i.station, 'stocked', i.stocked, 'open_price', i.open_price,
               'unit', i.unit, 'floor', i.floor, 'sort', i.sort,
               'barcodes', (SELECT coalesce(jsonb_agg(b.barcode ORDER BY b.sort, b.barcode), '[]') FROM pos.barcode b
                             WHERE b.tenant_id = tenant AND b.item_id = i.item_id AND b.variant_id IS NULL),
               -- Most items have none of these, and a function costs more than the question.
               'variants', CASE WHEN EXISTS (SELECT FROM pos.variant v WHERE v.tenant_id = tenant AND v.item_id = i.item_id)
                                THEN pos.catalogue_variants(tenant, i.item_id) ELSE '[]' END,
               'prices', CASE WHEN EXISTS (SELECT FROM pos.price p WHERE p.tenant_id = tenant AND p.item_id = i.item_id)
                              THEN pos.catalogue_prices(tenant, i.item_id) ELSE '[]' END,
               'group_ids', (SELECT coalesce(jsonb_agg(g.group_id ORDER BY g.sort), '[]') FROM pos.item_group g
                              WHERE g.tenant_id = tenant AND g.item_id = i.item_id),
               'combo', CASE WHEN EXISTS (SELECT FROM pos.combo_slot s WHERE s.tenant_id = tenant AND s.item_id = i.item_id)
                             THEN pos.catalogue_combo(tenant, i.item_id) ELSE '[]' END)::text, ',' ORDER BY i.item_id)), count(*)
      INTO content, items
      FROM pos.item i
     WHERE i.tenant_id = tenant AND i.active AND mpos.catalogue_slot(i.item_id) BETWEEN first_slot AND last_slot;
END
$$;

-- Stores a chunk unless it is there already; what a manifest says of it.
CREATE OR REPLACE FUNCTION pos.catalogue_keep(tenant uuid, bytes bytea) RETURNS jsonb
    LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    INSERT INTO pos.published_chunk (tenant_id, hash, content) VALUES (tenant, sha256(bytes), bytes) ON CONFLICT DO NOTHING;
    SELECT jsonb_build_object('hash', encode(sha256(bytes), 'hex'), 'size', octet_length(bytes));
$$;

-- The chunks of a manifest with that many bits: those of before, and new ones where something has changed (NULL: everywhere).
CREATE OR REPLACE FUNCTION pos.catalogue_chunks(tenant uuid, bits integer, before jsonb, changed integer[]) RETURNS jsonb
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    width integer := 65536 >> bits;
    entries jsonb[] := ARRAY(SELECT jsonb_array_elements(before));
    chunk record;
    n integer;
BEGIN
    FOR n IN SELECT g FROM generate_series(0, (1 << bits) - 1) g WHERE changed IS NULL OR g = ANY (changed) LOOP
        SELECT * INTO chunk FROM pos.catalogue_chunk(tenant, n * width, (n + 1) * width - 1);
        entries[n + 1] := pos.catalogue_keep(tenant, convert_to(chunk.content, 'UTF8')) || jsonb_build_object('count', chunk.items);
    END LOOP;
    RETURN to_jsonb(entries);
END
$$;

-- Slots that changed since the last publication. A combo offers active items only: it changes with its components.
CREATE OR REPLACE FUNCTION pos.catalogue_changes(tenant uuid) RETURNS integer[]
    LANGUAGE sql VOLATILE SET search_path = pg_catalog, pg_temp AS $$
    WITH gone AS (DELETE FROM pos.catalogue_change WHERE tenant_id = tenant RETURNING slot), slots AS (SELECT DISTINCT slot FROM gone)
    SELECT coalesce(array_agg(slot), '{}') FROM (
        SELECT slot FROM slots
         UNION
        SELECT mpos.catalogue_slot(c.item_id) FROM pos.combo_slot_item c
         WHERE c.tenant_id = tenant AND mpos.catalogue_slot(c.component_id) IN (SELECT slot FROM slots)) s
$$;

-- So many bits that chunks average at most 64 KiB. They become fewer only when chunks are far too small, so that a business
-- does not publish everything anew at a border.
CREATE OR REPLACE FUNCTION pos.catalogue_bits(total bigint, before integer) RETURNS integer
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT CASE WHEN before IS NOT NULL AND total >> before BETWEEN 16384 AND 65536 THEN before ELSE least(needed, 12) END
      FROM (SELECT count(*)::integer AS needed FROM generate_series(0, 15) b WHERE total >> b > 65536) n
$$;

-- The items part of the next manifest: {"bits", "items"}.
CREATE OR REPLACE FUNCTION pos.catalogue_items(tenant uuid, before jsonb) RETURNS jsonb
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    guessed_item_bytes CONSTANT integer := 450;
    slots integer[] := pos.catalogue_changes(tenant);
    bits integer := (before->>'bits')::integer;
    wanted integer;
    list jsonb;
BEGIN
    IF bits IS NULL THEN
        SELECT pos.catalogue_bits(count(*) * guessed_item_bytes, NULL) INTO bits FROM pos.item WHERE tenant_id = tenant AND active;
        list := pos.catalogue_chunks(tenant, bits, '[]', NULL);
    ELSE
        list := pos.catalogue_chunks(tenant, bits, before->'items', ARRAY(SELECT DISTINCT s >> (16 - bits) FROM unnest(slots) s));
    END IF;
    SELECT pos.catalogue_bits(sum((e->>'size')::bigint)::bigint, bits) INTO wanted FROM jsonb_array_elements(list) e;
    IF wanted <> bits THEN
        list := pos.catalogue_chunks(tenant, wanted, '[]', NULL);
    END IF;
    RETURN jsonb_build_object('bits', wanted, 'items', list);
END
$$;

-- What devices that have the first catalogue read for the second.
CREATE OR REPLACE FUNCTION pos.catalogue_moved(before jsonb, after jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    WITH chunk AS (
        SELECT e->>'size' AS size FROM jsonb_array_elements(after->'items') e
         WHERE NOT EXISTS (SELECT FROM jsonb_array_elements(before->'items') b WHERE b->>'hash' = e->>'hash'))
    SELECT jsonb_build_object('rules', before->'rules' IS DISTINCT FROM after->'rules', 'menu', before->'menu' IS DISTINCT FROM after->'menu',
               'chunks', (SELECT count(*) FROM chunk), 'of', jsonb_array_length(after->'items'),
               'bytes', (SELECT coalesce(sum(size::bigint), 0) FROM chunk)
                        + CASE WHEN before->'rules' IS DISTINCT FROM after->'rules' THEN (after #>> '{rules,size}')::bigint ELSE 0 END
                        + CASE WHEN before->'menu' IS DISTINCT FROM after->'menu' THEN (after #>> '{menu,size}')::bigint ELSE 0 END)
$$;

-- Publishes what the rows say now and tells what became of it. Publishing the same again changes nothing.
CREATE OR REPLACE FUNCTION pos.publish_changes(tenant uuid) RETURNS jsonb
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    head pos.catalogue_head;
    before jsonb;
    parts jsonb;
    document text;
    new_hash bytea;
BEGIN
    PERFORM mpos.assume(tenant);
    -- One at a time; who sells takes no lock that this would hold up.
    PERFORM FROM pos.tenant t WHERE t.tenant_id = tenant FOR NO KEY UPDATE;
    SELECT * INTO head FROM pos.catalogue_head WHERE tenant_id = tenant;
    SELECT p.document::jsonb INTO before FROM pos.published p WHERE p.tenant_id = tenant AND p.hash = head.hash;
    before := CASE WHEN before->>'v' = '2' THEN before END;
    SELECT jsonb_build_object('v', 2, 'currency', t.currency, 'exponent', t.exponent,
               'rules', pos.catalogue_keep(tenant, mpos.rules_compile(pos.rules_draft(tenant))),
               'menu', pos.catalogue_keep(tenant, convert_to(pos.catalogue_menu(tenant)::text, 'UTF8')))
           || pos.catalogue_items(tenant, before)
      INTO parts FROM pos.tenant t WHERE t.tenant_id = tenant;
    IF parts IS NULL THEN
        RAISE EXCEPTION 'no tenant %', tenant USING ERRCODE = 'no_data_found';
    END IF;
    IF parts = before - 'version' THEN
        RETURN jsonb_build_object('hash', encode(head.hash, 'hex'), 'version', head.version, 'changed', false,
                                  'rules', false, 'menu', false, 'chunks', 0, 'of', jsonb_array_length(parts->'items'), 'bytes', 0);
    END IF;
    document := (parts || jsonb_build_object('version', coalesce(head.version, 0) + 1))::text;
    new_hash := sha256(convert_to(document, 'UTF8'));
    INSERT INTO pos.published (tenant_id, hash, document) VALUES (tenant, new_hash, document);
    INSERT INTO pos.catalogue_head AS h (tenant_id, hash, version) VALUES (tenant, new_hash, 1)
        ON CONFLICT (tenant_id) DO UPDATE SET hash = excluded.hash, version = h.version + 1;
    -- Registers hear of it at once, whoever published it and how; sales never notify.
    NOTIFY mpos_journal, '*';
    RETURN jsonb_build_object('hash', encode(new_hash, 'hex'), 'version', coalesce(head.version, 0) + 1, 'changed', true)
           || pos.catalogue_moved(before, parts);
END
$$;

CREATE OR REPLACE FUNCTION pos.shadow_modifiers(modifiers jsonb) RETURNS jsonb
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT coalesce(jsonb_agg(jsonb_build_object('modifier_id', m->'id', 'qty', m->'qty') ORDER BY n), '[]')
      FROM jsonb_array_elements(modifiers) WITH ORDINALITY e(m, n)
$$;

-- A line of an order as what was chosen (schema LineIn), to be priced anew: with the price that was typed in only where items
-- have an open one.
CREATE OR REPLACE FUNCTION pos.shadow_line(line pos.order_line) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
               'id', line.line_id, 'item_id', line.item_id, 'qty', trim_scale(line.qty / 1000000::numeric)::text, 'variant_id', line.variant_id,
               'unit_price', (SELECT line.unit_price FROM pos.item i WHERE i.tenant_id = line.tenant_id AND i.item_id = line.item_id AND i.open_price),
               'modifiers', pos.shadow_modifiers(line.modifiers),
               'components', (SELECT jsonb_agg(jsonb_build_object('id', c.line_id, 'item_id', c.item_id, 'modifiers', pos.shadow_modifiers(c.modifiers),
                                  'slot_id', (SELECT s.slot_id FROM pos.combo_slot_item s
                                               WHERE s.tenant_id = c.tenant_id AND s.item_id = line.item_id AND s.component_id = c.item_id
                                               ORDER BY s.slot_id LIMIT 1)) ORDER BY c.position)
                                FROM pos.order_line c
                               WHERE c.tenant_id = line.tenant_id AND c.order_id = line.order_id AND c.parent_id = line.line_id)))
$$;

CREATE OR REPLACE FUNCTION pos.publish(tenant uuid) RETURNS bytea
    LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
    SELECT decode(pos.publish_changes(tenant)->>'hash', 'hex')
$$;
COMMENT ON FUNCTION pos.publish(uuid) IS 'Makes what the tenant''s catalogue rows say now the catalogue that sales use; its hash';

DO $$
DECLARE
    f text;
BEGIN
    FOREACH f IN ARRAY ARRAY['catalogue_groups(uuid)', 'catalogue_rules(uuid, text)', 'rules_draft(uuid)', 'catalogue_promotions(uuid)',
            'catalogue_menu(uuid)', 'catalogue_combo(uuid, uuid)', 'catalogue_barcodes(uuid, uuid, uuid)',
            'catalogue_variants(uuid, uuid)', 'catalogue_prices(uuid, uuid)', 'catalogue_chunk(uuid, integer, integer)', 'catalogue_keep(uuid, bytea)',
            'catalogue_chunks(uuid, integer, jsonb, integer[])', 'catalogue_changes(uuid)', 'catalogue_bits(bigint, integer)',
            'catalogue_items(uuid, jsonb)', 'catalogue_moved(jsonb, jsonb)', 'publish_changes(uuid)',
            'shadow_modifiers(jsonb)', 'shadow_line(pos.order_line)', 'publish(uuid)'] LOOP
        EXECUTE format('ALTER FUNCTION pos.%1$s OWNER TO mpos_owner; REVOKE ALL ON FUNCTION pos.%1$s FROM PUBLIC', f);
    END LOOP;
END
$$;

-- Businesses whose catalogue was published in the form of before: one document with everything.
SELECT pos.publish(h.tenant_id) FROM pos.catalogue_head h JOIN pos.published p ON p.tenant_id = h.tenant_id AND p.hash = h.hash
 WHERE starts_with(p.document, '{"v": 1,') OR p.document !~ '"rules": ';
