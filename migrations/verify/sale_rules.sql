SELECT basket, priced_at, place, guests, exempt, customer_group_id, customer_id, coupons FROM pos.orders WHERE false;
SELECT variant_id FROM pos.order_line WHERE false;
SELECT customer_id FROM pos.coupon_use WHERE false;
SELECT uses FROM pos.coupon_count WHERE false;
SELECT device_form, trace FROM pos.price_diff WHERE false;
