-- Removes the tables with all their rows.
BEGIN;
DROP TABLE pos.bump;
DROP TABLE pos.ticket_item;
DROP TABLE pos.ticket;
COMMIT;
