BEGIN;
SELECT journal_id, epoch, seq, part, body FROM journal.manifest WHERE false;
ROLLBACK;
