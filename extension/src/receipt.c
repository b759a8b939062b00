/* receipt.c - the receipt of a paid order: what is printed, the priced form to the byte, and the journal entry behind it. */
#include "postgres.h"

#include <ctype.h>

#include "mb/pg_wchar.h"
#include "utils/jsonb.h"
#include "utils/builtins.h"

#include "canon.h"
#include "input.h"
#include "journal.h"
#include "journal_store.h"
#include "json.h"
#include "operations.h"
#include "order_rows.h"
#include "priced_form.h"
#include "receipt.h"
#include "quantity.h"
#include "sqlstate.h"
#include "statement.h"
#include "uuid.h"

#define WIDTH 42

static mpos_statement heading_statement = {
    "SELECT t.name, o.name, to_char($3 AT TIME ZONE o.timezone, 'YYYY-MM-DD HH24:MI'), t.exponent FROM "
    "pos.tenant t "
    "JOIN pos.outlet o ON o.tenant_id = t.tenant_id WHERE t.tenant_id = $1 AND o.outlet_id = $2"};

typedef struct order_params {
    uint32 given;
    uint8 order_id[16];
} order_params;

static const mpos_field order_fields[] = {
    {"order_id", MPOS_IN_ID, MPOS_IN_REQUIRED, offsetof(order_params, order_id)}};
MPOS_SHAPE(order, order_params);

void
mpos_receipt_heading(mpos_call *call, int64 at_us, mpos_heading *out)
{
    mpos_args args = {0};

    mpos_arg_uuid(&args, call->context.tenant);
    mpos_arg_uuid(&args, call->context.outlet);
    mpos_arg_time(&args, at_us);
    if (mpos_statement_run(&heading_statement, &args) == 0) {
        elog(ERROR, "a tenant or outlet is missing");
    }
    out->business = mpos_cell_text(0, 1);
    out->outlet = mpos_cell_text(0, 2);
    out->time = mpos_cell_text(0, 3);
    out->exponent = mpos_cell_int(0, 4);
}

char *
mpos_receipt_money(int64 amount, int exponent)
{
    int64 unit = 1;

    for (int i = 0; i < exponent; i++) {
        unit *= 10;
    }
    if (exponent == 0) {
        return psprintf(INT64_FORMAT, amount);
    }
    return psprintf("%s" INT64_FORMAT ".%0*" INT64_MODIFIER "d", amount < 0 ? "-" : "", Abs(amount) / unit,
                    exponent, Abs(amount) % unit);
}

/* A text that is too long is cut. */
void
mpos_receipt_print(StringInfo out, const char *left, const char *right)
{
    int room = WIDTH - (int)strlen(right) - (right[0] != '\0' ? 1 : 0);
    int bytes = pg_mbcharcliplen(left, (int)strlen(left), room);
    int used = pg_mbstrlen_with_len(left, bytes);
    StringInfoData line;

    initStringInfo(&line);
    appendBinaryStringInfo(&line, left, bytes);
    if (right[0] != '\0') {
        appendStringInfoSpaces(&line, WIDTH - used - (int)strlen(right));
        appendStringInfoString(&line, right);
    }
    mpos_json_text(out, NULL, line.data);
}

static char *
decimal_text(int64 value, int scale)
{
    char text[MPOS_DECIMAL_SIZE];
    size_t size = mpos_decimal_format(value, scale, text);

    return pnstrdup(text, (Size)size);
}

static void
print_modifiers(StringInfo out, const mpos_order_line *line)
{
    Jsonb *json = DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(line->modifiers)));

    for (uint32 i = 0; i < JB_ROOT_COUNT(json); i++) {
        JsonbContainer *one = getIthJsonbValueFromContainer(&json->root, i)->val.binary.data;
        JsonbValue name;

        (void)getKeyJsonValueFromContainer(one, "name", 4, &name);
        mpos_receipt_print(out, psprintf("  + %.*s", name.val.string.len, name.val.string.val), "");
    }
}

static const char *
rule_name(const mpos_catalogue *catalogue, const mpos_cart_discount *discount)
{
    const char *name = (discount->flags & MPOS_DISCOUNT_RULE) != 0
                           ? mpos_catalogue_rule_name(catalogue, discount->rule)
                           : "";

    return name[0] != '\0' ? name : "discount";
}

/* Before surcharges: those are printed for the whole order. */
static int64
plain_gross(const mpos_cart *cart, const mpos_priced_line *priced)
{
    int64 gross = priced->gross;

    for (int k = 0; k < cart->discount_count; k++) {
        gross += (cart->discounts[k].flags & MPOS_DISCOUNT_SURCHARGE) != 0 ? priced->shares[k] : 0;
    }
    return gross;
}

static void
print_line(const mpos_catalogue *catalogue, StringInfo out, const mpos_order_line *line,
           const mpos_cart *cart, const mpos_priced *priced, int at, int exponent)
{
    const mpos_cart_line *sold = &cart->lines[at];

    if (line->has_parent) {
        mpos_receipt_print(out, psprintf("  %s", line->name), "");
    } else {
        mpos_receipt_print(out, psprintf("%s x %s", decimal_text(line->qty, MPOS_QTY_SCALE), line->name),
                           mpos_receipt_money(plain_gross(cart, &priced->lines[at]), exponent));
    }
    print_modifiers(out, line);
    for (int k = 0; k < sold->discount_count; k++) {
        mpos_receipt_print(out, psprintf("  %s", rule_name(catalogue, &sold->discounts[k])),
                           mpos_receipt_money(-priced->lines[at].discounts[k], exponent));
    }
}

/* The cart begins with the lines that are not voided. */
static void
print_lines(const mpos_catalogue *catalogue, StringInfo out, const mpos_order *order, const mpos_cart *cart,
            const mpos_priced *priced, int exponent)
{
    int at = 0;

    for (int i = 0; i < order->line_count; i++) {
        if (order->lines[i].state != MPOS_LINE_VOIDED) {
            print_line(catalogue, out, &order->lines[i], cart, priced, at++, exponent);
        }
    }
}

/* What lies on the whole order: its discounts, surcharges and charges. */
static void
print_rules(const mpos_catalogue *catalogue, StringInfo out, const mpos_cart *cart, const mpos_priced *priced,
            int exponent)
{
    for (int k = 0; k < cart->discount_count; k++) {
        mpos_receipt_print(out, rule_name(catalogue, &cart->discounts[k]),
                           mpos_receipt_money(-priced->discounts[k], exponent));
    }
    for (int i = 0; i < cart->line_count; i++) {
        if (cart->lines[i].kind != MPOS_LINE_ITEM) {
            mpos_receipt_print(out, mpos_catalogue_rule_name(catalogue, cart->lines[i].item),
                               mpos_receipt_money(priced->lines[i].gross, exponent));
        }
    }
}

static void
print_taxes(const mpos_catalogue *catalogue, StringInfo out, const mpos_cart *cart, const mpos_priced *priced,
            int exponent)
{
    for (int i = 0; i < cart->tax_count; i++) {
        const mpos_catalogue_tax *tax =
            catalogue != NULL ? mpos_catalogue_tax_find(catalogue, cart->taxes[i].id) : NULL;
        bool rate = cart->taxes[i].type == MPOS_TAX_PERCENT || cart->taxes[i].type == MPOS_TAX_DIVISION;
        char percent[MPOS_DECIMAL_SIZE];
        size_t length = mpos_decimal_format(cart->taxes[i].value, MPOS_RATE_SCALE - 2, percent);
        const char *base = mpos_receipt_money(priced->taxes[i].base, exponent);

        mpos_receipt_print(
            out,
            rate ? psprintf("%s %.*s %% of %s", tax != NULL ? tax->name : "Tax", (int)length, percent, base)
                 : psprintf("%s of %s", tax != NULL ? tax->name : "Tax", base),
            mpos_receipt_money(priced->taxes[i].amount, exponent));
    }
}

/* What was handed over in another currency: at which rate, what for, and what of it came back. */
static void
print_exchange(StringInfo out, const mpos_order *order, const mpos_order_payment *payment, int exponent)
{
    const mpos_exchange *from = payment->exchange;

    mpos_receipt_print(out, psprintf("Cash %s", from->currency),
                       mpos_receipt_money(from->tendered, from->exponent));
    mpos_receipt_print(
        out,
        psprintf(
            "  1 %s = %s %s%s", from->currency, decimal_text(from->rate, MPOS_RATE_SCALE), order->currency,
            from->spread > 0 ? psprintf(" - %s %%", decimal_text(from->spread, MPOS_RATE_SCALE - 2)) : ""),
        mpos_receipt_money(payment->tendered, exponent));
    if (from->change > 0) {
        mpos_receipt_print(out, psprintf("Change %s", from->currency),
                           mpos_receipt_money(from->change, from->exponent));
    }
    if (from->change == 0 || from->home_change > 0) {
        mpos_receipt_print(out, psprintf("Change %s", order->currency),
                           mpos_receipt_money(from->home_change, exponent));
    }
}

/* Tips first: they are what the sum handed over is for beside the total. */
static void
print_payments(StringInfo out, const mpos_order *order, int exponent)
{
    int64 tips = 0;
    int64 rounding = 0;
    int64 tendered = 0;
    int64 change = 0;
    bool home = order->payment_count == 0;

    for (int i = 0; i < order->payment_count; i++) {
        const mpos_order_payment *payment = &order->payments[i];

        tips += payment->tip;
        rounding += payment->rounding;
        if (payment->exchange == NULL) {
            home = true;
            tendered += payment->tendered;
            change += mpos_payment_change(payment);
        }
    }
    if (tips > 0) {
        mpos_receipt_print(out, "Tip", mpos_receipt_money(tips, exponent));
    }
    if (rounding != 0) {
        mpos_receipt_print(out, "Rounding", mpos_receipt_money(-rounding, exponent));
    }
    for (int i = 0; i < order->payment_count; i++) {
        if (order->payments[i].exchange != NULL) {
            print_exchange(out, order, &order->payments[i], exponent);
        }
    }
    if (home) {
        mpos_receipt_print(out, "Cash", mpos_receipt_money(tendered, exponent));
        mpos_receipt_print(out, "Change", mpos_receipt_money(change, exponent));
    }
}

static void
print_all(mpos_call *call, StringInfo out, const mpos_order *order, const mpos_heading *head)
{
    const mpos_catalogue *catalogue = mpos_catalogue_get(call, order->catalogue);
    mpos_cart cart;
    mpos_priced priced;

    mpos_order_form(order, &cart, &priced);
    mpos_json_open(out, "text", '[');
    mpos_receipt_print(out, head->business, "");
    mpos_receipt_print(out, head->outlet, "");
    mpos_receipt_print(out, order->receipt, head->time);
    mpos_receipt_print(out, "------------------------------------------", "");
    print_lines(catalogue, out, order, &cart, &priced, head->exponent);
    print_rules(catalogue, out, &cart, &priced, head->exponent);
    mpos_receipt_print(out, "------------------------------------------", "");
    mpos_receipt_print(out, psprintf("Total %s", order->currency),
                       mpos_receipt_money(order->total, head->exponent));
    print_taxes(catalogue, out, &cart, &priced, head->exponent);
    print_payments(out, order, head->exponent);
    mpos_receipt_print(out, psprintf("Number %s", order->call_number), "");
    mpos_json_close(out, ']');
}

/* Letters, digits and a few signs as they are, other bytes as %XX: what encodeURIComponent makes, but for the slash. */
static void
append_encoded(StringInfo out, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c != '\0'; c++) {
        if ((*c < 0x80 && isalnum(*c)) || strchr("-_.!~*'()/", *c) != NULL) {
            appendStringInfoCharMacro(out, (char)*c);
        } else {
            appendStringInfo(out, "%%%02X", *c);
        }
    }
}

/* Address of the page that checks the receipt, relative to the server; server/web/shared/receipt/link.ts reads it. */
static char *
check_address(const mpos_entry_ref *ref, const char *origin)
{
    StringInfoData out;
    char id[MPOS_UUID_SHORT_LEN + 1];
    char leaf[MPOS_BASE64URL_HASH_LEN + 1];

    mpos_uuid_short(ref->journal.data, id);
    leaf[mpos_base64url(ref->leaf, sizeof ref->leaf, leaf)] = '\0';
    initStringInfo(&out);
    appendStringInfo(&out, "/receipt/#1.%s.%d." INT64_FORMAT ".%s.", id, ref->epoch, ref->seq, leaf);
    append_encoded(&out, origin);
    return out.data;
}

void
mpos_receipt_journal(StringInfo out, const mpos_entry_ref *ref, const char *journal_origin)
{
    char *origin = mpos_journal_origin(journal_origin, ref->epoch);

    mpos_json_open(out, "journal", '{');
    mpos_json_uuid(out, "id", ref->journal.data);
    mpos_json_text(out, "origin", origin);
    mpos_json_int(out, "epoch", ref->epoch);
    mpos_json_int(out, "seq", ref->seq);
    mpos_json_hex(out, "leaf", ref->leaf, sizeof ref->leaf);
    mpos_json_close(out, '}');
    mpos_json_text(out, "check", check_address(ref, origin));
}

static void
answer(mpos_call *call, mpos_order *order, const mpos_entry_ref *ref, const char *journal_origin)
{
    StringInfo out = &call->body;
    mpos_heading head;

    mpos_receipt_heading(call, order->created_us, &head);
    mpos_json_open(out, NULL, '{');
    mpos_json_text(out, "business", head.business);
    mpos_json_text(out, "outlet", head.outlet);
    mpos_json_text(out, "receipt", order->receipt);
    mpos_order_json(call, out, "order", order);
    mpos_json_base64(out, "priced_form", (const uint8 *)VARDATA_ANY(order->form),
                     VARSIZE_ANY_EXHDR(order->form));
    mpos_json_hex(out, "priced_hash", order->priced_hash, sizeof order->priced_hash);
    mpos_receipt_journal(out, ref, journal_origin);
    print_all(call, out, order, &head);
    mpos_json_close(out, '}');
}

mpos_err
mpos_receipt_find_entry(mpos_call *call, const uint8 transaction[16], mpos_journal_row *journal,
                        mpos_entry_ref *ref)
{
    pg_uuid_t id;

    memcpy(id.data, transaction, sizeof id.data);
    if (!mpos_journal_of(call->context.tenant, call->context.outlet, journal) ||
        !mpos_journal_find(journal->journal.data, &id, ref)) {
        return mpos_refuse(call, MPOS_E_JOURNAL_DAMAGED, NULL,
                           "The entry of this sale is not in the journal.");
    }
    return MPOS_OK;
}

mpos_err
mpos_order_receipt(mpos_call *call)
{
    order_params params;
    mpos_order order;
    mpos_journal_row journal;
    mpos_entry_ref ref;
    mpos_err err = mpos_input_params(call, &order_shape, &params);

    if (err != MPOS_OK) {
        return err;
    }
    if (!mpos_order_load(call, params.order_id, false, &order)) {
        return mpos_refuse(call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    if (order.receipt == NULL) {
        return mpos_refuse(call, MPOS_E_ORDER_STATE, NULL, "The order is not paid.");
    }
    err = mpos_receipt_find_entry(call, order.transaction, &journal, &ref);
    if (err != MPOS_OK) {
        return err;
    }
    mpos_order_load_lines(call, &order);
    mpos_order_load_payments(call, &order);
    answer(call, &order, &ref, journal.origin);
    return MPOS_OK;
}
