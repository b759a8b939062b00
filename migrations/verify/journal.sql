BEGIN;
SELECT journal_id, tenant_id, outlet_id, kind, origin, epoch, state FROM journal.journal WHERE false;
SELECT journal_id, epoch, next_seq, last_leaf, last_time, system_id, timeline FROM journal.head WHERE false;
SELECT journal_id, epoch, seq, month, header, leaf, packed FROM journal.entry WHERE false;
SELECT journal_id, epoch, month, first_seq FROM journal.segment WHERE false;
ROLLBACK;
