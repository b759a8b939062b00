SELECT tenant_id, hash, used_at FROM pos.socket_ticket WHERE false;
