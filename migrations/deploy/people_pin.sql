-- Verifiers of PINs leave pos.staff for a table that no journal records: whoever may read the journal of a business could try
-- all PINs on them. Locks pos.staff until the end; an older server signs nobody in with it.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE pos.pin (
    tenant_id uuid NOT NULL,
    staff_id  uuid NOT NULL,
    verifier  text NOT NULL,            -- Argon2id, as libsodium writes it
    PRIMARY KEY (tenant_id, staff_id),
    FOREIGN KEY (tenant_id, staff_id) REFERENCES pos.staff ON DELETE CASCADE
);
COMMENT ON TABLE pos.pin IS 'Verifiers of PINs; not journalled, since they can be guessed';
RESET ROLE;
SELECT mpos.isolate('pos.pin');
INSERT INTO pos.pin (tenant_id, staff_id, verifier)
SELECT tenant_id, staff_id, pin_verifier FROM pos.staff WHERE pin_verifier IS NOT NULL;
SELECT mpos.rewrite('pos.staff', 'verifiers of PINs leave the journal');
ALTER TABLE pos.staff DROP COLUMN pin_verifier;
COMMIT;
