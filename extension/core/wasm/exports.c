/*
 * exports.c - the core as a WASM module. No imports: the page writes a cart form (or a receipt's proof, or a question) into
 * the input, calls price (or check_proof, or answer) and reads the priced form (or the result) from the output. Words:
 * input, output, module.
 *
 * Functions that can fail return the value (never negative) or minus the mpos_err. Buffers hold the largest cart of
 * pricing.h; they are zero pages until touched. One call at a time.
 */
#include "answer.h"
#include "buffers.h"
#include "cart_form.h"
#include "order.h"
#include "priced_form.h"
#include "pricing.h"
#include "price_work.h"
#include "proof.h"

enum {
    LINE_DISCOUNTS_MAX = MPOS_MAX_LINES * MPOS_DISCOUNTS_MAX,
    LINE_TAXES_MAX = MPOS_CART_LINES_MAX * MPOS_LINE_TAXES_MAX,
    TAX_BRACKETS_SIZE = MPOS_TAX_BRACKETS_MAX * 24,
    LINE_EXTRAS_SIZE = 16 + 16 + 8,
    INPUT_SIZE = MPOS_CART_FORM_HEADER_SIZE + MPOS_CART_TAXES_MAX * (32 + TAX_BRACKETS_SIZE) +
                 (MPOS_DISCOUNTS_MAX + LINE_DISCOUNTS_MAX) * 32 +
                 MPOS_CART_LINES_MAX * (64 + LINE_EXTRAS_SIZE) + MPOS_CART_MODIFIERS_MAX * 32 +
                 LINE_TAXES_MAX * 2,
    OUTPUT_SIZE = MPOS_PRICED_FORM_HEADER_SIZE + MPOS_CART_TAXES_MAX * (48 + TAX_BRACKETS_SIZE) +
                  (MPOS_DISCOUNTS_MAX + LINE_DISCOUNTS_MAX) * 40 +
                  MPOS_CART_LINES_MAX * (112 + LINE_EXTRAS_SIZE + MPOS_DISCOUNTS_MAX * 8) +
                  MPOS_CART_MODIFIERS_MAX * 32 + LINE_TAXES_MAX * 24,
    CART_ROOM_SIZE = INPUT_SIZE * 4 + 64,
    PRICE_ROOM_SIZE = 2 * 1024 * 1024
};

_Static_assert(PRICE_ROOM_SIZE >=
                   MPOS_CART_LINES_MAX * (sizeof(mpos_priced_line) + (MPOS_DISCOUNTS_MAX + 6) * 8) +
                       LINE_TAXES_MAX * (sizeof(mpos_priced_line_tax) + sizeof(mpos_tax_share)) +
                       LINE_DISCOUNTS_MAX * 8 + 4096,
               "the largest cart fits");

_Static_assert(INPUT_SIZE >= MPOS_BASKET_FORM_MAX, "the largest basket fits");

_Static_assert(OUTPUT_SIZE >= MPOS_PROOF_OUTPUT_MAX, "the largest result fits");

static uint8_t input[INPUT_SIZE];
static uint8_t output[OUTPUT_SIZE];
static uint64_t cart_room[CART_ROOM_SIZE / 8];
static uint64_t price_room[PRICE_ROOM_SIZE / 8];

EXPORT("input")
uint8_t *
wasm_input(void)
{
    return input;
}

EXPORT("input_size")
int32_t
wasm_input_size(void)
{
    return INPUT_SIZE;
}

EXPORT("output")
uint8_t *
wasm_output(void)
{
    return output;
}

EXPORT("output_size")
int32_t
wasm_output_size(void)
{
    return OUTPUT_SIZE;
}

/* Prices the cart form of `size` bytes in the input; the size of the priced form in the output, or minus the error. */
EXPORT("price")
int32_t
wasm_price(uint32_t size)
{
    mpos_cart cart;
    mpos_priced priced;
    size_t form_size = 0;
    mpos_err err = size > INPUT_SIZE ? MPOS_E_TOO_MANY : MPOS_OK;

    err = err == MPOS_OK ? mpos_cart_form_decode(input, size, cart_room, sizeof cart_room, &cart) : err;
    err = err == MPOS_OK ? mpos_price(&cart, price_room, sizeof price_room, &priced) : err;
    err = err == MPOS_OK ? mpos_priced_form_encode(&cart, &priced, output, sizeof output, &form_size) : err;
    return err == MPOS_OK ? (int32_t)form_size : -(int32_t)err;
}

/* Answers the question of `size` bytes in the input (answer.h); the size of the answer in the output. */
EXPORT("answer")
int32_t
wasm_answer(uint32_t size)
{
    mpos_question question;
    size_t answer_size = 0;
    mpos_err err = size > INPUT_SIZE ? MPOS_E_TOO_MANY : MPOS_OK;

    err = err == MPOS_OK ? mpos_question_read(input, size, cart_room, sizeof cart_room, &question) : err;
    err = err == MPOS_OK
              ? mpos_answer(&question, price_room, sizeof price_room, output, sizeof output, &answer_size)
              : err;
    return (int32_t)(err == MPOS_OK ? answer_size : mpos_answer_error(err, output));
}

/* Checks the receipt's proof of `size` bytes in the input (proof.h); the size of the result in the output. */
EXPORT("check_proof")
int32_t
wasm_check_proof(uint32_t size)
{
    return size > INPUT_SIZE ? -(int32_t)MPOS_E_TOO_MANY : (int32_t)mpos_proof_check(input, size, output);
}

/* The order's state after the operation, or minus the error. Numbers as in order.h. */
EXPORT("order_next")
int32_t
wasm_order_next(int32_t op, int32_t state, int32_t payment)
{
    mpos_order_state next = MPOS_ORDER_OPEN;
    mpos_err err =
        mpos_order_next((mpos_order_op)op, (mpos_order_state)state, (mpos_payment_state)payment, &next);

    return err == MPOS_OK ? (int32_t)next : -(int32_t)err;
}

/* The item's state after the bump, or minus the error. */
EXPORT("kitchen_bump")
int32_t
wasm_kitchen_bump(int32_t from, int32_t to)
{
    mpos_kitchen_state next = MPOS_KITCHEN_NEW;
    mpos_err err = mpos_kitchen_bump((mpos_kitchen_state)from, (mpos_kitchen_state)to, &next);

    return err == MPOS_OK ? (int32_t)next : -(int32_t)err;
}

/* Stable code of an error, NUL-terminated. */
EXPORT("error_code")
const char *
wasm_error_code(int32_t err)
{
    return mpos_err_code((mpos_err)err);
}
