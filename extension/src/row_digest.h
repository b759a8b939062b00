/*
 * row_digest.h - the 16 bytes that stand for a row's full image in the audit section. Words: digest.
 *
 * First 16 bytes of SHA256("mpos.row.v1\0" || for each column that is not null, sorted by name: u16 name
 * length, name, u32 value length, value as its type's send function makes it). A column added later with null
 * in it changes no digest; nor does one added with a constant default, whose value at that time (its fill) is left out
 * of digests as null is.
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
    const char *fill; /* bytes of the value that is left out; NULL: only null is */
    int fill_len;
} mpos_digest_column;

typedef struct mpos_digest_plan {
    int count;
    mpos_digest_column *columns; /* sorted by name */
} mpos_digest_plan;

/*
 * Prepares digests of rows of that shape; allocated in the given context. fills: "name:value,name:value", both in hex, as
 * in the capture trigger's arguments; NULL for none.
 */
mpos_digest_plan *
mpos_digest_plan_make(TupleDesc shape, const char *fills, MemoryContext context);

/* The fill of a column among fills: where its hex digits are, and how many; NULL when there is none. */
const char *
mpos_fill_find(const char *fills, const char *column, int *len_out);

/* The digest of one deformed row. */
void
mpos_digest_row(const mpos_digest_plan *plan, const Datum *values, const bool *nulls,
                uint8 out[MPOS_ROW_DIGEST_SIZE]);

#endif
