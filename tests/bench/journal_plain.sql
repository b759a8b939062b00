\set n random(1, :outlets)
INSERT INTO ledger.plain SELECT tenant_id, outlet_id, gen_random_uuid(), :n, 'one row', 1 FROM ledger.place WHERE n = :n;
