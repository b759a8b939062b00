/* trace_json.c - see trace_json.h. */
#include "postgres.h"

#include "json.h"
#include "trace_json.h"

static const char *
step_text(uint8 step)
{
    static const char *const texts[] = {
        [MPOS_WHY_PRICE] = "price",
        [MPOS_WHY_OPEN_PRICE] = "open_price",
        [MPOS_WHY_BOOK] = "book",
        [MPOS_WHY_TAX_MAP] = "tax_map",
        [MPOS_WHY_MODIFIER] = "modifier",
        [MPOS_WHY_COMBO_SHARE] = "combo_share",
        [MPOS_WHY_GROSS] = "gross",
        [MPOS_WHY_LINE_DISCOUNT] = "line_discount",
        [MPOS_WHY_ORDER_DISCOUNT] = "order_discount",
        [MPOS_WHY_DISCOUNT_SHARE] = "discount_share",
        [MPOS_WHY_SURCHARGE] = "surcharge",
        [MPOS_WHY_SURCHARGE_SHARE] = "surcharge_share",
        [MPOS_WHY_CHARGE] = "charge",
        [MPOS_WHY_TAX] = "tax",
        [MPOS_WHY_TAX_TOTAL] = "tax_total",
        [MPOS_WHY_LINE_TOTAL] = "line_total",
        [MPOS_WHY_TOTAL] = "total",
    };

    return texts[step];
}

static void
entry_json(StringInfo out, const mpos_catalogue *catalogue, const mpos_cart *cart,
           const mpos_explain_entry *entry)
{
    static const char *const units[] = {"amount", "rate", "quantity", "count"};
    static const uint8 none[16] = {0};
    bool has_rule = memcmp(entry->rule, none, sizeof none) != 0;

    mpos_json_open(out, NULL, '{');
    mpos_json_uuid(out, "line_id", entry->line != MPOS_EXPLAIN_ORDER ? cart->lines[entry->line].id : NULL);
    mpos_json_text(out, "step", step_text(entry->step));
    mpos_json_uuid(out, "rule_id", has_rule ? entry->rule : NULL);
    mpos_json_text(out, "name", has_rule ? mpos_catalogue_rule_name(catalogue, entry->rule) : NULL);
    mpos_json_text(out, "unit", units[entry->unit]);
    mpos_json_int(out, "value", entry->value);
    mpos_json_int(out, "base", entry->base);
    mpos_json_int(out, "amount", entry->amount);
    mpos_json_int(out, "remainder", entry->remainder);
    mpos_json_close(out, '}');
}

void
mpos_trace_json(StringInfo out, const mpos_catalogue *catalogue, const mpos_cart *cart,
                const mpos_explain_entry *entries, size_t count)
{
    mpos_json_open(out, "trace", '[');
    for (size_t i = 0; i < count; i++) {
        entry_json(out, catalogue, cart, &entries[i]);
    }
    mpos_json_close(out, ']');
}
