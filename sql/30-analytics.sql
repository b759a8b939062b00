-- Views for analysts (docs/reference/analytics.md is made from the comments). The base tables' row security leaves the rows of
-- the login's own business; a view's owner is mpos_owner, which obeys it too. Ids of outlets and journals are left out where a
-- code says the same: what cannot be asked for cannot be searched for. No personal data, no verifiers.

SET LOCAL ROLE mpos_owner;

CREATE OR REPLACE VIEW analytics.outlets WITH (security_barrier) AS
    SELECT o.code AS outlet, o.name, o.timezone, o.stations, t.slug AS business, t.country, t.currency, t.exponent
      FROM pos.outlet o
      JOIN pos.tenant t ON t.tenant_id = o.tenant_id;
COMMENT ON VIEW analytics.outlets IS 'Outlets of the business, one row each';
COMMENT ON COLUMN analytics.outlets.outlet IS 'Code of the outlet; joins to every other view';
COMMENT ON COLUMN analytics.outlets.name IS 'Name as staff see it';
COMMENT ON COLUMN analytics.outlets.timezone IS 'IANA time zone that business dates and local times are in';
COMMENT ON COLUMN analytics.outlets.stations IS 'Kitchen stations';
COMMENT ON COLUMN analytics.outlets.business IS 'Short name of the business';
COMMENT ON COLUMN analytics.outlets.country IS 'ISO 3166-1 country of the business';
COMMENT ON COLUMN analytics.outlets.currency IS 'ISO 4217 currency of the business';
COMMENT ON COLUMN analytics.outlets.exponent IS 'Decimal places of an amount: 1234 with exponent 2 is 12.34';

CREATE OR REPLACE VIEW analytics.orders WITH (security_barrier) AS
    SELECT o.order_id, u.code AS outlet, d.code AS device, o.staff_id, o.shift_id, o.channel, o.table_label, o.receipt, o.call_number,
           o.state, o.payment_state, o.currency, t.exponent, o.gross, o.discount, o.net, o.tax, o.total, o.paid, o.flags,
           o.created_at, o.created_at AT TIME ZONE u.timezone AS local_time, (o.created_at AT TIME ZONE u.timezone)::date AS business_date,
           coalesce(o.refunded, 0) AS refunded, o.place, o.guests, g.code AS customer_group, o.exempt, o.coupons,
           timestamp '1970-01-01' + o.priced_at * interval '1 minute' AS priced_at
      FROM pos.orders o
      JOIN pos.outlet u ON u.tenant_id = o.tenant_id AND u.outlet_id = o.outlet_id
      JOIN pos.tenant t ON t.tenant_id = o.tenant_id
      JOIN pos.device d ON d.tenant_id = o.tenant_id AND d.device_id = o.device_id
      LEFT JOIN pos.customer_group g ON g.tenant_id = o.tenant_id AND g.customer_group_id = o.customer_group_id;
COMMENT ON VIEW analytics.orders IS 'Orders, one row each, with the amounts they have now. Sales are those with payment_state other than unpaid and partial';
COMMENT ON COLUMN analytics.orders.order_id IS 'Id of the order; joins to lines, payments, taxes and kitchen_times';
COMMENT ON COLUMN analytics.orders.outlet IS 'Code of the outlet';
COMMENT ON COLUMN analytics.orders.device IS 'Code of the register that placed it; API without one';
COMMENT ON COLUMN analytics.orders.staff_id IS 'Who placed it: an id without a name';
COMMENT ON COLUMN analytics.orders.shift_id IS 'Shift it was paid in; NULL while unpaid';
COMMENT ON COLUMN analytics.orders.channel IS 'Where it came from: counter, dine_in, api and so on';
COMMENT ON COLUMN analytics.orders.table_label IS 'Table, as typed at the register';
COMMENT ON COLUMN analytics.orders.receipt IS 'Receipt number: outlet, register, series, number without gaps; NULL before payment';
COMMENT ON COLUMN analytics.orders.call_number IS 'Number called out in the kitchen; repeats';
COMMENT ON COLUMN analytics.orders.state IS 'open, submitted, in_preparation, ready, served, closed or voided';
COMMENT ON COLUMN analytics.orders.payment_state IS 'unpaid, partial, paid, overpaid, partly_refunded or refunded';
COMMENT ON COLUMN analytics.orders.currency IS 'ISO 4217 currency of the amounts';
COMMENT ON COLUMN analytics.orders.exponent IS 'Decimal places of the amounts';
COMMENT ON COLUMN analytics.orders.gross IS 'Lines before discounts as priced, minor units; included taxes are in it';
COMMENT ON COLUMN analytics.orders.discount IS 'All discounts, minor units';
COMMENT ON COLUMN analytics.orders.net IS 'After discounts, without taxes, minor units';
COMMENT ON COLUMN analytics.orders.tax IS 'All taxes, minor units';
COMMENT ON COLUMN analytics.orders.total IS 'net + tax, minor units';
COMMENT ON COLUMN analytics.orders.paid IS 'Payments so far, minor units';
COMMENT ON COLUMN analytics.orders.flags IS 'What was out of order when a register sent it, e.g. no_shift, price_diff, neg_stock';
COMMENT ON COLUMN analytics.orders.created_at IS 'When it was placed. Filter by this for speed';
COMMENT ON COLUMN analytics.orders.local_time IS 'The same on the outlet''s clock';
COMMENT ON COLUMN analytics.orders.business_date IS 'The same as a date of the outlet''s time zone';
COMMENT ON COLUMN analytics.orders.refunded IS 'What refunds took back of the total, minor units; it is not taken off total and paid';
COMMENT ON COLUMN analytics.orders.place IS 'Where it is consumed: dine_in, take_away or delivery';
COMMENT ON COLUMN analytics.orders.guests IS 'How many guests, 0 when nobody said';
COMMENT ON COLUMN analytics.orders.customer_group IS 'Code of the group of the customer as it is now; NULL for none';
COMMENT ON COLUMN analytics.orders.exempt IS 'Sold without taxes';
COMMENT ON COLUMN analytics.orders.coupons IS 'Codes that were given; NULL for none';
COMMENT ON COLUMN analytics.orders.priced_at IS 'What its prices were made by, on the outlet''s clock';

CREATE OR REPLACE VIEW analytics.lines WITH (security_barrier) AS
    SELECT l.order_id, l.line_id, l.position, l.parent_id, u.code AS outlet, l.item_id, i.code AS item, l.name, c.name AS category,
           l.station, l.course, l.qty / 1000000::numeric AS qty, l.modifiers, l.state, o.payment_state, o.currency, t.exponent, l.unit_price,
           l.gross, l.discount, l.tax, l.total, o.created_at, (o.created_at AT TIME ZONE u.timezone)::date AS business_date,
           l.variant_id, v.code AS variant, o.channel, o.place
      FROM pos.order_line l
      JOIN pos.orders o ON o.tenant_id = l.tenant_id AND o.order_id = l.order_id
      JOIN pos.outlet u ON u.tenant_id = o.tenant_id AND u.outlet_id = o.outlet_id
      JOIN pos.tenant t ON t.tenant_id = o.tenant_id
      LEFT JOIN pos.item i ON i.tenant_id = l.tenant_id AND i.item_id = l.item_id
      LEFT JOIN pos.category c ON c.tenant_id = i.tenant_id AND c.category_id = i.category_id
      LEFT JOIN pos.variant v ON v.tenant_id = l.tenant_id AND v.variant_id = l.variant_id;
COMMENT ON VIEW analytics.lines IS 'Lines of orders, one row each. A combo''s line carries the sums of its components, which follow as lines of their own: sum either lines without parent_id, or lines that are nobody''s parent';
COMMENT ON COLUMN analytics.lines.order_id IS 'Id of the order';
COMMENT ON COLUMN analytics.lines.line_id IS 'Id of the line within its order';
COMMENT ON COLUMN analytics.lines.position IS 'Place on the receipt, from 0';
COMMENT ON COLUMN analytics.lines.parent_id IS 'Of a component: line_id of its combo; else NULL';
COMMENT ON COLUMN analytics.lines.outlet IS 'Code of the outlet';
COMMENT ON COLUMN analytics.lines.item_id IS 'Id of the item; joins to stock_levels and stock_moves';
COMMENT ON COLUMN analytics.lines.item IS 'Code of the item as it is now';
COMMENT ON COLUMN analytics.lines.name IS 'Name when it was sold';
COMMENT ON COLUMN analytics.lines.category IS 'Category of the item as it is now';
COMMENT ON COLUMN analytics.lines.station IS 'Kitchen station, NULL for none';
COMMENT ON COLUMN analytics.lines.course IS 'Course it is served with';
COMMENT ON COLUMN analytics.lines.qty IS 'Quantity, up to six decimal places';
COMMENT ON COLUMN analytics.lines.modifiers IS 'Modifiers with name, price and quantity';
COMMENT ON COLUMN analytics.lines.state IS 'new, sent (to the kitchen) or voided; amounts of a voided line do not count';
COMMENT ON COLUMN analytics.lines.payment_state IS 'Of the order';
COMMENT ON COLUMN analytics.lines.currency IS 'ISO 4217 currency of the amounts';
COMMENT ON COLUMN analytics.lines.exponent IS 'Decimal places of the amounts';
COMMENT ON COLUMN analytics.lines.unit_price IS 'Price of one unit, minor units';
COMMENT ON COLUMN analytics.lines.gross IS 'Before discounts as priced, minor units';
COMMENT ON COLUMN analytics.lines.discount IS 'Own discounts and share of the order''s, minor units';
COMMENT ON COLUMN analytics.lines.tax IS 'All taxes, minor units';
COMMENT ON COLUMN analytics.lines.total IS 'With taxes, after discounts, minor units';
COMMENT ON COLUMN analytics.lines.created_at IS 'When the order was placed';
COMMENT ON COLUMN analytics.lines.business_date IS 'The same as a date of the outlet''s time zone';
COMMENT ON COLUMN analytics.lines.variant_id IS 'Id of the variant; NULL for an item without';
COMMENT ON COLUMN analytics.lines.variant IS 'Code of the variant as it is now';
COMMENT ON COLUMN analytics.lines.channel IS 'Of the order';
COMMENT ON COLUMN analytics.lines.place IS 'Of the order: dine_in, take_away or delivery';

CREATE OR REPLACE VIEW analytics.payments WITH (security_barrier) AS
    SELECT p.payment_id, p.order_id, u.code AS outlet, d.code AS device, p.staff_id, p.shift_id, p.tender, t.currency, t.exponent,
           p.amount, p.tendered, p.tendered - p.amount - coalesce(p.tip, 0) AS change, p.rounding, p.created_at,
           p.created_at AT TIME ZONE u.timezone AS local_time, (p.created_at AT TIME ZONE u.timezone)::date AS business_date,
           coalesce(p.tip, 0) AS tip, coalesce(p.exchange ->> 'currency', t.currency) AS tender_currency,
           coalesce((p.exchange ->> 'exponent')::integer, t.exponent) AS tender_exponent,
           coalesce((p.exchange ->> 'tendered')::bigint, p.tendered) AS tender_amount,
           trim_scale((p.exchange ->> 'rate')::numeric / 1000000000) AS tender_rate,
           trim_scale((p.exchange ->> 'spread')::numeric / 1000000000) AS tender_spread,
           (p.exchange ->> 'change')::bigint AS tender_change, (p.exchange ->> 'home_change')::bigint AS home_change
      FROM pos.payment p
      JOIN pos.outlet u ON u.tenant_id = p.tenant_id AND u.outlet_id = p.outlet_id
      JOIN pos.tenant t ON t.tenant_id = p.tenant_id
      JOIN pos.device d ON d.tenant_id = p.tenant_id AND d.device_id = p.device_id;
COMMENT ON VIEW analytics.payments IS 'Payments, one row each';
COMMENT ON COLUMN analytics.payments.payment_id IS 'Id of the payment within its order';
COMMENT ON COLUMN analytics.payments.order_id IS 'Id of the order';
COMMENT ON COLUMN analytics.payments.outlet IS 'Code of the outlet';
COMMENT ON COLUMN analytics.payments.device IS 'Code of the register that took it';
COMMENT ON COLUMN analytics.payments.staff_id IS 'Who took it: an id without a name';
COMMENT ON COLUMN analytics.payments.shift_id IS 'Shift it belongs to; joins to shifts';
COMMENT ON COLUMN analytics.payments.tender IS 'Means of payment';
COMMENT ON COLUMN analytics.payments.currency IS 'ISO 4217 currency of the amounts';
COMMENT ON COLUMN analytics.payments.exponent IS 'Decimal places of the amounts';
COMMENT ON COLUMN analytics.payments.amount IS 'Taken in for the order, minor units';
COMMENT ON COLUMN analytics.payments.tendered IS 'Value of what was handed over, minor units';
COMMENT ON COLUMN analytics.payments.change IS 'Value of what was given back, minor units';
COMMENT ON COLUMN analytics.payments.rounding IS 'What was due minus amount, when cash pays in coarser coins; minor units';
COMMENT ON COLUMN analytics.payments.created_at IS 'When it was taken';
COMMENT ON COLUMN analytics.payments.local_time IS 'The same on the outlet''s clock';
COMMENT ON COLUMN analytics.payments.business_date IS 'The same as a date of the outlet''s time zone';
COMMENT ON COLUMN analytics.payments.tip IS 'Taken in beside the amount, minor units; no part of revenue or tax';
COMMENT ON COLUMN analytics.payments.tender_currency IS 'ISO 4217 currency that was handed over';
COMMENT ON COLUMN analytics.payments.tender_exponent IS 'Decimal places of tender_amount and tender_change';
COMMENT ON COLUMN analytics.payments.tender_amount IS 'What was handed over in that currency, its minor units';
COMMENT ON COLUMN analytics.payments.tender_rate IS 'How much of the business''s currency one of it was worth; NULL for the business''s own';
COMMENT ON COLUMN analytics.payments.tender_spread IS 'What was kept of the rate: 0.02 is 2 %; NULL as the rate';
COMMENT ON COLUMN analytics.payments.tender_change IS 'Change given in that currency, its minor units; NULL as the rate';
COMMENT ON COLUMN analytics.payments.home_change IS 'The rest of that change in the business''s currency, minor units; NULL as the rate';

CREATE OR REPLACE VIEW analytics.refunds WITH (security_barrier) AS
    SELECT r.refund_id, r.order_id, u.code AS outlet, d.code AS device, r.staff_id, r.approver_id, r.shift_id, r.tender, r.receipt, r.reason,
           r.restocked, t.currency, t.exponent, r.gross, r.discount, r.net, r.tax, r.total, r.amount, r.flags, r.created_at,
           r.created_at AT TIME ZONE u.timezone AS local_time, (r.created_at AT TIME ZONE u.timezone)::date AS business_date
      FROM pos.refund r
      JOIN pos.outlet u ON u.tenant_id = r.tenant_id AND u.outlet_id = r.outlet_id
      JOIN pos.tenant t ON t.tenant_id = r.tenant_id
      JOIN pos.device d ON d.tenant_id = r.tenant_id AND d.device_id = r.device_id;
COMMENT ON VIEW analytics.refunds IS 'Refunds, one row each, with what came back of the sale''s amounts';
COMMENT ON COLUMN analytics.refunds.refund_id IS 'Id of the refund within its order';
COMMENT ON COLUMN analytics.refunds.order_id IS 'Id of the order that was sold';
COMMENT ON COLUMN analytics.refunds.outlet IS 'Code of the outlet';
COMMENT ON COLUMN analytics.refunds.device IS 'Code of the register that paid it out';
COMMENT ON COLUMN analytics.refunds.staff_id IS 'Who gave it: an id without a name; NULL for a device by itself';
COMMENT ON COLUMN analytics.refunds.approver_id IS 'Who approved it beyond a limit; NULL for nobody';
COMMENT ON COLUMN analytics.refunds.shift_id IS 'Shift that it was paid out in; joins to shifts';
COMMENT ON COLUMN analytics.refunds.tender IS 'Means of payment';
COMMENT ON COLUMN analytics.refunds.receipt IS 'Receipt number of the refund';
COMMENT ON COLUMN analytics.refunds.reason IS 'Why, as typed at the register';
COMMENT ON COLUMN analytics.refunds.restocked IS 'Whether the goods went back into the stock';
COMMENT ON COLUMN analytics.refunds.currency IS 'ISO 4217 currency of the amounts';
COMMENT ON COLUMN analytics.refunds.exponent IS 'Decimal places of the amounts';
COMMENT ON COLUMN analytics.refunds.gross IS 'Lines before discounts as priced, minor units';
COMMENT ON COLUMN analytics.refunds.discount IS 'Discounts that went back, minor units';
COMMENT ON COLUMN analytics.refunds.net IS 'After discounts, without taxes, minor units';
COMMENT ON COLUMN analytics.refunds.tax IS 'All taxes, minor units';
COMMENT ON COLUMN analytics.refunds.total IS 'net + tax, minor units';
COMMENT ON COLUMN analytics.refunds.amount IS 'What was paid out: total but for the rounding to coins; minor units';
COMMENT ON COLUMN analytics.refunds.flags IS 'What was out of order when a register sent it, e.g. no_shift, limit_exceeded';
COMMENT ON COLUMN analytics.refunds.created_at IS 'When it was given';
COMMENT ON COLUMN analytics.refunds.local_time IS 'The same on the outlet''s clock';
COMMENT ON COLUMN analytics.refunds.business_date IS 'The same as a date of the outlet''s time zone';

CREATE OR REPLACE VIEW analytics.taxes WITH (security_barrier) AS
    SELECT o.order_id, u.code AS outlet, o.shift_id, x.tax_id, r.code AS tax, r.name, x.type, x.included,
           CASE WHEN x.type <> 'fixed' THEN trim_scale(x.value / 1000000000::numeric) END AS rate, o.currency, t.exponent, x.base, x.amount,
           o.state, o.payment_state, o.created_at, (o.created_at AT TIME ZONE u.timezone)::date AS business_date
      FROM pos.orders o
      JOIN pos.outlet u ON u.tenant_id = o.tenant_id AND u.outlet_id = o.outlet_id
      JOIN pos.tenant t ON t.tenant_id = o.tenant_id
     CROSS JOIN LATERAL mpos.priced_taxes(o.priced_form) x
      LEFT JOIN pos.tax r ON r.tenant_id = o.tenant_id AND r.tax_id = x.tax_id;
COMMENT ON VIEW analytics.taxes IS 'Taxes of orders, one row for each order and tax, as computed with the sale';
COMMENT ON COLUMN analytics.taxes.order_id IS 'Id of the order';
COMMENT ON COLUMN analytics.taxes.outlet IS 'Code of the outlet';
COMMENT ON COLUMN analytics.taxes.shift_id IS 'Shift the order was paid in; NULL while unpaid';
COMMENT ON COLUMN analytics.taxes.tax_id IS 'Id of the tax';
COMMENT ON COLUMN analytics.taxes.tax IS 'Code of the tax as it is now';
COMMENT ON COLUMN analytics.taxes.name IS 'Name of the tax as it is now';
COMMENT ON COLUMN analytics.taxes.type IS 'percent, fixed (an amount per unit) or division (a share of the price with tax)';
COMMENT ON COLUMN analytics.taxes.included IS 'Whether prices include it';
COMMENT ON COLUMN analytics.taxes.rate IS 'Rate when it was sold: 0.19 is 19 %; NULL for fixed';
COMMENT ON COLUMN analytics.taxes.currency IS 'ISO 4217 currency of the amounts';
COMMENT ON COLUMN analytics.taxes.exponent IS 'Decimal places of the amounts';
COMMENT ON COLUMN analytics.taxes.base IS 'What it was taken of, minor units';
COMMENT ON COLUMN analytics.taxes.amount IS 'The tax, minor units';
COMMENT ON COLUMN analytics.taxes.state IS 'Of the order';
COMMENT ON COLUMN analytics.taxes.payment_state IS 'Of the order';
COMMENT ON COLUMN analytics.taxes.created_at IS 'When the order was placed';
COMMENT ON COLUMN analytics.taxes.business_date IS 'The same as a date of the outlet''s time zone';

CREATE OR REPLACE VIEW analytics.adjustments WITH (security_barrier) AS
    SELECT o.order_id, x.line_id, u.code AS outlet, o.shift_id, x.kind, x.rule_id, coalesce(r.code, c.code) AS rule, coalesce(r.name, c.name) AS name,
           o.channel, o.place, o.currency, t.exponent, x.amount, o.state, o.payment_state, o.created_at,
           (o.created_at AT TIME ZONE u.timezone)::date AS business_date
      FROM pos.orders o
      JOIN pos.outlet u ON u.tenant_id = o.tenant_id AND u.outlet_id = o.outlet_id
      JOIN pos.tenant t ON t.tenant_id = o.tenant_id
     CROSS JOIN LATERAL mpos.priced_rules(o.priced_form) x
      LEFT JOIN pos.promotion r ON r.tenant_id = o.tenant_id AND r.promotion_id = x.rule_id
      LEFT JOIN pos.charge c ON c.tenant_id = o.tenant_id AND c.charge_id = x.rule_id;
COMMENT ON VIEW analytics.adjustments IS 'Promotions, discounts by hand and charges, one row for each time that one changed an order or a line';
COMMENT ON COLUMN analytics.adjustments.order_id IS 'Id of the order';
COMMENT ON COLUMN analytics.adjustments.line_id IS 'Id of the line; of a charge its own; NULL for the whole order';
COMMENT ON COLUMN analytics.adjustments.outlet IS 'Code of the outlet';
COMMENT ON COLUMN analytics.adjustments.shift_id IS 'Shift the order was paid in; NULL while unpaid';
COMMENT ON COLUMN analytics.adjustments.kind IS 'promotion, discount (by hand) or charge';
COMMENT ON COLUMN analytics.adjustments.rule_id IS 'Id of the promotion or charge; NULL by hand';
COMMENT ON COLUMN analytics.adjustments.rule IS 'Its code as it is now';
COMMENT ON COLUMN analytics.adjustments.name IS 'Its name as it is now';
COMMENT ON COLUMN analytics.adjustments.channel IS 'Of the order';
COMMENT ON COLUMN analytics.adjustments.place IS 'Of the order: dine_in, take_away or delivery';
COMMENT ON COLUMN analytics.adjustments.currency IS 'ISO 4217 currency of the amount';
COMMENT ON COLUMN analytics.adjustments.exponent IS 'Decimal places of the amount';
COMMENT ON COLUMN analytics.adjustments.amount IS 'What it added, minor units; below zero for what it took off';
COMMENT ON COLUMN analytics.adjustments.state IS 'Of the order';
COMMENT ON COLUMN analytics.adjustments.payment_state IS 'Of the order';
COMMENT ON COLUMN analytics.adjustments.created_at IS 'When the order was placed';
COMMENT ON COLUMN analytics.adjustments.business_date IS 'The same as a date of the outlet''s time zone';

CREATE OR REPLACE VIEW analytics.stock_levels WITH (security_barrier) AS
    SELECT u.code AS outlet, s.item_id, i.code AS item, i.name, s.on_hand / 1000000::numeric AS on_hand, s.low / 1000000::numeric AS low
      FROM pos.stock s
      JOIN pos.outlet u ON u.tenant_id = s.tenant_id AND u.outlet_id = s.outlet_id
      JOIN pos.item i ON i.tenant_id = s.tenant_id AND i.item_id = s.item_id;
COMMENT ON VIEW analytics.stock_levels IS 'Stock of counted items now, one row for each outlet and item';
COMMENT ON COLUMN analytics.stock_levels.outlet IS 'Code of the outlet';
COMMENT ON COLUMN analytics.stock_levels.item_id IS 'Id of the item';
COMMENT ON COLUMN analytics.stock_levels.item IS 'Code of the item';
COMMENT ON COLUMN analytics.stock_levels.name IS 'Name of the item';
COMMENT ON COLUMN analytics.stock_levels.on_hand IS 'Units on hand; below zero when more was sold than was known of';
COMMENT ON COLUMN analytics.stock_levels.low IS 'At or below this the item counts as low';

CREATE OR REPLACE VIEW analytics.stock_moves WITH (security_barrier) AS
    SELECT u.code AS outlet, l.item_id, i.code AS item, l.name, 'sale'::text AS kind, -l.qty / 1000000::numeric AS qty, l.order_id, l.line_id,
           o.shift_id, m.moved_at, m.moved_at AT TIME ZONE u.timezone AS local_time, (m.moved_at AT TIME ZONE u.timezone)::date AS business_date
      FROM pos.order_line l
      JOIN pos.orders o ON o.tenant_id = l.tenant_id AND o.order_id = l.order_id
      JOIN pos.stock s ON s.tenant_id = o.tenant_id AND s.outlet_id = o.outlet_id AND s.item_id = l.item_id
      JOIN pos.outlet u ON u.tenant_id = o.tenant_id AND u.outlet_id = o.outlet_id
      JOIN pos.item i ON i.tenant_id = l.tenant_id AND i.item_id = l.item_id
     CROSS JOIN LATERAL (SELECT coalesce(max(p.created_at), o.created_at) AS moved_at FROM pos.payment p
                          WHERE p.tenant_id = o.tenant_id AND p.order_id = o.order_id) m
     WHERE l.stocked AND l.state <> 'voided' AND o.payment_state NOT IN ('unpaid', 'partial');
COMMENT ON VIEW analytics.stock_moves IS 'What sales took from stock, one row for each line of a counted item in a paid order';
COMMENT ON COLUMN analytics.stock_moves.outlet IS 'Code of the outlet';
COMMENT ON COLUMN analytics.stock_moves.item_id IS 'Id of the item';
COMMENT ON COLUMN analytics.stock_moves.item IS 'Code of the item';
COMMENT ON COLUMN analytics.stock_moves.name IS 'Name when it was sold';
COMMENT ON COLUMN analytics.stock_moves.kind IS 'sale';
COMMENT ON COLUMN analytics.stock_moves.qty IS 'Units moved: below zero leaves the outlet';
COMMENT ON COLUMN analytics.stock_moves.order_id IS 'Order that moved it';
COMMENT ON COLUMN analytics.stock_moves.line_id IS 'Line that moved it';
COMMENT ON COLUMN analytics.stock_moves.shift_id IS 'Shift of the sale';
COMMENT ON COLUMN analytics.stock_moves.moved_at IS 'When the last payment completed the sale';
COMMENT ON COLUMN analytics.stock_moves.local_time IS 'The same on the outlet''s clock';
COMMENT ON COLUMN analytics.stock_moves.business_date IS 'The same as a date of the outlet''s time zone';

CREATE OR REPLACE VIEW analytics.kitchen_times WITH (security_barrier) AS
    SELECT k.ticket_id, k.order_id, u.code AS outlet, k.station, k.course, k.channel, k.call_number, k.state, n.items, k.sent_at,
           b.ready_at, b.served_at, round(extract(epoch FROM b.ready_at - k.sent_at), 3) AS seconds_to_ready,
           round(extract(epoch FROM b.served_at - k.sent_at), 3) AS seconds_to_served,
           (k.sent_at AT TIME ZONE u.timezone)::date AS business_date
      FROM pos.ticket k
      JOIN pos.outlet u ON u.tenant_id = k.tenant_id AND u.outlet_id = k.outlet_id
     CROSS JOIN LATERAL (SELECT count(*)::integer AS items FROM pos.ticket_item x
                          WHERE x.tenant_id = k.tenant_id AND x.ticket_id = k.ticket_id AND x.state <> 'cancelled') n
     CROSS JOIN LATERAL (SELECT CASE WHEN k.state IN ('ready', 'served') THEN max(x.created_at) FILTER (WHERE x.to_state = 'ready') END AS ready_at,
                                CASE WHEN k.state = 'served' THEN max(x.created_at) FILTER (WHERE x.to_state = 'served') END AS served_at
                           FROM pos.bump x
                          WHERE x.tenant_id = k.tenant_id AND x.ticket_id = k.ticket_id AND NOT x.undone) b;
COMMENT ON VIEW analytics.kitchen_times IS 'Kitchen tickets, one row for each order, course and station, with how long they took';
COMMENT ON COLUMN analytics.kitchen_times.ticket_id IS 'Id of the ticket';
COMMENT ON COLUMN analytics.kitchen_times.order_id IS 'Id of the order';
COMMENT ON COLUMN analytics.kitchen_times.outlet IS 'Code of the outlet';
COMMENT ON COLUMN analytics.kitchen_times.station IS 'Kitchen station';
COMMENT ON COLUMN analytics.kitchen_times.course IS 'Course';
COMMENT ON COLUMN analytics.kitchen_times.channel IS 'Where the order came from';
COMMENT ON COLUMN analytics.kitchen_times.call_number IS 'Number called out; repeats';
COMMENT ON COLUMN analytics.kitchen_times.state IS 'new, cooking, ready, served or cancelled';
COMMENT ON COLUMN analytics.kitchen_times.items IS 'Items on the ticket that were not cancelled';
COMMENT ON COLUMN analytics.kitchen_times.sent_at IS 'When it reached the kitchen';
COMMENT ON COLUMN analytics.kitchen_times.ready_at IS 'When its last item was bumped to ready; NULL before, and when it went straight to served';
COMMENT ON COLUMN analytics.kitchen_times.served_at IS 'When its last item was bumped to served; NULL before';
COMMENT ON COLUMN analytics.kitchen_times.seconds_to_ready IS 'From sent_at to ready_at';
COMMENT ON COLUMN analytics.kitchen_times.seconds_to_served IS 'From sent_at to served_at';
COMMENT ON COLUMN analytics.kitchen_times.business_date IS 'Date of sent_at in the outlet''s time zone';

CREATE OR REPLACE VIEW analytics.shifts WITH (security_barrier) AS
    SELECT s.shift_id, u.code AS outlet, d.code AS device, s.staff_id, s.state, s.business_date, s.opened_at, s.closed_at, t.currency, t.exponent,
           s.float_amount, coalesce(x.sales, 0) AS sales, coalesce(x.gross, 0) AS gross, coalesce(x.discount, 0) AS discount,
           coalesce(x.net, 0) AS net, coalesce(x.tax, 0) AS tax, coalesce(x.total, 0) AS total, coalesce(x.cash_count, 0) AS cash_count,
           coalesce(x.cash_amount, 0) AS cash_amount, s.expected_cash, s.counted, s.counted - s.expected_cash AS variance,
           coalesce(x.tip_count, 0) AS tip_count, coalesce(x.tip_amount, 0) AS tip_amount, coalesce(x.rounding, 0) AS rounding, s.currencies
      FROM pos.shift s
      JOIN pos.outlet u ON u.tenant_id = s.tenant_id AND u.outlet_id = s.outlet_id
      JOIN pos.tenant t ON t.tenant_id = s.tenant_id
      JOIN pos.device d ON d.tenant_id = s.tenant_id AND d.device_id = s.device_id
      LEFT JOIN pos.shift_sums x ON x.tenant_id = s.tenant_id AND x.shift_id = s.shift_id;
COMMENT ON VIEW analytics.shifts IS 'Shifts of registers, one row each, with the sums that every sale posts';
COMMENT ON COLUMN analytics.shifts.shift_id IS 'Id of the shift; joins to orders, payments and taxes';
COMMENT ON COLUMN analytics.shifts.outlet IS 'Code of the outlet';
COMMENT ON COLUMN analytics.shifts.device IS 'Code of the register';
COMMENT ON COLUMN analytics.shifts.staff_id IS 'Who opened it: an id without a name';
COMMENT ON COLUMN analytics.shifts.state IS 'open or closed';
COMMENT ON COLUMN analytics.shifts.business_date IS 'Date of the opening in the outlet''s time zone';
COMMENT ON COLUMN analytics.shifts.opened_at IS 'When it was opened';
COMMENT ON COLUMN analytics.shifts.closed_at IS 'When it was closed; NULL while open';
COMMENT ON COLUMN analytics.shifts.currency IS 'ISO 4217 currency of the amounts';
COMMENT ON COLUMN analytics.shifts.exponent IS 'Decimal places of the amounts';
COMMENT ON COLUMN analytics.shifts.float_amount IS 'Cash in the drawer at opening, minor units';
COMMENT ON COLUMN analytics.shifts.sales IS 'Orders paid in it';
COMMENT ON COLUMN analytics.shifts.gross IS 'Of these orders, before discounts, minor units';
COMMENT ON COLUMN analytics.shifts.discount IS 'Their discounts, minor units';
COMMENT ON COLUMN analytics.shifts.net IS 'After discounts, without taxes, minor units';
COMMENT ON COLUMN analytics.shifts.tax IS 'Their taxes, minor units';
COMMENT ON COLUMN analytics.shifts.total IS 'net + tax, minor units';
COMMENT ON COLUMN analytics.shifts.cash_count IS 'Cash payments taken';
COMMENT ON COLUMN analytics.shifts.cash_amount IS 'Their amounts, minor units';
COMMENT ON COLUMN analytics.shifts.expected_cash IS 'Cash that should have been in the drawer at closing, minor units; NULL while open';
COMMENT ON COLUMN analytics.shifts.counted IS 'Cash that was counted, minor units; NULL while open';
COMMENT ON COLUMN analytics.shifts.variance IS 'counted - expected_cash, minor units';
COMMENT ON COLUMN analytics.shifts.tip_count IS 'Payments with a tip';
COMMENT ON COLUMN analytics.shifts.tip_amount IS 'Their tips, minor units; in no other sum but expected_cash';
COMMENT ON COLUMN analytics.shifts.rounding IS 'What rounding cash has cost, minor units; below zero it brought something';
COMMENT ON COLUMN analytics.shifts.currencies IS 'Of a closed shift, cash in other currencies: what was expected and counted; NULL for none';

CREATE OR REPLACE VIEW analytics.tips WITH (security_barrier) AS
    SELECT p.shift_id, u.code AS outlet, s.business_date, p.staff_id, t.currency, t.exponent, p.tips, p.amount
      FROM pos.tip_sum p
      JOIN pos.shift s ON s.tenant_id = p.tenant_id AND s.shift_id = p.shift_id
      JOIN pos.outlet u ON u.tenant_id = s.tenant_id AND u.outlet_id = s.outlet_id
      JOIN pos.tenant t ON t.tenant_id = p.tenant_id;
COMMENT ON VIEW analytics.tips IS 'Tips by shift and person, one row each';
COMMENT ON COLUMN analytics.tips.shift_id IS 'Id of the shift';
COMMENT ON COLUMN analytics.tips.outlet IS 'Code of the outlet';
COMMENT ON COLUMN analytics.tips.business_date IS 'Of the shift';
COMMENT ON COLUMN analytics.tips.staff_id IS 'Who took the payments: an id without a name; zero for a device by itself';
COMMENT ON COLUMN analytics.tips.currency IS 'ISO 4217 currency of the amount';
COMMENT ON COLUMN analytics.tips.exponent IS 'Decimal places of the amount';
COMMENT ON COLUMN analytics.tips.tips IS 'Payments with a tip';
COMMENT ON COLUMN analytics.tips.amount IS 'Their tips, minor units';

CREATE OR REPLACE VIEW analytics.journal WITH (security_barrier) AS
    SELECT u.code AS outlet, j.origin, e.epoch, e.seq, e.month, h.kind, h.recorded_at, mpos.entry_operation(e.packed) AS operation,
           h.actor, h.transaction_id, e.leaf
      FROM journal.journal j
      JOIN journal.entry e ON e.journal_id = j.journal_id
     CROSS JOIN LATERAL mpos.entry_head(e.header) h
      LEFT JOIN pos.outlet u ON u.tenant_id = j.tenant_id AND u.outlet_id = j.outlet_id
     WHERE j.tenant_id = mpos.tenant();
COMMENT ON VIEW analytics.journal IS 'Entries of the journals, one row each: who did what when. Contents are read with mpos verify and /v1/journals';
COMMENT ON COLUMN analytics.journal.outlet IS 'Code of the outlet; NULL in the journal of the business itself';
COMMENT ON COLUMN analytics.journal.origin IS 'Name of the journal in signed checkpoints';
COMMENT ON COLUMN analytics.journal.epoch IS 'Epoch of the journal; a restored database opens a new one';
COMMENT ON COLUMN analytics.journal.seq IS 'Number within the epoch, from 0 without gaps';
COMMENT ON COLUMN analytics.journal.month IS 'First day of the UTC month it was recorded in. Filter by this for speed';
COMMENT ON COLUMN analytics.journal.kind IS 'transaction, or what else is recorded: erasure, epoch, schema, closure and so on';
COMMENT ON COLUMN analytics.journal.recorded_at IS 'When it was recorded';
COMMENT ON COLUMN analytics.journal.operation IS 'Operation that wrote it, e.g. order.place; sql when a person at the database did; NULL when erased';
COMMENT ON COLUMN analytics.journal.actor IS 'Staff id of who did it; NULL for nobody';
COMMENT ON COLUMN analytics.journal.transaction_id IS 'The same in all entries of one transaction';
COMMENT ON COLUMN analytics.journal.leaf IS 'Leaf hash, as in signed trees';

GRANT SELECT ON analytics.outlets, analytics.orders, analytics.lines, analytics.payments, analytics.refunds, analytics.taxes,
    analytics.adjustments, analytics.tips, analytics.stock_levels, analytics.stock_moves, analytics.kitchen_times, analytics.shifts, analytics.journal TO mpos_analyst;
RESET ROLE;
