SELECT key FROM pos.log_key WHERE false;
