-- Two tables of one row a transaction: one under guard, one not.
DROP SCHEMA IF EXISTS ledger CASCADE;
CREATE SCHEMA ledger;
CREATE TABLE ledger.plain (tenant_id uuid NOT NULL, outlet_id uuid NOT NULL, row_id uuid NOT NULL, qty bigint NOT NULL, note text NOT NULL,
    version integer NOT NULL, PRIMARY KEY (tenant_id, row_id));
CREATE TABLE ledger.guarded (LIKE ledger.plain INCLUDING ALL);
SELECT mpos.journal('ledger.guarded', topic => 'bench', outlet => 'outlet_id', feed => '{qty,note}');
CREATE TABLE ledger.place (n serial PRIMARY KEY, tenant_id uuid NOT NULL, outlet_id uuid NOT NULL);
INSERT INTO ledger.place (tenant_id, outlet_id) SELECT tenant_id, outlet_id FROM pos.outlet ORDER BY tenant_id, outlet_id;
ANALYZE ledger.place;
