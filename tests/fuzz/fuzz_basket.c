/* fuzz_basket.c - the form of a basket, read without rules. */
#include <stdlib.h>
#include <string.h>

#include "basket.h"
#include "host.h"

static void
must_come_back(const uint8_t *data, size_t size, const mpos_basket *basket)
{
    uint8_t *back = malloc(size);
    size_t again;

    MUST(mpos_basket_form_size(basket) == size);
    MUST(mpos_basket_form_encode(basket, back, size, &again) == MPOS_OK && again == size);
    MUST(memcmp(back, data, size) == 0);
    MUST(mpos_basket_form_encode(basket, back, size - 1, &again) == MPOS_E_BUFFER_TOO_SMALL);
    free(back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t room_size = mpos_basket_room_size(size);
    void *room = malloc(room_size > 0 ? room_size : 1);
    char pointer[MPOS_POINTER_SIZE] = "untouched";
    mpos_rules rules;
    mpos_basket basket;

    if (mpos_basket_form_decode(data, size, NULL, room, room_size, &basket) == MPOS_OK) {
        MUST(mpos_basket_check(&basket, NULL, pointer) == MPOS_OK && strcmp(pointer, "untouched") == 0);
        must_come_back(data, size, &basket);
        /* without taxes and books of the rules an index is beyond them, and the place is told */
        mpos_rules_init(&rules, "EUR", 2);
        MUST(mpos_basket_check(&basket, &rules, pointer) == MPOS_OK || pointer[0] == '/');
    }
    free(room);
    return 0;
}
