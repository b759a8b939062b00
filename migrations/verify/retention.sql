BEGIN;
SELECT journal_id, month, epoch, next_seq, last_leaf, last_time, entry_epoch, entry_seq FROM journal.retired WHERE false;
ROLLBACK;
