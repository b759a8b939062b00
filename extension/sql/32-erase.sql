-- 32-erase.sql: payloads that must go.

-- Takes the payload out of an entry of the journal and appends an entry of kind 4 that says which and why. Header, leaf and
-- proofs stay, and so do the digests of the rows that the payload spoke of. What was stored leaves the files with VACUUM.
CREATE FUNCTION mpos.erase_payload(journal uuid, epoch integer, seq bigint, reason text) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_erase_payload';
COMMENT ON FUNCTION mpos.erase_payload(uuid, integer, bigint, text) IS 'Erases one entry''s payload, and says so in its journal';

-- From here to the end of the transaction changes of rows of that tenant are written into no journal. All its journals must be
-- closed: pos.erase_begin does that and says so in the platform's journal.
CREATE FUNCTION mpos.erase_rows(tenant uuid) RETURNS void
    LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'mpos_erase_rows';
COMMENT ON FUNCTION mpos.erase_rows(uuid) IS 'Lets this transaction remove the rows of a business whose journals are closed';
