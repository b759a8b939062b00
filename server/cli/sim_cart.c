/* sim_cart.c - what guests order: one to four lines, required choices made, now and then an extra or a menu. */
#include <sodium.h>
#include <string.h>

#include "cli.h"
#include "sim.h"

#define LINES_MAX 4
#define EXTRA_PERCENT 30

static json_t *
any_of(const json_t *list)
{
    return json_array_get(list, randombytes_uniform((uint32_t)json_array_size(list)));
}

static json_t *
by_id(const json_t *list, const json_t *id)
{
    json_t *one;
    size_t i;

    json_array_foreach(list, i, one)
    {
        if (json_equal(json_object_get(one, "id"), id)) {
            return one;
        }
    }
    cli_fail("the catalogue names an id that is not in it");
}

/* count different modifiers of a group, from a random place on. */
static void
choose(const json_t *group, size_t count, json_t *chosen)
{
    const json_t *modifiers = json_object_get(group, "modifiers");
    size_t size = json_array_size(modifiers);
    size_t first = randombytes_uniform((uint32_t)size);

    for (size_t i = 0; i < count && i < size; i++) {
        const json_t *modifier = json_array_get(modifiers, (first + i) % size);

        json_array_append_new(chosen, json_pack("{s:O}", "modifier_id", json_object_get(modifier, "id")));
    }
}

static json_t *
choices(const json_t *catalogue, const json_t *item)
{
    json_t *chosen = json_array();
    json_t *id;
    size_t i;

    json_array_foreach(json_object_get(item, "group_ids"), i, id)
    {
        const json_t *group = by_id(json_object_get(catalogue, "groups"), id);
        size_t count = (size_t)json_integer_value(json_object_get(group, "min"));

        if (count == 0 && randombytes_uniform(100) < EXTRA_PERCENT) {
            count = 1;
        }
        choose(group, count, chosen);
    }
    return chosen;
}

static json_t *
components(const json_t *catalogue, const json_t *item)
{
    json_t *list = json_array();
    json_t *slot;
    size_t i;

    json_array_foreach(json_object_get(item, "combo"), i, slot)
    {
        const json_t *id = any_of(json_object_get(slot, "item_ids"));
        const json_t *part = by_id(json_object_get(catalogue, "items"), id);

        json_array_append_new(list, json_pack("{s:O, s:O, s:o}", "slot_id", json_object_get(slot, "id"),
                                              "item_id", id, "modifiers", choices(catalogue, part)));
    }
    return list;
}

/* What has variants or no price of its own needs somebody who knows what is wanted. */
static const json_t *
any_item(const json_t *catalogue)
{
    const json_t *item;

    do {
        item = any_of(json_object_get(catalogue, "items"));
    } while (json_array_size(json_object_get(item, "variants")) > 0 ||
             json_is_true(json_object_get(item, "open_price")));
    return item;
}

static json_t *
line(const json_t *catalogue)
{
    const json_t *item = any_item(catalogue);
    json_t *made = json_pack("{s:O, s:s, s:o}", "item_id", json_object_get(item, "id"), "qty",
                             randombytes_uniform(4) == 0 ? "2" : "1", "modifiers", choices(catalogue, item));

    if (json_array_size(json_object_get(item, "combo")) > 0) {
        json_object_set_new(made, "components", components(catalogue, item));
    }
    return made;
}

char *
sim_cart(const json_t *catalogue)
{
    static const char *const channels[] = {"counter", "takeaway", "dine_in"};
    json_t *lines = json_array();
    json_t *cart;
    char *text;

    for (uint32_t left = 1 + randombytes_uniform(LINES_MAX); left > 0; left--) {
        json_array_append_new(lines, line(catalogue));
    }
    cart =
        json_pack("{s:s, s:b, s:o}", "channel", channels[randombytes_uniform(3)], "send", 1, "lines", lines);
    text = json_dumps(cart, JSON_COMPACT);
    json_decref(cart);
    if (text == NULL) {
        cli_fail("the catalogue cannot be ordered from");
    }
    return text;
}
