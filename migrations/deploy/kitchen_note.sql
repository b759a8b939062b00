-- Whether the order of a ticket came with a note for the kitchen. The note itself is personal data: screens read it with the
-- list of tickets, the feed only says that there is one. NULL is no: rows keep their digests. Locks the table for a moment;
-- an older server runs on with it.
BEGIN;
ALTER TABLE pos.ticket ADD COLUMN noted boolean;
SELECT mpos.journal('pos.ticket', topic => 'kitchen', outlet => 'outlet_id',
    feed => '{order_id,call_number,channel,table_label,station,course,state,sent_at,last_bump,noted}');
COMMIT;
