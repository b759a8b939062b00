/*
 * input_scalar.h - how input.c reads single values. Words: reader, place.
 */
#ifndef MPOS_INPUT_SCALAR_H
#define MPOS_INPUT_SCALAR_H

#include "postgres.h"

#include "input.h"

/* Where in an input we are. */
typedef struct mpos_reader {
    mpos_call *call;
    bool params; /* values are strings, places are names */
    bool typed;  /* by somebody, into a body: may hold what must not be kept */
    char path[120];
    size_t path_len;
} mpos_reader;

/* Refuses what is at the reader's place. */
mpos_err
mpos_reader_refuse(mpos_reader *r, mpos_err err, const char *detail);

/* Each reads a value of the kind that its name says, as input.h describes it. */
mpos_err
mpos_read_uuid(mpos_reader *r, const JsonbValue *value, bool is_id, uint8 out[16]);
mpos_err
mpos_read_int(mpos_reader *r, const JsonbValue *value, const mpos_field *field, int64 *out);
mpos_err
mpos_read_text(mpos_reader *r, const JsonbValue *value, const mpos_field *field, const char **out);
mpos_err
mpos_read_word(mpos_reader *r, const JsonbValue *value, const mpos_field *field, int *out);
mpos_err
mpos_read_decimal(mpos_reader *r, const JsonbValue *value, const mpos_field *field, int64 *out);
mpos_err
mpos_read_time(mpos_reader *r, const JsonbValue *value, bool clock, int64 *out);
mpos_err
mpos_read_hash(mpos_reader *r, const JsonbValue *value, uint8 out[32]);

#endif
