BEGIN;
DROP INDEX pos.session_staff;
SELECT mpos.unguard('pos.session', 'people reverted');
ALTER TABLE pos.session DROP COLUMN kind, DROP COLUMN discount_limit, DROP COLUMN refund_limit;
SELECT mpos.rewrite('pos.staff', 'people reverted');
ALTER TABLE pos.staff DROP CONSTRAINT staff_role, DROP COLUMN role_id,
    ADD CONSTRAINT staff_role_check CHECK (role IN ('manager', 'cashier', 'kitchen'));
SELECT mpos.unguard('pos.role', 'people reverted');
DROP TABLE pos.role;
COMMIT;
