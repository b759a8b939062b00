/*
 * statement.h - SQL statements of operations: planned once per backend, generic, run inside the call's SPI connection.
 * Words: statement, argument, cell.
 *
 * Every statement names `tenant_id = $1` itself, so that the row security policy becomes a one-time filter. A statement
 * sees what the ones before it did.
 */
#ifndef MPOS_STATEMENT_H
#define MPOS_STATEMENT_H

#include "postgres.h"

#include "executor/spi.h"

#define MPOS_ARGS_MAX 48

/* One static variable per statement; always run with the same argument types. */
typedef struct mpos_statement {
    const char *text;
    SPIPlanPtr plan;
} mpos_statement;

typedef struct mpos_args {
    int count;
    Datum values[MPOS_ARGS_MAX];
    char nulls[MPOS_ARGS_MAX];
    Oid types[MPOS_ARGS_MAX];
} mpos_args;

/* Append arguments $1, $2 ... Pointers are kept, not copied. NULL is SQL's null. */
void
mpos_arg_uuid(mpos_args *args, const uint8 *id);
void
mpos_arg_text(mpos_args *args, const char *text);
void
mpos_arg_bytes(mpos_args *args, const uint8 *bytes, size_t size);
void
mpos_arg_int(mpos_args *args, int32 value);
void
mpos_arg_big(mpos_args *args, int64 value);
void
mpos_arg_bool(mpos_args *args, bool value);

/* A time, µs since 1970. */
void
mpos_arg_time(mpos_args *args, int64 us);

/* An array of uuid, text, int4, int8 or bool; nulls may be NULL. */
void
mpos_arg_array(mpos_args *args, Oid element, Datum *values, bool *nulls, int count);

/* Runs it; the rows are in SPI_tuptable until the next statement. Returns their number (or that of rows changed). */
uint64
mpos_statement_run(mpos_statement *statement, const mpos_args *args);

/* Cells of SPI_tuptable; columns count from 1. Text and bytes are copied into the current context. */
Datum
mpos_cell(uint64 row, int column, bool *is_null);
bool
mpos_cell_uuid(uint64 row, int column, uint8 out[16]); /* false for null */
int64
mpos_cell_big(uint64 row, int column); /* int8; 0 for null */
int32
mpos_cell_int(uint64 row, int column);
bool
mpos_cell_bool(uint64 row, int column);
char *
mpos_cell_text(uint64 row, int column); /* NULL for null */
bytea *
mpos_cell_bytes(uint64 row, int column);
int64
mpos_cell_time(uint64 row, int column); /* µs since 1970; 0 for null */

/* PostgreSQL's time of µs since 1970 and back. */
TimestampTz
mpos_time_to_pg(int64 us);
int64
mpos_time_from_pg(TimestampTz time);

/* An array value for mpos_table_insert and mpos_table_update. */
Datum
mpos_array(Oid element, Datum *values, bool *nulls, int count);

#endif
