/* cart_input.c - the shapes of lines, components, modifiers and discounts as docs/openapi.yaml has them. */
#include "postgres.h"

#include "basket.h"
#include "cart.h"
#include "money.h"
#include "quantity.h"

#define AMOUNT_MAX INT64CONST(999999999999)
#define COURSE_MAX 9
#define DISCOUNT_NAME_MAX 64

static const char *const discount_types[] = {"percent", "fixed", NULL};

static const mpos_field modifier_fields[] = {
    {"modifier_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(mpos_modifier_in, modifier_id)},
    {"qty", MPOS_IN_INT, 0, offsetof(mpos_modifier_in, qty), 1, MPOS_MODIFIER_QTY_MAX},
};
MPOS_SHAPE(modifier, mpos_modifier_in);

static const mpos_field discount_fields[] = {
    {"type", MPOS_IN_WORD, MPOS_IN_REQUIRED, offsetof(mpos_discount_in, type), 0, 0, discount_types},
    {"rate", MPOS_IN_RATE, 0, offsetof(mpos_discount_in, rate), 1, MPOS_RATE_ONE},
    {"amount", MPOS_IN_INT, 0, offsetof(mpos_discount_in, amount), 1, AMOUNT_MAX},
    {"name", MPOS_IN_TEXT, 0, offsetof(mpos_discount_in, name), 0, DISCOUNT_NAME_MAX},
};
const mpos_shape mpos_discount_shape = {discount_fields, lengthof(discount_fields), sizeof(mpos_discount_in)};

static const mpos_field component_fields[] = {
    {"id", MPOS_IN_UUID, 0, offsetof(mpos_component_in, id)},
    {"slot_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(mpos_component_in, slot_id)},
    {"item_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(mpos_component_in, item_id)},
    {"modifiers", MPOS_IN_OBJECTS, 0, offsetof(mpos_component_in, modifiers), 0, MPOS_LINE_MODIFIERS_MAX,
     NULL, &modifier_shape},
};
MPOS_SHAPE(component, mpos_component_in);

static const mpos_field line_fields[] = {
    {"id", MPOS_IN_UUID, 0, offsetof(mpos_line_in, id)},
    {"item_id", MPOS_IN_UUID, MPOS_IN_REQUIRED, offsetof(mpos_line_in, item_id)},
    {"qty", MPOS_IN_QTY, MPOS_IN_REQUIRED, offsetof(mpos_line_in, qty), 1, MPOS_QTY_MAX},
    {"modifiers", MPOS_IN_OBJECTS, 0, offsetof(mpos_line_in, modifiers), 0, MPOS_LINE_MODIFIERS_MAX, NULL,
     &modifier_shape},
    {"discounts", MPOS_IN_OBJECTS, 0, offsetof(mpos_line_in, discounts), 0, MPOS_BASKET_DISCOUNTS_MAX, NULL,
     &mpos_discount_shape},
    {"components", MPOS_IN_OBJECTS, 0, offsetof(mpos_line_in, components), 0, MPOS_MAX_COMPONENTS, NULL,
     &component_shape},
    {"variant_id", MPOS_IN_UUID, 0, offsetof(mpos_line_in, variant_id)},
    {"unit_price", MPOS_IN_INT, 0, offsetof(mpos_line_in, unit_price), 0, AMOUNT_MAX},
    {"course", MPOS_IN_INT, 0, offsetof(mpos_line_in, course), 1, COURSE_MAX},
    {"at", MPOS_IN_LOCAL, 0, offsetof(mpos_line_in, at)},
};
const mpos_shape mpos_line_shape = {line_fields, lengthof(line_fields), sizeof(mpos_line_in)};
