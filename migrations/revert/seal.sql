-- The platform's entries go; those of outlets and tenants stay.
BEGIN;
DROP TABLE journal.alarm, journal.demand, journal.signing_key, journal.cosignature, journal.checkpoint, journal.tile, journal.sealed;
DELETE FROM journal.entry WHERE journal_id = (SELECT journal_id FROM journal.journal WHERE kind = 'platform');
DELETE FROM journal.segment WHERE journal_id = (SELECT journal_id FROM journal.journal WHERE kind = 'platform');
DELETE FROM journal.head WHERE journal_id = (SELECT journal_id FROM journal.journal WHERE kind = 'platform');
DELETE FROM journal.journal WHERE kind = 'platform';
ALTER TABLE journal.journal DROP CONSTRAINT journal_kind_check,
    ADD CONSTRAINT journal_kind_check CHECK (kind IN ('outlet', 'tenant'));
COMMIT;
