BEGIN;
SELECT journal_id, full_at, recent_at, pass_at, phase, epoch, seq, missing, bucket FROM journal.audit WHERE false;
SELECT found_at FROM journal.alarm WHERE false;
ROLLBACK;
