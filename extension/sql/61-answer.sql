-- 61-answer.sql: the core as a pure function, for comparing it with the other hosts.

CREATE FUNCTION mpos.answer(question bytea) RETURNS bytea
    LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE COST 100 AS 'MODULE_PATHNAME', 'mpos_answer_sql';
COMMENT ON FUNCTION mpos.answer(bytea) IS 'The answer of the core to a question in bytes (extension/core/answer.h); reads and writes nothing';
