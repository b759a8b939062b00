BEGIN;
DROP TABLE pos.socket_ticket;
COMMIT;
