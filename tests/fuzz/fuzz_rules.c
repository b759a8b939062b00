/* fuzz_rules.c - the form of a rule set: what is read is written back to the byte, and a mistake has a place. */
#include <stdlib.h>
#include <string.h>

#include "host.h"
#include "rules.h"

static void
must_come_back(const uint8_t *data, size_t size, const mpos_rules *rules)
{
    uint8_t *back = malloc(size);
    size_t again;

    MUST(mpos_rules_form_size(rules) == size);
    MUST(mpos_rules_form_encode(rules, back, size, &again) == MPOS_OK && again == size);
    MUST(memcmp(back, data, size) == 0);
    MUST(mpos_rules_form_encode(rules, back, size - 1, &again) == MPOS_E_BUFFER_TOO_SMALL);
    free(back);
}

/* Whatever the circumstances, asking is safe. */
static void
ask(const mpos_rules *rules)
{
    mpos_circumstances in = {.at = 27000000, .guests = 3};

    for (size_t i = 0; i < rules->promotion_count; i++) {
        (void)mpos_when_holds(&rules->promotions[i].when, &in);
        MUST(mpos_when_limits(&rules->promotions[i].when) >= 0);
    }
    MUST(mpos_rules_rounding(rules, in.outlet) != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t room_size = mpos_rules_room_size(size);
    void *room = malloc(room_size > 0 ? room_size : 1);
    char pointer[MPOS_POINTER_SIZE] = "untouched";
    mpos_rules rules;

    if (mpos_rules_form_decode(data, size, room, room_size, &rules) == MPOS_OK) {
        MUST(mpos_rules_check(&rules, pointer) == MPOS_OK && strcmp(pointer, "untouched") == 0);
        must_come_back(data, size, &rules);
        ask(&rules);
    }
    free(room);
    return 0;
}
