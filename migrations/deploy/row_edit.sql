-- Who changed which row of the catalogue, or which outlet, and what of it: a person asks by row, which the journal's entries are not
-- found by. Captured, so that the journal holds the digest of each; its entry is that of the operation. Prices of a book are
-- found without reading all items. Locks pos.price for the time of building an index; an older server runs on without noting.
BEGIN;
SET LOCAL ROLE mpos_owner;
CREATE TABLE pos.row_edit (
    tenant_id      uuid NOT NULL REFERENCES pos.tenant,
    row_id         uuid NOT NULL,       -- of an item for what belongs to it, of the business for its settings
    edit_id        uuid NOT NULL,       -- UUIDv7: by time
    entity         text NOT NULL,
    made           boolean NOT NULL,
    changes        jsonb NOT NULL CHECK (jsonb_typeof(changes) = 'object'), -- {"member": [before, after]}
    staff_id       uuid,                -- NULL: not by a person
    transaction_id uuid NOT NULL,
    edited_at      timestamptz NOT NULL,
    PRIMARY KEY (tenant_id, row_id, edit_id)
);
CREATE INDEX price_of_book ON pos.price (tenant_id, book_id, item_id);
RESET ROLE;
SELECT mpos.isolate('pos.row_edit');
SELECT mpos.journal('pos.row_edit');
COMMIT;
