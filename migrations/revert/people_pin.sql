BEGIN;
ALTER TABLE pos.staff ADD COLUMN pin_verifier text;
UPDATE pos.staff s SET pin_verifier = p.verifier FROM pos.pin p WHERE p.tenant_id = s.tenant_id AND p.staff_id = s.staff_id;
DROP TABLE pos.pin;
COMMIT;
