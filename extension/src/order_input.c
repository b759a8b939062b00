/* order_input.c - the shapes of orders and previews as docs/openapi.yaml has them. */
#include "postgres.h"

#include "basket.h"
#include "order_input.h"
#include "payment.h"

#define TABLE_MAX 32
#define PAYMENTS_MAX 10
#define COUPONS_MAX 10
#define WAIVE_MAX 8
#define QUOTE_MAX 256
#define PRICED_FORM_MAX 131072
#define RECEIPT_N_MAX INT64CONST(9007199254740991)

#define PRICE_FIELDS                                                                                          \
    {"channel", MPOS_IN_WORD, 0, offsetof(mpos_place_in, channel), 0, 0, mpos_channel_words},                 \
        {"lines", MPOS_IN_OBJECTS, MPOS_IN_REQUIRED, offsetof(mpos_place_in, lines), 1, MPOS_MAX_LINES,       \
         NULL,    &mpos_line_shape},                                                                          \
        {"discounts", MPOS_IN_OBJECTS,           0,    offsetof(mpos_place_in, discounts),                    \
         0,           MPOS_BASKET_DISCOUNTS_MAX, NULL, &mpos_discount_shape},                                 \
        {"catalogue", MPOS_IN_HASH, 0, offsetof(mpos_place_in, catalogue)},                                   \
        {"customer", MPOS_IN_OBJECT, 0, offsetof(mpos_place_in, customer), 0, 0, NULL, &mpos_customer_shape}, \
        {"at", MPOS_IN_LOCAL, 0, offsetof(mpos_place_in, at)},                                                \
        {"place", MPOS_IN_WORD, 0, offsetof(mpos_place_in, place), 0, 0, mpos_place_words},                   \
        {"guests", MPOS_IN_INT, 0, offsetof(mpos_place_in, guests), 0, MPOS_GUESTS_MAX},                      \
        {"customer_group_id", MPOS_IN_UUID, 0, offsetof(mpos_place_in, customer_group_id)},                   \
        {"coupons", MPOS_IN_TEXTS, 0, offsetof(mpos_place_in, coupons), 0, COUPONS_MAX},                      \
        {"exempt", MPOS_IN_BOOL, 0, offsetof(mpos_place_in, exempt)},                                         \
    {                                                                                                         \
        "waive", MPOS_IN_UUIDS, 0, offsetof(mpos_place_in, waive), 0, WAIVE_MAX                               \
    }

static const mpos_field place_fields[] = {
    PRICE_FIELDS,
    {"id", MPOS_IN_UUID, 0, offsetof(mpos_place_in, id)},
    {"table", MPOS_IN_TEXT, 0, offsetof(mpos_place_in, table), 0, TABLE_MAX},
    {"send", MPOS_IN_BOOL, 0, offsetof(mpos_place_in, send)},
    {"payments", MPOS_IN_OBJECTS, 0, offsetof(mpos_place_in, payments), 0, PAYMENTS_MAX, NULL,
     &mpos_payment_shape},
    {"priced_hash", MPOS_IN_HASH, 0, offsetof(mpos_place_in, priced_hash)},
    {"receipt_n", MPOS_IN_INT, 0, offsetof(mpos_place_in, receipt_n), 1, RECEIPT_N_MAX},
    {"note", MPOS_IN_HASH, 0, offsetof(mpos_place_in, note)},
    {"kitchen_note", MPOS_IN_HASH, 0, offsetof(mpos_place_in, kitchen_note)},
    {"pii", MPOS_IN_OBJECTS, 0, offsetof(mpos_place_in, pii), 0, MPOS_PII_VALUES_MAX, NULL, &mpos_pii_shape},
    {"approval", MPOS_IN_UUID, 0, offsetof(mpos_place_in, approval)},
    {"quote", MPOS_IN_TEXT, MPOS_IN_DIGITS, offsetof(mpos_place_in, quote), 1, QUOTE_MAX},
    {"priced_form", MPOS_IN_TEXT, MPOS_IN_DIGITS, offsetof(mpos_place_in, priced_form), 0, PRICED_FORM_MAX},
};
const mpos_shape mpos_place_shape = {place_fields, lengthof(place_fields), sizeof(mpos_place_in)};
StaticAssertDecl(lengthof(place_fields) == MPOS_PLACE_PRICED_FORM + 1, "the numbers are those of the shape");

static const mpos_field edit_fields[] = {
    {"entity", MPOS_IN_TEXT, MPOS_IN_REQUIRED, offsetof(mpos_edit_in, entity), 1, 32},
    {"row", MPOS_IN_ANY, MPOS_IN_REQUIRED, offsetof(mpos_edit_in, row)},
};
MPOS_SHAPE(edit, mpos_edit_in);

static const mpos_field preview_fields[] = {
    PRICE_FIELDS,
    {"draft", MPOS_IN_BOOL, 0, offsetof(mpos_place_in, draft)},
    {"edit", MPOS_IN_OBJECT, 0, offsetof(mpos_place_in, edit), 0, 0, NULL, &edit_shape},
};
StaticAssertDecl(lengthof(preview_fields) == MPOS_PREVIEW_EDIT + 1, "the numbers are those of the shape");
const mpos_shape mpos_preview_shape = {preview_fields, lengthof(preview_fields), sizeof(mpos_place_in)};
