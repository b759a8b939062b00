-- A new tenant from a template (tenants/*/template.json, PINs already replaced by their verifiers): everything up to the
-- first published catalogue, in one transaction.

CREATE OR REPLACE FUNCTION pos.provision_catalogue(tenant uuid, doc jsonb) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    missing text;
BEGIN
    INSERT INTO pos.rule_settings (tenant_id, definition) VALUES (tenant, jsonb_build_object('rounding', doc->'rounding'));
    INSERT INTO pos.tax (tenant_id, tax_id, code, name, rate, included)
    SELECT tenant, gen_random_uuid(), x->>'code', x->>'name', ((x->>'rate')::numeric * 1000000000)::bigint, (x->>'included')::boolean
      FROM jsonb_array_elements(doc->'taxes') x;
    INSERT INTO pos.category (tenant_id, category_id, code, name, colour, sort)
    SELECT tenant, gen_random_uuid(), x->>'code', x->>'name', coalesce(x->>'colour', '#555555'), coalesce((x->>'sort')::int, n::int)
      FROM jsonb_array_elements(doc->'categories') WITH ORDINALITY e(x, n);
    INSERT INTO pos.modifier_group (tenant_id, group_id, code, name, min, max)
    SELECT tenant, gen_random_uuid(), x->>'code', x->>'name', (x->>'min')::int, (x->>'max')::int
      FROM jsonb_array_elements(coalesce(doc->'groups', '[]')) x;
    INSERT INTO pos.modifier (tenant_id, modifier_id, group_id, code, name, price, sort)
    SELECT tenant, gen_random_uuid(), g.group_id, m->>'code', m->>'name', (m->>'price')::bigint, e.n
      FROM jsonb_array_elements(coalesce(doc->'groups', '[]')) x
      JOIN pos.modifier_group g ON g.tenant_id = tenant AND g.code = x->>'code'
     CROSS JOIN LATERAL jsonb_array_elements(x->'modifiers') WITH ORDINALITY e(m, n);
    INSERT INTO pos.item (tenant_id, item_id, code, name, category_id, price, tax_ids, station, stocked, open_price, unit, floor, sort)
    SELECT tenant, gen_random_uuid(), x->>'code', x->>'name', c.category_id, (x->>'price')::bigint,
           ARRAY(SELECT t.tax_id FROM jsonb_array_elements_text(x->'taxes') WITH ORDINALITY k(code, n)
                   JOIN pos.tax t ON t.tenant_id = tenant AND t.code = k.code ORDER BY k.n),
           x->>'station', x ? 'stock' AND x->>'stock' IS NOT NULL,
           coalesce((x->>'open_price')::boolean, false), x->>'unit', (x->>'floor')::bigint, e.n
      FROM jsonb_array_elements(doc->'items') WITH ORDINALITY e(x, n)
      LEFT JOIN pos.category c ON c.tenant_id = tenant AND c.code = x->>'category';
    PERFORM pos.provision_variants(tenant, doc);
    INSERT INTO pos.item_group (tenant_id, item_id, group_id, sort)
    SELECT tenant, i.item_id, g.group_id, k.n
      FROM jsonb_array_elements(doc->'items') x
      JOIN pos.item i ON i.tenant_id = tenant AND i.code = x->>'code'
     CROSS JOIN LATERAL jsonb_array_elements_text(coalesce(x->'groups', '[]')) WITH ORDINALITY k(code, n)
      JOIN pos.modifier_group g ON g.tenant_id = tenant AND g.code = k.code;
    INSERT INTO pos.combo_slot (tenant_id, item_id, slot_id, name, sort)
    SELECT tenant, i.item_id, gen_random_uuid(), s->>'name', e.n
      FROM jsonb_array_elements(doc->'items') x
      JOIN pos.item i ON i.tenant_id = tenant AND i.code = x->>'code'
     CROSS JOIN LATERAL jsonb_array_elements(coalesce(x->'combo', '[]')) WITH ORDINALITY e(s, n);
    INSERT INTO pos.combo_slot_item (tenant_id, item_id, slot_id, component_id, sort)
    SELECT tenant, c.item_id, c.slot_id, i.item_id, k.n
      FROM jsonb_array_elements(doc->'items') x
      JOIN pos.item o ON o.tenant_id = tenant AND o.code = x->>'code'
     CROSS JOIN LATERAL jsonb_array_elements(coalesce(x->'combo', '[]')) WITH ORDINALITY e(s, n)
      JOIN pos.combo_slot c ON c.tenant_id = tenant AND c.item_id = o.item_id AND c.sort = e.n
     CROSS JOIN LATERAL jsonb_array_elements_text(s->'items') WITH ORDINALITY k(code, n)
      JOIN pos.item i ON i.tenant_id = tenant AND i.code = k.code;
    -- A code that names nothing would silently drop out of the joins above.
    SELECT x->>'code' INTO missing
      FROM jsonb_array_elements(doc->'items') x JOIN pos.item i ON i.tenant_id = tenant AND i.code = x->>'code'
     WHERE cardinality(i.tax_ids) <> jsonb_array_length(x->'taxes')
        OR (SELECT count(*) FROM pos.item_group g WHERE g.tenant_id = tenant AND g.item_id = i.item_id)
           <> jsonb_array_length(coalesce(x->'groups', '[]'))
        OR (SELECT count(*) FROM pos.combo_slot_item s WHERE s.tenant_id = tenant AND s.item_id = i.item_id)
           <> (SELECT coalesce(sum(jsonb_array_length(s->'items')), 0) FROM jsonb_array_elements(coalesce(x->'combo', '[]')) s)
     LIMIT 1;
    IF missing IS NOT NULL THEN
        RAISE EXCEPTION 'item "%" of the template names a tax, group or item that is not in it', missing
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION pos.provision_outlet(tenant uuid, slug text, doc jsonb, outlet_doc jsonb) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    outlet uuid := gen_random_uuid();
    outlet_code text := outlet_doc->>'code';
BEGIN
    IF NOT pos.licence_admits(tenant, 'outlets', 1) THEN
        RAISE EXCEPTION 'the licence does not cover one more outlet' USING ERRCODE = 'MP138';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_timezone_names z WHERE z.name = outlet_doc->>'timezone') THEN
        RAISE EXCEPTION 'outlet "%" names an unknown time zone', outlet_code USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM pos.outlet_create(tenant, outlet, outlet_code, outlet_doc->>'name', outlet_doc->>'timezone',
                              ARRAY(SELECT jsonb_array_elements_text(coalesce(outlet_doc->'stations', '[]'))));
    -- Registers first: they get the first letters.
    PERFORM pos.device_create(tenant, outlet, gen_random_uuid(), d->>'code', d->>'kind', d->>'name')
       FROM (SELECT d FROM jsonb_array_elements(outlet_doc->'devices') WITH ORDINALITY e(d, n) ORDER BY d->>'kind' DESC, n) devices;
    INSERT INTO pos.stock (tenant_id, outlet_id, item_id, on_hand, low, version)
    SELECT tenant, outlet, i.item_id, ((x->>'stock')::numeric * 1000000)::bigint,
           (coalesce((x->>'stock_low')::numeric, 0) * 1000000)::bigint, 1
      FROM jsonb_array_elements(doc->'items') x
      JOIN pos.item i ON i.tenant_id = tenant AND i.code = x->>'code' AND i.stocked;
END
$$;

CREATE OR REPLACE FUNCTION pos.provision(doc jsonb) RETURNS uuid
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    tenant uuid := gen_random_uuid();
    new_slug text := doc->>'slug';
    outlet_doc jsonb;
BEGIN
    PERFORM mpos.assume(tenant);
    IF pos.slug_taken(new_slug) THEN
        RAISE EXCEPTION 'the short name "%" is taken', new_slug USING ERRCODE = 'MP140';
    END IF;
    INSERT INTO pos.directory (slug, tenant_id) VALUES (new_slug, tenant);
    INSERT INTO pos.tenant (tenant_id, slug, name, country, currency, exponent, rounding, journal_id, pairing)
    VALUES (tenant, new_slug, doc->>'name', doc->>'country', doc->>'currency', (doc->>'exponent')::int, doc->'rounding',
            mpos.journal_create(tenant, NULL, format('mpos/%s', new_slug)), coalesce(doc->>'pairing', 'required'));
    PERFORM pos.provision_roles(tenant, doc);
    -- A role that is not there leaves the id empty, which the table refuses.
    INSERT INTO pos.staff (tenant_id, staff_id, number, name, role, role_id)
    SELECT tenant, gen_random_uuid(), s->>'number', s->>'name', s->>'role', r.role_id
      FROM jsonb_array_elements(doc->'staff') s
      LEFT JOIN pos.role r ON r.tenant_id = tenant AND r.code = s->>'role';
    INSERT INTO pos.pin (tenant_id, staff_id, verifier)
    SELECT tenant, p.staff_id, s->>'pin_verifier'
      FROM jsonb_array_elements(doc->'staff') s JOIN pos.staff p ON p.tenant_id = tenant AND p.number = s->>'number'
     WHERE s->>'pin_verifier' IS NOT NULL;
    PERFORM pos.provision_catalogue(tenant, doc);
    FOR outlet_doc IN SELECT jsonb_array_elements(doc->'outlets') LOOP
        PERFORM pos.provision_outlet(tenant, new_slug, doc, outlet_doc);
    END LOOP;
    PERFORM pos.provision_rules(tenant, doc);
    PERFORM pos.publish(tenant);
    RETURN tenant;
END
$$;
COMMENT ON FUNCTION pos.provision(jsonb) IS 'Makes a tenant from a template and publishes its catalogue';

ALTER FUNCTION pos.provision_catalogue(uuid, jsonb) OWNER TO mpos_owner;
ALTER FUNCTION pos.provision_outlet(uuid, text, jsonb, jsonb) OWNER TO mpos_owner;
ALTER FUNCTION pos.provision(jsonb) OWNER TO mpos_owner;
REVOKE ALL ON FUNCTION pos.provision_catalogue(uuid, jsonb), pos.provision_outlet(uuid, text, jsonb, jsonb), pos.provision(jsonb)
    FROM PUBLIC;
