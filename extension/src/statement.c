/* statement.c - saved generic plans and their arguments. */
#include "postgres.h"

#include "catalog/pg_type.h"
#include "datatype/timestamp.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

#include "statement.h"

#define UNIX_EPOCH_US ((int64)(POSTGRES_EPOCH_JDATE - UNIX_EPOCH_JDATE) * USECS_PER_DAY)

static void
add(mpos_args *args, Oid type, Datum value, bool is_null)
{
    if (args->count >= MPOS_ARGS_MAX) {
        elog(ERROR, "too many arguments for a statement");
    }
    args->types[args->count] = type;
    args->values[args->count] = value;
    args->nulls[args->count] = is_null ? 'n' : ' ';
    args->count++;
}

void
mpos_arg_uuid(mpos_args *args, const uint8 *id)
{
    add(args, UUIDOID, PointerGetDatum(id), id == NULL);
}

void
mpos_arg_text(mpos_args *args, const char *text)
{
    add(args, TEXTOID, text != NULL ? CStringGetTextDatum(text) : (Datum)0, text == NULL);
}

void
mpos_arg_bytes(mpos_args *args, const uint8 *bytes, size_t size)
{
    bytea *value = NULL;

    if (bytes != NULL) {
        value = palloc(VARHDRSZ + size);
        SET_VARSIZE(value, VARHDRSZ + size);
        memcpy(VARDATA(value), bytes, size);
    }
    add(args, BYTEAOID, PointerGetDatum(value), value == NULL);
}

void
mpos_arg_int(mpos_args *args, int32 value)
{
    add(args, INT4OID, Int32GetDatum(value), false);
}

void
mpos_arg_big(mpos_args *args, int64 value)
{
    add(args, INT8OID, Int64GetDatum(value), false);
}

void
mpos_arg_bool(mpos_args *args, bool value)
{
    add(args, BOOLOID, BoolGetDatum(value), false);
}

void
mpos_arg_time(mpos_args *args, int64 us)
{
    add(args, TIMESTAMPTZOID, TimestampTzGetDatum(mpos_time_to_pg(us)), false);
}

static Oid
array_type(Oid element)
{
    switch (element) {
    case UUIDOID:
        return UUIDARRAYOID;
    case TEXTOID:
        return TEXTARRAYOID;
    case INT4OID:
        return INT4ARRAYOID;
    case INT8OID:
        return INT8ARRAYOID;
    case BOOLOID:
        return BOOLARRAYOID;
    default:
        elog(ERROR, "no array of type %u in arguments", element);
    }
}

Datum
mpos_array(Oid element, Datum *values, bool *nulls, int count)
{
    int dims[1] = {count};
    int lower[1] = {1};
    int length = element == UUIDOID   ? UUID_LEN
                 : element == TEXTOID ? -1
                 : element == INT8OID ? 8
                 : element == INT4OID ? 4
                                      : 1;
    char align = element == INT8OID                         ? TYPALIGN_DOUBLE
                 : element == UUIDOID || element == BOOLOID ? TYPALIGN_CHAR
                                                            : TYPALIGN_INT;
    bool by_value = element != UUIDOID && element != TEXTOID;

    if (count == 0) {
        return PointerGetDatum(construct_empty_array(element));
    }
    return PointerGetDatum(
        construct_md_array(values, nulls, 1, dims, lower, element, length, by_value, align));
}

void
mpos_arg_array(mpos_args *args, Oid element, Datum *values, bool *nulls, int count)
{
    add(args, array_type(element), mpos_array(element, values, nulls, count), false);
}

/* A custom plan looks cheaper to the planner whenever arrays come in, and would be planned again at every call. */
static void
prepare(mpos_statement *statement, const mpos_args *args)
{
    SPIPlanPtr plan =
        SPI_prepare_cursor(statement->text, args->count, (Oid *)args->types, CURSOR_OPT_GENERIC_PLAN);

    if (plan == NULL || SPI_keepplan(plan) != 0) {
        elog(ERROR, "cannot prepare a statement: %s", SPI_result_code_string(SPI_result));
    }
    statement->plan = plan;
}

uint64
mpos_statement_run(mpos_statement *statement, const mpos_args *args)
{
    int result;

    if (statement->plan == NULL) {
        prepare(statement, args);
    }
    result = SPI_execute_plan(statement->plan, (Datum *)args->values, args->nulls, false, 0);
    if (result < 0) {
        elog(ERROR, "cannot run a statement: %s", SPI_result_code_string(result));
    }
    return SPI_processed;
}

Datum
mpos_cell(uint64 row, int column, bool *is_null)
{
    return SPI_getbinval(SPI_tuptable->vals[row], SPI_tuptable->tupdesc, column, is_null);
}

bool
mpos_cell_uuid(uint64 row, int column, uint8 out[16])
{
    bool is_null;
    Datum value = mpos_cell(row, column, &is_null);

    if (!is_null) {
        memcpy(out, DatumGetUUIDP(value)->data, UUID_LEN);
    }
    return !is_null;
}

int64
mpos_cell_big(uint64 row, int column)
{
    bool is_null;
    Datum value = mpos_cell(row, column, &is_null);

    return is_null ? 0 : DatumGetInt64(value);
}

int32
mpos_cell_int(uint64 row, int column)
{
    bool is_null;
    Datum value = mpos_cell(row, column, &is_null);

    return is_null ? 0 : DatumGetInt32(value);
}

bool
mpos_cell_bool(uint64 row, int column)
{
    bool is_null;
    Datum value = mpos_cell(row, column, &is_null);

    return !is_null && DatumGetBool(value);
}

char *
mpos_cell_text(uint64 row, int column)
{
    bool is_null;
    Datum value = mpos_cell(row, column, &is_null);

    return is_null ? NULL : TextDatumGetCString(value);
}

bytea *
mpos_cell_bytes(uint64 row, int column)
{
    bool is_null;
    Datum value = mpos_cell(row, column, &is_null);

    return is_null ? NULL : DatumGetByteaPCopy(value);
}

int64
mpos_cell_time(uint64 row, int column)
{
    bool is_null;
    Datum value = mpos_cell(row, column, &is_null);

    return is_null ? 0 : mpos_time_from_pg(DatumGetTimestampTz(value));
}

TimestampTz
mpos_time_to_pg(int64 us)
{
    return us - UNIX_EPOCH_US;
}

int64
mpos_time_from_pg(TimestampTz time)
{
    return time + UNIX_EPOCH_US;
}
