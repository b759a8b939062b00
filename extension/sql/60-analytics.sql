-- 60-analytics.sql: what views for analysts need beside SQL: binary forms read as rows, and word that bindings have changed.

CREATE FUNCTION mpos.analyst_changed() RETURNS trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'mpos_analyst_changed';

CREATE FUNCTION mpos.priced_taxes(form bytea, OUT tax_id uuid, OUT type text, OUT included boolean, OUT value bigint, OUT base bigint,
                                  OUT amount bigint) RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 2 AS 'MODULE_PATHNAME', 'mpos_priced_taxes';
COMMENT ON FUNCTION mpos.priced_taxes(bytea) IS 'The taxes of an order, from pos.orders.priced_form: value is a rate of scale 9 unless type is fixed';

CREATE FUNCTION mpos.priced_rules(form bytea, OUT line_id uuid, OUT kind text, OUT rule_id uuid, OUT amount bigint) RETURNS SETOF record
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE ROWS 2 AS 'MODULE_PATHNAME', 'mpos_priced_rules';
COMMENT ON FUNCTION mpos.priced_rules(bytea) IS 'What took something off an order or added to it, from pos.orders.priced_form: promotion, discount by hand, charge';

CREATE FUNCTION mpos.entry_head(header bytea, OUT kind text, OUT recorded_at timestamptz, OUT transaction_id uuid, OUT actor uuid)
    RETURNS record LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE AS 'MODULE_PATHNAME', 'mpos_entry_head';
COMMENT ON FUNCTION mpos.entry_head(bytea) IS 'What journal.entry.header says; NULL when it is damaged';

CREATE FUNCTION mpos.entry_operation(packed bytea) RETURNS text
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS 'MODULE_PATHNAME', 'mpos_entry_operation';
COMMENT ON FUNCTION mpos.entry_operation(bytea) IS 'The operation that wrote an entry, from journal.entry.packed; NULL when it names none';
