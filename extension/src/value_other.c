/*
 * value_other.c - values of types that this extension has no form of its own for. What they give must not depend on the
 * session that writes them, nor on object ids, which another cluster numbers otherwise.
 */
#include "postgres.h"

#include "access/htup_details.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "utils/guc.h"
#include "utils/typcache.h"

#include "value.h"
#include "value_other.h"

typedef struct setting {
    const char *name;
    const char *value;
} setting;

/* What output functions look at. */
static const setting text_settings[] = {
    {"DateStyle", "ISO, MDY"}, {"IntervalStyle", "postgres"}, {"TimeZone", "UTC"},
    {"bytea_output", "hex"},   {"extra_float_digits", "1"},   {"search_path", "pg_catalog"},
};

void
mpos_value_other_json(const mpos_value_type *type, Datum value, StringInfo out)
{
    int level = NewGUCNestLevel();
    char *text;

    for (int i = 0; i < (int)lengthof(text_settings); i++) {
        (void)set_config_option(text_settings[i].name, text_settings[i].value, PGC_USERSET, PGC_S_SESSION,
                                GUC_ACTION_SAVE, true, 0, false);
    }
    text = OutputFunctionCall(unconstify(FmgrInfo *, &type->output), value);
    AtEOXact_GUC(true, level);
    mpos_json_string(out, text, strlen(text));
}

static void
append_sent(const mpos_value_type *type, Datum value, StringInfo out)
{
    bytea *bytes = SendFunctionCall(unconstify(FmgrInfo *, &type->send), value);

    appendBinaryStringInfo(out, VARDATA(bytes), VARSIZE(bytes) - VARHDRSZ);
}

/* Send functions convert text for the client; without one to convert for they give the database's own bytes. */
void
mpos_value_other_bytes(const mpos_value_type *type, Datum value, StringInfo out)
{
    int client = pg_get_client_encoding();

    if (client == GetDatabaseEncoding()) {
        append_sent(type, value, out);
        return;
    }
    (void)SetClientEncoding(GetDatabaseEncoding());
    PG_TRY();
    {
        append_sent(type, value, out);
    }
    PG_FINALLY();
    {
        (void)SetClientEncoding(client);
    }
    PG_END_TRY();
}

/* Attribute numbers (0-based) of the live attributes, sorted by name; count_out of them. Palloc'd. */
static int *
by_name(TupleDesc shape, int *count_out)
{
    int *order = palloc(sizeof *order * (size_t)Max(shape->natts, 1));
    int count = 0;

    for (int i = 0; i < shape->natts; i++) {
        int at = count;

        if (TupleDescAttr(shape, i)->attisdropped) {
            continue;
        }
        while (at > 0 && strcmp(NameStr(TupleDescAttr(shape, order[at - 1])->attname),
                                NameStr(TupleDescAttr(shape, i)->attname)) > 0) {
            order[at] = order[at - 1];
            at--;
        }
        order[at] = i;
        count++;
    }
    *count_out = count;
    return order;
}

static void
append_attribute(Form_pg_attribute attribute, Datum value, StringInfo out)
{
    const char *name = NameStr(attribute->attname);
    mpos_value_type type;
    int at;
    uint32 size;

    mpos_value_type_init(&type, attribute->atttypid, CurrentMemoryContext);
    pq_sendint16(out, (uint16)strlen(name));
    appendStringInfoString(out, name);
    at = out->len;
    pq_sendint32(out, 0);
    mpos_value_bytes(&type, value, out);
    size = pg_hton32((uint32)(out->len - at - 4));
    memcpy(out->data + at, &size, sizeof size);
}

void
mpos_value_composite_bytes(Datum value, StringInfo out)
{
    HeapTupleHeader row = DatumGetHeapTupleHeader(value);
    TupleDesc shape =
        lookup_rowtype_tupdesc_copy(HeapTupleHeaderGetTypeId(row), HeapTupleHeaderGetTypMod(row));
    HeapTupleData tuple = {.t_len = HeapTupleHeaderGetDatumLength(row), .t_data = row};
    Datum *values = palloc(sizeof *values * (size_t)Max(shape->natts, 1));
    bool *nulls = palloc(sizeof *nulls * (size_t)Max(shape->natts, 1));
    int count;
    int *order = by_name(shape, &count);

    heap_deform_tuple(&tuple, shape, values, nulls);
    for (int i = 0; i < count; i++) {
        if (!nulls[order[i]]) {
            append_attribute(TupleDescAttr(shape, order[i]), values[order[i]], out);
        }
    }
    FreeTupleDesc(shape);
}
