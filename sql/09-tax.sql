-- A tax as rules have it: the members of mpos_rule_tax (extension/src/rule_shape.h), those without a value left out.

CREATE OR REPLACE FUNCTION pos.tax_definition(tax pos.tax) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT jsonb_strip_nulls(jsonb_build_object(
               'type', tax.type,
               'rate', CASE WHEN tax.type IN ('percent', 'division') THEN trim_scale(tax.rate / 1000000000::numeric)::text END,
               'amount', tax.amount, 'included', tax.included, 'affects_next', tax.affects_next,
               'base_unaffected', tax.base_unaffected, 'brackets', tax.brackets, 'when', nullif(tax.definition, '{}')))
$$;
COMMENT ON FUNCTION pos.tax_definition(pos.tax) IS 'A tax as JSON, as its operations and the compiler of rules read it';

ALTER FUNCTION pos.tax_definition(pos.tax) OWNER TO mpos_owner;
REVOKE ALL ON FUNCTION pos.tax_definition(pos.tax) FROM PUBLIC;
