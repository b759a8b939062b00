BEGIN;
SELECT mpos.journal('pos.ticket', topic => 'kitchen', outlet => 'outlet_id',
    feed => '{order_id,call_number,channel,table_label,station,course,state,sent_at,last_bump}');
ALTER TABLE pos.ticket DROP COLUMN noted;
COMMIT;
