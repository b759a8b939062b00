/* template_check.c - see template_check.h. Sets of codes are JSON objects: the codes are their keys. */
#include "template_check.h"

#include <string.h>

#include "context.h"

static const char *const built_in_roles[] = {"manager", "cashier", "kitchen", NULL};

/* Codes of a list of objects, each once; NULL after a fault. what: "tax". */
static json_t *
codes_of(const json_t *list, const char *place, const char *member, const char *what, schema_fault *fault)
{
    json_t *set = json_object();
    const json_t *one;
    size_t i;

    json_array_foreach(list, i, one)
    {
        const char *code = json_string_value(json_object_get(one, member));
        char at[SCHEMA_PLACE_SIZE];

        schema_place(at, "%s[%zu].%s", place, i, member);
        if (code == NULL) {
            continue; /* a barcode may be left out */
        }
        if (json_object_get(set, code) != NULL) {
            schema_fail(fault, at, "another %s has \"%s\" already", what, code);
            json_decref(set);
            return NULL;
        }
        json_object_set_new(set, code, json_true());
    }
    return set;
}

static bool
are_unique(const json_t *list, const char *place, const char *member, const char *what, schema_fault *fault)
{
    json_t *set = codes_of(list, place, member, what, fault);
    bool unique = set != NULL;

    json_decref(set);
    return unique;
}

/* Every text of the list is one of the set, and there once. */
static bool
all_known(const json_t *list, const json_t *set, const char *place, const char *what, schema_fault *fault)
{
    const json_t *one, *other;
    size_t i, k;

    json_array_foreach(list, i, one)
    {
        char at[SCHEMA_PLACE_SIZE];

        schema_place(at, "%s[%zu]", place, i);
        if (json_object_get(set, json_string_value(one)) == NULL) {
            return schema_fail(fault, at, "there is no %s \"%s\"", what, json_string_value(one));
        }
        json_array_foreach(list, k, other)
        {
            if (k < i && json_equal(one, other)) {
                return schema_fail(fault, at, "%s \"%s\" is named twice", what, json_string_value(one));
            }
        }
    }
    return true;
}

static bool
check_role(const json_t *role, const char *place, schema_fault *fault)
{
    const json_t *scope;
    uint64_t scopes = 0;
    size_t i;

    json_array_foreach(json_object_get(role, "scopes"), i, scope)
    {
        bool all = strcmp(json_string_value(scope), "*") == 0;
        uint64_t bit = all ? ~(uint64_t)MPOS_SCOPE_AUTH : mpos_scope_from_text(json_string_value(scope));
        char at[SCHEMA_PLACE_SIZE];

        schema_place(at, "%s.scopes[%zu]", place, i);
        if (bit == 0 || bit == (uint64_t)MPOS_SCOPE_AUTH) {
            return schema_fail(fault, at, "there is no right \"%s\"", json_string_value(scope));
        }
        if ((scopes & bit) != 0) {
            return schema_fail(fault, at, "the right \"%s\" is named twice", json_string_value(scope));
        }
        scopes |= bit;
    }
    if ((scopes & MPOS_SCOPE_SESSION) == 0) {
        return schema_fail(fault, place, "nobody can sign in without the right \"session\"");
    }
    if (strcmp(json_string_value(json_object_get(role, "code")), "manager") == 0 &&
        (scopes & MPOS_SCOPE_STAFF_WRITE) == 0) {
        return schema_fail(fault, place, "a manager needs the right \"staff.write\"");
    }
    return true;
}

/* The codes that people may have; NULL after a fault. */
static json_t *
check_roles(const json_t *doc, schema_fault *fault)
{
    const json_t *roles = json_object_get(doc, "roles"), *role;
    json_t *set;
    size_t i;

    if (roles == NULL) {
        set = json_object();
        for (const char *const *name = built_in_roles; *name != NULL; name++) {
            json_object_set_new(set, *name, json_true());
        }
        return set;
    }
    json_array_foreach(roles, i, role)
    {
        char at[SCHEMA_PLACE_SIZE];

        schema_place(at, "$.roles[%zu]", i);
        if (!check_role(role, at, fault)) {
            return NULL;
        }
    }
    set = codes_of(roles, "$.roles", "code", "role", fault);
    if (set != NULL && json_object_get(set, "manager") == NULL) {
        schema_fail(fault, "$.roles", "there is no role \"manager\"");
        json_decref(set);
        return NULL;
    }
    return set;
}

static bool
check_staff(const json_t *staff, const json_t *roles, const char *place, schema_fault *fault)
{
    const json_t *person;
    size_t i;

    json_array_foreach(staff, i, person)
    {
        const char *role = json_string_value(json_object_get(person, "role"));
        char at[SCHEMA_PLACE_SIZE];

        schema_place(at, "%s[%zu].role", place, i);
        if (json_object_get(roles, role) == NULL) {
            return schema_fail(fault, at, "there is no role \"%s\"", role);
        }
    }
    return are_unique(staff, place, "number", "person", fault) &&
           are_unique(staff, place, "pin", "person", fault);
}

static bool
check_people(const json_t *doc, schema_fault *fault)
{
    json_t *roles = check_roles(doc, fault);
    bool good =
        roles != NULL && check_staff(json_object_get(doc, "staff"), roles, "$.staff", fault) &&
        check_staff(json_object_get(json_object_get(doc, "demo"), "staff"), roles, "$.demo.staff", fault);

    json_decref(roles);
    return good;
}

/* Adds the stations of all outlets to the set. */
static bool
check_outlets(const json_t *doc, json_t *stations, schema_fault *fault)
{
    const json_t *outlets = json_object_get(doc, "outlets"), *outlet, *station;
    size_t i, k;

    json_array_foreach(outlets, i, outlet)
    {
        char at[SCHEMA_PLACE_SIZE];

        schema_place(at, "$.outlets[%zu].devices", i);
        if (!are_unique(json_object_get(outlet, "devices"), at, "code", "device", fault)) {
            return false;
        }
        json_array_foreach(json_object_get(outlet, "stations"), k, station)
        {
            json_object_set_new(stations, json_string_value(station), json_true());
        }
    }
    return are_unique(outlets, "$.outlets", "code", "outlet", fault);
}

static bool
check_group(const json_t *group, const char *place, schema_fault *fault)
{
    const json_t *modifiers = json_object_get(group, "modifiers");
    json_int_t min = json_integer_value(json_object_get(group, "min"));
    char at[SCHEMA_PLACE_SIZE];

    if (min > json_integer_value(json_object_get(group, "max"))) {
        return schema_fail(fault, place, "min is more than max");
    }
    if ((size_t)min > json_array_size(modifiers)) {
        return schema_fail(fault, place, "needs more choices than there are modifiers");
    }
    schema_place(at, "%s.modifiers", place);
    return are_unique(modifiers, at, "code", "modifier", fault);
}

static json_t *
check_groups(const json_t *doc, schema_fault *fault)
{
    const json_t *groups = json_object_get(doc, "groups"), *group;
    size_t i;

    json_array_foreach(groups, i, group)
    {
        char at[SCHEMA_PLACE_SIZE];

        schema_place(at, "$.groups[%zu]", i);
        if (!check_group(group, at, fault)) {
            return NULL;
        }
    }
    return codes_of(groups, "$.groups", "code", "group", fault);
}

/* Sets of codes that items refer to. */
typedef struct known {
    json_t *taxes, *categories, *groups, *stations, *items;
    json_t *plain; /* items that are no combos */
} known;

static bool
check_combo(const known *k, const json_t *item, const char *place, schema_fault *fault)
{
    const json_t *slot;
    size_t i;

    json_array_foreach(json_object_get(item, "combo"), i, slot)
    {
        char at[SCHEMA_PLACE_SIZE];

        schema_place(at, "%s.combo[%zu].items", place, i);
        if (!all_known(json_object_get(slot, "items"), k->items, at, "item", fault) ||
            !all_known(json_object_get(slot, "items"), k->plain, at,
                       "item that is no combo itself:", fault)) {
            return false;
        }
    }
    return true;
}

static bool
check_item(const known *k, const json_t *item, const char *place, schema_fault *fault)
{
    const char *category = json_string_value(json_object_get(item, "category")),
               *station = json_string_value(json_object_get(item, "station"));
    char at[SCHEMA_PLACE_SIZE];

    schema_place(at, "%s.category", place);
    if (json_object_get(k->categories, category) == NULL) {
        return schema_fail(fault, at, "there is no category \"%s\"", category);
    }
    schema_place(at, "%s.station", place);
    if (station != NULL && json_object_get(k->stations, station) == NULL) {
        return schema_fail(fault, at, "no outlet has a station \"%s\"", station);
    }
    schema_place(at, "%s.taxes", place);
    if (!all_known(json_object_get(item, "taxes"), k->taxes, at, "tax", fault)) {
        return false;
    }
    schema_place(at, "%s.groups", place);
    return all_known(json_object_get(item, "groups"), k->groups, at, "group", fault) &&
           check_combo(k, item, place, fault);
}

static void
fill_plain(known *k, const json_t *items)
{
    const json_t *item;
    size_t i;

    k->plain = json_object();
    json_array_foreach(items, i, item)
    {
        if (json_object_get(item, "combo") == NULL) {
            json_object_set_new(k->plain, json_string_value(json_object_get(item, "code")), json_true());
        }
    }
}

static bool
check_items(const json_t *doc, known *k, schema_fault *fault)
{
    const json_t *items = json_object_get(doc, "items"), *item;
    size_t i;

    k->items = codes_of(items, "$.items", "code", "item", fault);
    if (k->items == NULL || !are_unique(items, "$.items", "barcode", "item", fault)) {
        return false;
    }
    fill_plain(k, items);
    json_array_foreach(items, i, item)
    {
        char at[SCHEMA_PLACE_SIZE];

        schema_place(at, "$.items[%zu]", i);
        if (!check_item(k, item, at, fault)) {
            return false;
        }
    }
    return true;
}

bool
template_check(const json_t *doc, schema_fault *fault)
{
    known k = {.stations = json_object()};
    bool good =
        check_people(doc, fault) && check_outlets(doc, k.stations, fault) &&
        (k.taxes = codes_of(json_object_get(doc, "taxes"), "$.taxes", "code", "tax", fault)) != NULL &&
        (k.categories = codes_of(json_object_get(doc, "categories"), "$.categories", "code", "category",
                                 fault)) != NULL &&
        (k.groups = check_groups(doc, fault)) != NULL && check_items(doc, &k, fault);

    json_decref(k.stations);
    json_decref(k.taxes);
    json_decref(k.categories);
    json_decref(k.groups);
    json_decref(k.items);
    json_decref(k.plain);
    return good;
}
