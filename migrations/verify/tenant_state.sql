SELECT state, pairing FROM pos.tenant WHERE false;
SELECT tenant_id, slug_hash, began_at, ended_at, export_sha256, journals, removed, notes FROM journal.erased WHERE false;
