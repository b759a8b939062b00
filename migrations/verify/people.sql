SELECT role_id, code, scopes, discount_limit, refund_limit, refresh_hours FROM pos.role WHERE false;
SELECT role_id FROM pos.staff WHERE false;
SELECT kind, discount_limit, refund_limit FROM pos.session WHERE false;
