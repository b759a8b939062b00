/*
 * price_diff_read.c - prices of devices that the rules do not make, for people who look at them: which there are, both sides of one
 * with the reasons of each, and noting that it has been looked at. Words: difference, side, seen.
 */
#include "postgres.h"

#include "bytes.h"
#include "id.h"
#include "input.h"
#include "json.h"
#include "operations.h"
#include "order_rows.h"
#include "priced_form.h"
#include "quantity.h"
#include "sqlstate.h"
#include "statement.h"
#include "trace_json.h"

#define LIMIT 50
#define LIMIT_MAX 200
#define NOTE_MAX 200

/* Of a form only its total (core/priced_form.h). */
#define COLUMNS                                                                                              \
    "SELECT d.order_id, d.outlet_id, d.device_id, v.code, coalesce(v.name, v.code), o.receipt, "             \
    "o.call_number, d.created_at, substring(d.form FROM 113 FOR 8), substring(d.device_form FROM 113 FOR "   \
    "8), s.seen_at, s.note, p.name FROM pos.price_diff d "                                                   \
    "JOIN pos.orders o ON o.tenant_id = d.tenant_id AND o.order_id = d.order_id "                            \
    "JOIN pos.device v ON v.tenant_id = d.tenant_id AND v.device_id = d.device_id "                          \
    "LEFT JOIN pos.price_diff_seen s ON s.tenant_id = d.tenant_id AND s.order_id = d.order_id "              \
    "LEFT JOIN pos.staff p ON p.tenant_id = s.tenant_id AND p.staff_id = s.staff_id WHERE d.tenant_id = $1 "

enum {
    CELL_ORDER = 1,
    CELL_OUTLET,
    CELL_DEVICE,
    CELL_DEVICE_CODE,
    CELL_DEVICE_NAME,
    CELL_RECEIPT,
    CELL_CALL_NUMBER,
    CELL_CREATED,
    CELL_TOTAL,
    CELL_DEVICE_TOTAL,
    CELL_SEEN,
    CELL_NOTE,
    CELL_SEEN_BY
};

/* $2 outlet, $3 seen (0 no, 1 yes, 2 all), $4 and $5 the last one of the page before, $6 limit */
static mpos_statement list_statement = {
    COLUMNS "AND ($2::uuid IS NULL OR d.outlet_id = $2) AND ($3 = 2 OR (s.seen_at IS NOT NULL) = ($3 = 1)) "
            "AND ($4::timestamptz IS NULL OR (d.created_at, d.order_id) < ($4, $5)) "
            "ORDER BY d.created_at DESC, d.order_id DESC LIMIT $6"};

static mpos_statement get_statement = {COLUMNS "AND d.order_id = $2"};

static mpos_statement after_statement = {
    "SELECT created_at FROM pos.price_diff WHERE tenant_id = $1 AND order_id = $2"};

static mpos_statement sides_statement = {"SELECT form, trace, device_form, device_trace FROM pos.price_diff "
                                         "WHERE tenant_id = $1 AND order_id = $2"};

static mpos_statement names_statement = {
    "SELECT line_id, name FROM pos.order_line WHERE tenant_id = $1 AND order_id = $2"};

static mpos_statement see_statement = {
    "INSERT INTO pos.price_diff_seen AS s (tenant_id, order_id, outlet_id, staff_id, note, seen_at) "
    "SELECT $1, d.order_id, d.outlet_id, $3, $4, $5 FROM pos.price_diff d WHERE d.tenant_id = $1 "
    "AND d.order_id = $2 ON CONFLICT (tenant_id, order_id) DO UPDATE SET staff_id = excluded.staff_id, "
    "note = excluded.note, seen_at = excluded.seen_at"};

typedef struct list_params {
    uint32 given;
    uint8 outlet[16];
    int seen;
    int64 limit;
    uint8 after[16];
} list_params;

enum { LIST_OUTLET, LIST_SEEN, LIST_LIMIT, LIST_AFTER };

static const char *const seen_words[] = {"no", "yes", "all", NULL};
enum { SEEN_ALL = 2 };

static const mpos_field list_fields[] = {
    {"outlet_id", MPOS_IN_UUID, 0, offsetof(list_params, outlet)},
    {"seen", MPOS_IN_WORD, 0, offsetof(list_params, seen), 0, 0, seen_words},
    {"limit", MPOS_IN_INT, 0, offsetof(list_params, limit), 1, LIMIT_MAX},
    {"after", MPOS_IN_UUID, 0, offsetof(list_params, after)},
};
MPOS_SHAPE(list, list_params);

typedef struct order_params {
    uint32 given;
    uint8 order[16];
} order_params;

static const mpos_field order_fields[] = {
    {"order_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(order_params, order)},
};
MPOS_SHAPE(order, order_params);

typedef struct see_in {
    uint32 given;
    const char *note;
} see_in;

static const mpos_field see_fields[] = {
    {"note", MPOS_IN_TEXT, 0, offsetof(see_in, note), 0, NOTE_MAX},
};
MPOS_SHAPE(see, see_in);

/* The total of a form, of which that is all. */
static bool
read_total(uint64 row, int column, int64 *out)
{
    bytea *bytes = mpos_cell_bytes(row, column);

    if (bytes == NULL || VARSIZE_ANY_EXHDR(bytes) != 8) {
        return false;
    }
    *out = (int64)mpos_get_u64((const uint8 *)VARDATA_ANY(bytes));
    return true;
}

static void
totals_json(StringInfo out, uint64 row)
{
    int64 total = 0;
    int64 device_total;

    (void)read_total(row, CELL_TOTAL, &total);
    mpos_json_int(out, "total", total);
    if (read_total(row, CELL_DEVICE_TOTAL, &device_total)) {
        mpos_json_int(out, "device_total", device_total);
        mpos_json_int(out, "difference", device_total - total);
    } else {
        mpos_json_null(out, "device_total");
        mpos_json_null(out, "difference");
    }
}

/* The members of a difference, without its sides. */
static void
members_json(StringInfo out, uint64 row)
{
    uint8 id[16];

    (void)mpos_cell_uuid(row, CELL_ORDER, id);
    mpos_json_uuid(out, "order_id", id);
    (void)mpos_cell_uuid(row, CELL_OUTLET, id);
    mpos_json_uuid(out, "outlet_id", id);
    (void)mpos_cell_uuid(row, CELL_DEVICE, id);
    mpos_json_uuid(out, "device_id", id);
    mpos_json_text(out, "device", mpos_cell_text(row, CELL_DEVICE_CODE));
    mpos_json_text(out, "device_name", mpos_cell_text(row, CELL_DEVICE_NAME));
    mpos_json_text(out, "receipt", mpos_cell_text(row, CELL_RECEIPT));
    mpos_json_text(out, "call_number", mpos_cell_text(row, CELL_CALL_NUMBER));
    mpos_json_time(out, "created_at", mpos_cell_time(row, CELL_CREATED));
    totals_json(out, row);
    if (mpos_cell_time(row, CELL_SEEN) != 0) {
        mpos_json_time(out, "seen_at", mpos_cell_time(row, CELL_SEEN));
    } else {
        mpos_json_null(out, "seen_at");
    }
    mpos_json_text(out, "seen_by", mpos_cell_text(row, CELL_SEEN_BY));
    mpos_json_text(out, "note", mpos_cell_text(row, CELL_NOTE));
}

static mpos_err
run_list(mpos_call *call, const list_params *in, int64 limit, uint64 *rows)
{
    mpos_args args = {0};
    bool goes_on = MPOS_GIVEN(in, LIST_AFTER);
    int64 after_us = 0;

    mpos_arg_uuid(&args, call->context.tenant);
    if (goes_on) {
        mpos_arg_uuid(&args, in->after);
        if (mpos_statement_run(&after_statement, &args) == 0) {
            return mpos_refuse(call, MPOS_E_NOT_FOUND, "after", "%s", "");
        }
        after_us = mpos_cell_time(0, 1);
        args.count = 1;
    }
    mpos_arg_uuid(&args, MPOS_GIVEN(in, LIST_OUTLET) ? in->outlet : NULL);
    mpos_arg_int(&args, MPOS_GIVEN(in, LIST_SEEN) ? in->seen : SEEN_ALL);
    mpos_arg_time(&args, after_us);
    args.nulls[args.count - 1] = goes_on ? ' ' : 'n';
    mpos_arg_uuid(&args, goes_on ? in->after : NULL);
    mpos_arg_big(&args, limit + 1);
    *rows = mpos_statement_run(&list_statement, &args);
    return MPOS_OK;
}

mpos_err
mpos_price_diff_list(mpos_call *call)
{
    StringInfo out = &call->body;
    list_params in;
    uint8 last[16];
    int64 limit = LIMIT;
    uint64 rows = 0;
    mpos_err err = mpos_input_params(call, &list_shape, &in);

    if (err == MPOS_OK) {
        limit = MPOS_GIVEN(&in, LIST_LIMIT) ? in.limit : LIMIT;
        err = run_list(call, &in, limit, &rows);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_json_open(out, NULL, '{');
    mpos_json_open(out, "price_diffs", '[');
    for (uint64 i = 0; i < Min(rows, (uint64)limit); i++) {
        (void)mpos_cell_uuid(i, CELL_ORDER, last);
        mpos_json_open(out, NULL, '{');
        members_json(out, i);
        mpos_json_close(out, '}');
    }
    mpos_json_close(out, ']');
    mpos_json_uuid(out, "next", rows > (uint64)limit ? last : NULL);
    mpos_json_close(out, '}');
    return MPOS_OK;
}

/* A priced form with its trace, and what it needs to be told in words. */
typedef struct side {
    mpos_cart cart;
    mpos_priced priced;
    mpos_explain_entry *entries;
    size_t entry_count;
} side;

typedef struct line_names {
    int count;
    uint8 (*ids)[16];
    const char **names;
} line_names;

/* False when the form is not there. */
static bool
read_side(uint64 row, int form_column, side *out)
{
    bytea *form = mpos_cell_bytes(row, form_column);
    bytea *trace = mpos_cell_bytes(row, form_column + 1);
    size_t size;
    size_t room;

    if (form == NULL || trace == NULL) {
        return false;
    }
    size = VARSIZE_ANY_EXHDR(form);
    room = mpos_priced_form_room_size(size);
    mpos_check(mpos_priced_form_decode((const uint8 *)VARDATA_ANY(form), size, palloc(room), room, &out->cart,
                                       &out->priced),
               "kept priced form");
    size = VARSIZE_ANY_EXHDR(trace);
    out->entries = palloc(sizeof *out->entries * (size / MPOS_TRACE_ENTRY_SIZE + 1));
    mpos_check(mpos_trace_form_decode((const uint8 *)VARDATA_ANY(trace), size, out->entries,
                                      size / MPOS_TRACE_ENTRY_SIZE, &out->entry_count),
               "kept trace");
    return true;
}

static void
read_names(const mpos_args *of_order, line_names *out)
{
    uint64 rows = mpos_statement_run(&names_statement, of_order);

    out->count = (int)rows;
    out->ids = palloc(sizeof *out->ids * Max(rows, 1));
    out->names = palloc(sizeof *out->names * Max(rows, 1));
    for (uint64 i = 0; i < rows; i++) {
        (void)mpos_cell_uuid(i, 1, out->ids[i]);
        out->names[i] = mpos_cell_text(i, 2);
    }
}

static const char *
name_of(const line_names *names, const uint8 id[16])
{
    for (int i = 0; i < names->count; i++) {
        if (mpos_id_same(names->ids[i], id)) {
            return names->names[i];
        }
    }
    return "";
}

static void
line_json(StringInfo out, const side *s, int at, const line_names *names)
{
    const mpos_cart_line *line = &s->cart.lines[at];
    const mpos_priced_line *priced = &s->priced.lines[at];

    mpos_json_open(out, NULL, '{');
    mpos_json_uuid(out, "id", line->id);
    mpos_json_uuid(out, "item_id", line->item);
    mpos_json_uuid(out, "variant_id", mpos_id_is_zero(line->variant) ? NULL : line->variant);
    mpos_json_uuid(out, "parent_id", line->parent != MPOS_NO_PARENT ? s->cart.lines[line->parent].id : NULL);
    mpos_json_text(out, "name", name_of(names, line->id));
    mpos_json_decimal(out, "qty", line->qty, MPOS_QTY_SCALE);
    mpos_json_int(out, "unit_price", line->unit_price);
    mpos_json_int(out, "gross", priced->gross);
    mpos_json_int(out, "discount", priced->line_discount + priced->order_discount);
    mpos_json_int(out, "net", priced->net);
    mpos_json_int(out, "tax", priced->tax);
    mpos_json_int(out, "total", priced->total);
    mpos_json_close(out, '}');
}

static void
side_json(mpos_call *call, const char *key, const side *s, const line_names *names)
{
    StringInfo out = &call->body;

    mpos_json_open(out, key, '{');
    mpos_json_open(out, "lines", '[');
    for (int i = 0; i < s->cart.line_count; i++) {
        if (s->cart.lines[i].kind == MPOS_LINE_ITEM) {
            line_json(out, s, i, names);
        }
    }
    mpos_json_close(out, ']');
    mpos_cart_rules_json(call, out, &s->cart, &s->priced);
    mpos_cart_taxes_json(call, out, &s->cart, &s->priced);
    mpos_json_int(out, "gross", s->priced.gross);
    mpos_json_int(out, "discount", s->priced.discount);
    mpos_json_int(out, "net", s->priced.net);
    mpos_json_int(out, "tax", s->priced.tax);
    mpos_json_int(out, "total", s->priced.total);
    mpos_trace_json(out, mpos_catalogue_get(call, s->cart.catalogue), &s->cart, s->entries, s->entry_count);
    mpos_json_close(out, '}');
}

/* Both sides of the order's difference. What a device says of a catalogue that never was is told with the names of the own one. */
static void
sides_json(mpos_call *call, const mpos_args *of_order)
{
    line_names names;
    side own;
    side device;
    bool has_device;

    read_names(of_order, &names);
    (void)mpos_statement_run(&sides_statement, of_order);
    (void)read_side(0, 1, &own);
    has_device = read_side(0, 3, &device);
    side_json(call, "rules", &own, &names);
    if (!has_device) {
        mpos_json_null(&call->body, "register");
        return;
    }
    if (mpos_catalogue_get(call, device.cart.catalogue) == NULL) {
        memcpy(device.cart.catalogue, own.cart.catalogue, sizeof device.cart.catalogue);
    }
    side_json(call, "register", &device, &names);
}

static mpos_err
answer(mpos_call *call, const uint8 order[16], bool sides)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, order);
    if (mpos_statement_run(&get_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    mpos_json_open(&call->body, NULL, '{');
    mpos_json_open(&call->body, "price_diff", '{');
    members_json(&call->body, 0);
    if (sides) {
        sides_json(call, &args);
    }
    mpos_json_close(&call->body, '}');
    mpos_json_close(&call->body, '}');
    return MPOS_OK;
}

mpos_err
mpos_price_diff_get(mpos_call *call)
{
    order_params params;
    mpos_err err = mpos_input_params(call, &order_shape, &params);

    return err == MPOS_OK ? answer(call, params.order, true) : err;
}

mpos_err
mpos_price_diff_see(mpos_call *call)
{
    order_params params;
    see_in in;
    mpos_args args = {0};
    mpos_err err = mpos_input_params(call, &order_shape, &params);

    if (err == MPOS_OK) {
        err = mpos_input_body(call, &see_shape, &in);
    }
    if (err != MPOS_OK) {
        return err;
    }
    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, params.order);
    mpos_arg_uuid(&args, mpos_id_is_zero(call->context.actor) ? NULL : call->context.actor);
    mpos_arg_text(&args, in.note != NULL ? in.note : "");
    mpos_arg_time(&args, call->now_us);
    if (mpos_statement_run(&see_statement, &args) == 0) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    return answer(call, params.order, false);
}
