/* buffers.h - what the parts of the module share: input, output, exports. Words: input, output. */
#ifndef MPOS_WASM_BUFFERS_H
#define MPOS_WASM_BUFFERS_H

#include <stddef.h>
#include <stdint.h>

#include "basket.h"

#define EXPORT(name) __attribute__((export_name(name), used))

/* The form of the largest basket. */
#define MPOS_BASKET_FORM_MAX                                                                                 \
    (MPOS_BASKET_HEADER_SIZE +                                                                               \
     (MPOS_BASKET_COUPONS_MAX + MPOS_BASKET_WAIVED_MAX + MPOS_BASKET_DISCOUNTS_MAX) * 16 +                   \
     MPOS_CART_LINES_MAX * (112 + MPOS_LINE_TAXES_MAX * 2) + MPOS_BASKET_PRICES_MAX * 18 +                   \
     MPOS_BASKET_GROUPS_MAX * 2 + MPOS_CART_MODIFIERS_MAX * 32 +                                             \
     MPOS_MAX_LINES * MPOS_BASKET_DISCOUNTS_MAX * 16)

uint8_t *
wasm_input(void);

int32_t
wasm_input_size(void);

uint8_t *
wasm_output(void);

int32_t
wasm_output_size(void);

#endif
