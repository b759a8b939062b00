-- What a template says beyond plain items: variants, barcodes, prices in books, rules. A template names outlets, items, taxes and so on
-- by their codes where rows have ids; otherwise a rule is written as the API takes it.

CREATE OR REPLACE FUNCTION pos.provision_id(tenant uuid, what text, wanted text) RETURNS uuid
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    found uuid;
BEGIN
    EXECUTE format('SELECT x.%I FROM pos.%I x WHERE x.tenant_id = $1 AND x.code = $2',
                   CASE what WHEN 'price_book' THEN 'book_id' ELSE what || '_id' END, what) INTO found USING tenant, wanted;
    IF found IS NULL THEN
        RAISE EXCEPTION 'a rule or price of the template names the % "%", which is not in it', replace(what, '_', ' '), wanted
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN found;
END
$$;

-- A definition with ids in place of codes: "items" becomes "item_ids", "tax" becomes "tax_id".
CREATE OR REPLACE FUNCTION pos.provision_ids(tenant uuid, value jsonb) RETURNS jsonb
    LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF jsonb_typeof(value) = 'array' THEN
        RETURN (SELECT coalesce(jsonb_agg(pos.provision_ids(tenant, e) ORDER BY n), '[]')
                  FROM jsonb_array_elements(value) WITH ORDINALITY x(e, n));
    ELSIF jsonb_typeof(value) <> 'object' THEN
        RETURN value;
    END IF;
    RETURN (SELECT coalesce(jsonb_object_agg(
                CASE WHEN key = 'by' THEN key WHEN key = 'tax' THEN 'tax_id' WHEN w.what IS NOT NULL THEN w.what || '_ids' ELSE key END,
                CASE WHEN key = 'tax' THEN to_jsonb(pos.provision_id(tenant, 'tax', member #>> '{}'))
                     WHEN w.what IS NOT NULL THEN
                          (SELECT coalesce(jsonb_agg(pos.provision_id(tenant, w.what, c) ORDER BY n), '[]')
                             FROM jsonb_array_elements_text(member) WITH ORDINALITY e(c, n))
                     ELSE pos.provision_ids(tenant, member) END), '{}')
              FROM jsonb_each(value) x(key, member)
              LEFT JOIN (VALUES ('outlets', 'outlet'), ('customer_groups', 'customer_group'), ('items', 'item'),
                                ('categories', 'category'), ('taxes', 'tax'), ('by', 'tax')) w(member_name, what) ON w.member_name = key);
END
$$;

CREATE OR REPLACE FUNCTION pos.provision_variants(tenant uuid, doc jsonb) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO pos.variant (tenant_id, variant_id, item_id, code, name, price, sort)
    SELECT tenant, gen_random_uuid(), i.item_id, v->>'code', v->>'name', (v->>'price')::bigint, e.n
      FROM jsonb_array_elements(doc->'items') x
      JOIN pos.item i ON i.tenant_id = tenant AND i.code = x->>'code'
     CROSS JOIN LATERAL jsonb_array_elements(coalesce(x->'variants', '[]')) WITH ORDINALITY e(v, n);
    INSERT INTO pos.barcode (tenant_id, barcode, item_id, sort)
    SELECT tenant, b.barcode, i.item_id, b.n
      FROM jsonb_array_elements(doc->'items') x
      JOIN pos.item i ON i.tenant_id = tenant AND i.code = x->>'code'
     CROSS JOIN LATERAL (SELECT x->>'barcode', 0 WHERE x->>'barcode' IS NOT NULL UNION ALL
                         SELECT * FROM jsonb_array_elements_text(coalesce(x->'barcodes', '[]')) WITH ORDINALITY) b(barcode, n);
    INSERT INTO pos.barcode (tenant_id, barcode, item_id, variant_id, sort)
    SELECT tenant, b.barcode, v.item_id, v.variant_id, b.n
      FROM jsonb_array_elements(doc->'items') x
      JOIN pos.item i ON i.tenant_id = tenant AND i.code = x->>'code'
     CROSS JOIN LATERAL jsonb_array_elements(coalesce(x->'variants', '[]')) d
      JOIN pos.variant v ON v.tenant_id = tenant AND v.item_id = i.item_id AND v.code = d->>'code'
     CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(d->'barcodes', '[]')) WITH ORDINALITY b(barcode, n);
EXCEPTION WHEN unique_violation THEN
    RAISE EXCEPTION 'a barcode of the template, or a code of a variant, is there twice' USING ERRCODE = 'invalid_parameter_value';
END
$$;

-- After the outlets, which rules may name.
CREATE OR REPLACE FUNCTION pos.provision_rules(tenant uuid, doc jsonb) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kind record;
    missing text;
BEGIN
    INSERT INTO pos.customer_group (tenant_id, customer_group_id, code, name)
    SELECT tenant, gen_random_uuid(), x->>'code', x->>'name' FROM jsonb_array_elements(coalesce(doc->'customer_groups', '[]')) x;
    FOR kind IN SELECT * FROM (VALUES ('books', 'price_book', 'book_id'), ('promotions', 'promotion', 'promotion_id'),
                                      ('charges', 'charge', 'charge_id'), ('tax_maps', 'tax_map', 'tax_map_id'),
                                      ('currencies', 'currency_rate', 'currency_id')) k(member, relation, id) LOOP
        EXECUTE format('INSERT INTO pos.%I (tenant_id, %I, code, name, priority, definition)
                        SELECT $1, gen_random_uuid(), x->>''code'', x->>''name'', coalesce((x->>''priority'')::integer, 0),
                               pos.provision_ids($1, x->''definition'')
                          FROM jsonb_array_elements(coalesce($2, ''[]'')) x', kind.relation, kind.id)
          USING tenant, doc->kind.member;
    END LOOP;
    INSERT INTO pos.price (tenant_id, price_id, item_id, book_id, variant_id, min_qty, price)
    SELECT tenant, gen_random_uuid(), i.item_id, pos.provision_id(tenant, 'price_book', p->>'book'), v.variant_id,
           (coalesce((p->>'min_qty')::numeric, 0) * 1000000)::bigint, (p->>'price')::bigint
      FROM jsonb_array_elements(doc->'items') x
      JOIN pos.item i ON i.tenant_id = tenant AND i.code = x->>'code'
     CROSS JOIN LATERAL jsonb_array_elements(coalesce(x->'prices', '[]')) p
      LEFT JOIN pos.variant v ON v.tenant_id = tenant AND v.item_id = i.item_id AND v.code = p->>'variant';
    SELECT x->>'code' INTO missing
      FROM jsonb_array_elements(doc->'items') x
     CROSS JOIN LATERAL jsonb_array_elements(coalesce(x->'prices', '[]')) p
     WHERE p ? 'variant' AND NOT jsonb_path_exists(x, '$.variants[*].code ? (@ == $v)', jsonb_build_object('v', p->'variant')) LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'a price of the item "%" names a variant that it does not have', missing USING ERRCODE = 'invalid_parameter_value';
    END IF;
    UPDATE pos.rule_settings r SET definition = r.definition || (doc->'settings') WHERE r.tenant_id = tenant AND doc ? 'settings';
END
$$;

ALTER FUNCTION pos.provision_id(uuid, text, text) OWNER TO mpos_owner;
ALTER FUNCTION pos.provision_ids(uuid, jsonb) OWNER TO mpos_owner;
ALTER FUNCTION pos.provision_variants(uuid, jsonb) OWNER TO mpos_owner;
ALTER FUNCTION pos.provision_rules(uuid, jsonb) OWNER TO mpos_owner;
REVOKE ALL ON FUNCTION pos.provision_id(uuid, text, text), pos.provision_ids(uuid, jsonb), pos.provision_variants(uuid, jsonb),
    pos.provision_rules(uuid, jsonb) FROM PUBLIC;
