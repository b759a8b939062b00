/*
 * row_digest.h - the 16 bytes that stand for a row's full image in the audit section. Words: digest.
 *
 * First 16 bytes of SHA256("mpos.row.v1\0" || for each column that is not null, sorted by name: u16 name
 * length, name, u32 value length, value as its type's send function makes it). A column added later with null
 * in it changes no digest.
 */
#ifndef MPOS_ROW_DIGEST_H
#define MPOS_ROW_DIGEST_H

#include "postgres.h"

#include "access/tupdesc.h"

#include "value.h"

#define MPOS_ROW_DIGEST_SIZE 16

typedef struct mpos_digest_column {
    int attribute; /* 0-based */
    const char *name;
    uint8 prefix[2 + NAMEDATALEN]; /* length and name as they are hashed */
    size_t prefix_len;
    mpos_value_type type;
} mpos_digest_column;

typedef struct mpos_digest_plan {
    int count;
    mpos_digest_column *columns; /* sorted by name */
} mpos_digest_plan;

/* Prepares digests of rows of that shape; allocated in the given context. */
mpos_digest_plan *
mpos_digest_plan_make(TupleDesc shape, MemoryContext context);

/* The digest of one deformed row. */
void
mpos_digest_row(const mpos_digest_plan *plan, const Datum *values, const bool *nulls,
                uint8 out[MPOS_ROW_DIGEST_SIZE]);

#endif
