/*
 * test_allocation.c - the core allocates nothing. Linked with the library as it ships, with malloc and friends
 * replaced by functions that count while `watching`.
 */
#include <stdlib.h>
#include <string.h>

#include "canon.h"
#include "cart_form.h"
#include "cart_random.h"
#include "host.h"
#include "journal_header.h"
#include "merkle.h"
#include "payload.h"
#include "priced_form.h"

void *
__real_malloc(size_t size);
void *
__real_calloc(size_t count, size_t size);
void *
__real_realloc(void *memory, size_t size);
void
__real_free(void *memory);

static volatile int watching; /* the compiler believes that malloc does not look at it */
static volatile int calls;

void *
__wrap_malloc(size_t size)
{
    calls += watching;
    return __real_malloc(size);
}

void *
__wrap_calloc(size_t count, size_t size)
{
    calls += watching;
    return __real_calloc(count, size);
}

void *
__wrap_realloc(void *memory, size_t size)
{
    calls += watching;
    return __real_realloc(memory, size);
}

void
__wrap_free(void *memory)
{
    calls += watching;
    __real_free(memory);
}

static random_cart r;
static uint8_t cart_bytes[1 << 18];
static uint8_t priced_bytes[1 << 19];
static uint64_t cart_room[1 << 18];
static uint64_t price_room[1 << 18];

static mpos_err
price_once(void)
{
    mpos_cart cart;
    mpos_priced priced;
    size_t size;
    mpos_err err = mpos_cart_form_encode(&r.cart, cart_bytes, sizeof cart_bytes, &size);

    err = err == MPOS_OK ? mpos_cart_form_decode(cart_bytes, size, cart_room, sizeof cart_room, &cart) : err;
    err = err == MPOS_OK ? mpos_price(&cart, price_room, sizeof price_room, &priced) : err;
    err = err == MPOS_OK ? mpos_priced_form_encode(&cart, &priced, priced_bytes, sizeof priced_bytes, &size)
                         : err;
    return err == MPOS_OK
               ? mpos_priced_form_decode(priced_bytes, size, cart_room, sizeof cart_room, &cart, &priced)
               : err;
}

static void
write_entry(void)
{
    static const mpos_section section = {MPOS_SECTION_FEED, "order", 5, (const uint8_t *)"[]", 2};
    mpos_journal_header header;
    mpos_merkle_frontier frontier;
    uint8_t out[MPOS_JOURNAL_HEADER_SIZE], leaf[32];
    char text[64];
    size_t size;
    mpos_canon w;

    mpos_canon_init(&w, text, sizeof text);
    mpos_canon_time(&w, 1);
    mpos_payload_encode(&section, 1, priced_bytes, sizeof priced_bytes, &size);
    memset(&header, 0, sizeof header);
    header.kind = header.parts = 1;
    mpos_journal_header_encode(&header, out);
    mpos_journal_leaf(&host_digest, out, leaf);
    mpos_merkle_init(&frontier);
    mpos_merkle_push(&host_digest, &frontier, leaf);
    mpos_merkle_root(&host_digest, &frontier, leaf);
}

static void
test_pricing_and_journal_allocate_nothing(void **state)
{
    mpos_err err = MPOS_OK;

    (void)state;
    random_cart_seed(&r, 9);
    watching = 1;
    for (int i = 0; i < 500 && err == MPOS_OK; i++) {
        random_cart_next(&r);
        err = price_once();
        write_entry();
    }
    watching = 0;
    assert_int_equal(err, MPOS_OK);
    assert_int_equal(calls, 0);
}

static void
test_the_counter_counts(void **state)
{
    void *volatile memory;

    (void)state;
    watching = 1;
    memory = malloc(1);
    free(memory);
    watching = 0;
    assert_int_equal(calls, 2);
    calls = 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_counter_counts),
        cmocka_unit_test(test_pricing_and_journal_allocate_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
