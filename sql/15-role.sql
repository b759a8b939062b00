-- Roles of a new business: those of its template (member `roles`), else the usual three.

-- A manager may everything; a cashier's discounts and refunds have limits beyond which a second person approves.
CREATE OR REPLACE FUNCTION pos.usual_roles() RETURNS jsonb LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT '[{"code": "manager", "name": "Manager", "scopes": ["*"]},
             {"code": "cashier", "name": "Cashier", "discount_limit": "0.10", "refund_limit": "50.00",
              "scopes": ["session", "catalogue.read", "order.read", "order.write", "payment.write", "kitchen.read", "shift.read",
                         "shift.write", "stock.read", "sync.push", "event.read", "discount.write", "refund.write", "clock.use"]},
             {"code": "kitchen", "name": "Kitchen",
              "scopes": ["session", "catalogue.read", "order.read", "kitchen.read", "kitchen.write", "sync.push", "event.read",
                         "clock.use"]}]'::jsonb
$$;
COMMENT ON FUNCTION pos.usual_roles() IS 'Roles of a business whose template names none';

CREATE OR REPLACE FUNCTION pos.provision_roles(tenant uuid, doc jsonb) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    unit numeric := 10 ^ (doc->>'exponent')::int;
BEGIN
    INSERT INTO pos.role (tenant_id, role_id, code, name, scopes, discount_limit, refund_limit, refresh_hours)
    SELECT tenant, gen_random_uuid(), r->>'code', r->>'name',
           mpos.scopes(ARRAY(SELECT jsonb_array_elements_text(r->'scopes'))),
           (r->>'discount_limit')::numeric * 1000000000, trunc((r->>'refund_limit')::numeric * unit),
           coalesce((r->>'refresh_hours')::int, 12)
      FROM jsonb_array_elements(coalesce(doc->'roles', pos.usual_roles())) r;
END
$$;
COMMENT ON FUNCTION pos.provision_roles(uuid, jsonb) IS 'The roles of a template, or the usual ones';

ALTER FUNCTION pos.usual_roles() OWNER TO mpos_owner;
ALTER FUNCTION pos.provision_roles(uuid, jsonb) OWNER TO mpos_owner;
REVOKE ALL ON FUNCTION pos.usual_roles(), pos.provision_roles(uuid, jsonb) FROM PUBLIC;
