BEGIN;
SELECT journal_id, epoch, kind, detail, raised_at, last_at, count, cleared_at, reason FROM journal.alarm WHERE false;
ROLLBACK;
