BEGIN;
DROP TABLE journal.segment, journal.entry, journal.head, journal.journal;
COMMIT;
