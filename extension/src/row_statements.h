/*
 * row_statements.h - statements that the kinds of rows share but for the names of their tables. Words: as in rows.h.
 */
#ifndef MPOS_ROW_STATEMENTS_H
#define MPOS_ROW_STATEMENTS_H

/* The members of every row; the kinds' own ones follow with a comma. */
#define MPOS_ROW_JSON(id)                                                                                    \
    "'id', t." id ", 'code', t.code, 'name', t.name, 'active', t.active, 'version', t.version"

#define MPOS_ROW_READ(table, id, members)                                                                    \
    {                                                                                                        \
        "SELECT t." id ", jsonb_build_object(" MPOS_ROW_JSON(id) members                                     \
            ")::text FROM " table " t WHERE t.tenant_id = $1 "                                               \
            "AND ($2::uuid IS NULL OR t." id                                                                 \
            " = $2) AND ($3::text IS NULL OR t.name ILIKE $3 OR t.code ILIKE $3) "                           \
            "AND ($4 = 2 OR t.active = ($4 = 0)) AND ($6::uuid IS NULL OR t.code > (SELECT a.code "          \
            "FROM " table " a WHERE a.tenant_id = $1 AND a." id " = $6)) ORDER BY t.code LIMIT $7"           \
    }

#define MPOS_ROW_LOCK(table, id)                                                                             \
    {                                                                                                        \
        "SELECT t.version FROM " table " t WHERE t.tenant_id = $1 AND t." id " = $2 FOR UPDATE"              \
    }

#define MPOS_ROW_TAKEN(table, id)                                                                            \
    {                                                                                                        \
        "SELECT 1 FROM " table " t WHERE t.tenant_id = $1 AND t.code = $2 AND t." id " <> $3"                \
    }

#define MPOS_ROW_ARCHIVE(table, id)                                                                          \
    {                                                                                                        \
        "UPDATE " table " SET active = $3, version = version + 1 WHERE tenant_id = $1 AND " id " = $2"       \
    }

#define MPOS_ROW_STATEMENTS(kind, table, id, members)                                                        \
    static mpos_statement kind##_read = MPOS_ROW_READ(table, id, members);                                   \
    static mpos_statement kind##_lock = MPOS_ROW_LOCK(table, id);                                            \
    static mpos_statement kind##_taken = MPOS_ROW_TAKEN(table, id);                                          \
    static mpos_statement kind##_archive = MPOS_ROW_ARCHIVE(table, id)

#endif
