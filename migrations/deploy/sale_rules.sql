-- In which circumstances orders were sold: what prices, promotions and taxes depended on. Uses of coupons, and prices of devices
-- that the rules do not make. Locks pos.orders and pos.order_line for a moment; an older server does not run on with it.
BEGIN;
SET LOCAL ROLE mpos_owner;

-- NULL is what orders from before have; rows keep their digests. basket: core/basket.h, NULL once nothing is added any more.
-- priced_at: minutes since 1970 on the clock of the outlet.
ALTER TABLE pos.orders
    ADD COLUMN basket bytea,
    ADD COLUMN priced_at bigint CHECK (priced_at >= 0),
    ADD COLUMN place text CHECK (place IN ('dine_in', 'take_away', 'delivery')),
    ADD COLUMN guests integer CHECK (guests BETWEEN 0 AND 9999),
    ADD COLUMN exempt boolean,
    ADD COLUMN customer_group_id uuid,
    ADD COLUMN customer_id uuid,
    ADD COLUMN coupons text[];
ALTER TABLE pos.order_line ADD COLUMN variant_id uuid;

-- A promotion that an order has by a coupon. coupon: the first 16 bytes of the SHA-256 of the code in capitals.
CREATE TABLE pos.coupon_use (
    tenant_id    uuid NOT NULL,
    order_id     uuid NOT NULL,
    promotion_id uuid NOT NULL,
    coupon       bytea NOT NULL,
    outlet_id    uuid NOT NULL,
    customer_id  uuid,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, order_id, promotion_id, coupon),
    FOREIGN KEY (tenant_id, order_id) REFERENCES pos.orders
);

-- How often, by everybody (customer_id zero) and by each customer; whoever uses a coupon holds these rows. Not captured: each
-- use is.
CREATE TABLE pos.coupon_count (
    tenant_id    uuid NOT NULL,
    promotion_id uuid NOT NULL,
    coupon       bytea NOT NULL,
    customer_id  uuid NOT NULL,
    uses         bigint NOT NULL CHECK (uses >= 0),
    PRIMARY KEY (tenant_id, promotion_id, coupon, customer_id)
) WITH (fillfactor = 70);

-- A device sold at another price than the rules make. Forms as core/priced_form.h; traces as core/explain.h. What the device did
-- not send, or sent in no form that can be read, is NULL.
CREATE TABLE pos.price_diff (
    tenant_id    uuid NOT NULL,
    order_id     uuid NOT NULL,
    outlet_id    uuid NOT NULL,
    device_id    uuid NOT NULL,
    device_hash  bytea NOT NULL,
    device_form  bytea,
    device_trace bytea,
    basket       bytea NOT NULL,
    form         bytea NOT NULL,
    trace        bytea NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, order_id),
    FOREIGN KEY (tenant_id, order_id) REFERENCES pos.orders
);
RESET ROLE;

SELECT mpos.isolate(t) FROM unnest(ARRAY['pos.coupon_use', 'pos.coupon_count', 'pos.price_diff']::regclass[]) t;
SELECT mpos.journal('pos.coupon_use', topic => 'order', outlet => 'outlet_id', feed => '{promotion_id}');
SELECT mpos.journal('pos.price_diff', topic => 'order', outlet => 'outlet_id', feed => '{device_hash}');
COMMIT;
