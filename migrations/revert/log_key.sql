DROP TABLE pos.log_key;
