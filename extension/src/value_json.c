/*
 * value_json.c - jsonb in canonical form. jsonb's own output is not: it keeps 1.10 and orders keys by length.
 */
#include "postgres.h"

#include "utils/builtins.h"
#include "utils/numeric.h"

#include "miscadmin.h"
#include "canon.h"
#include "value.h"

typedef struct member {
    const char *key;
    int key_len;
    JsonbValue value;
} member;

static void
canonical_container(StringInfo out, JsonbContainer *container);

static int
compare_members(const void *a, const void *b)
{
    const member *x = a;
    const member *y = b;
    int order = memcmp(x->key, y->key, (size_t)Min(x->key_len, y->key_len));

    return order != 0 ? order : x->key_len - y->key_len;
}

static void
canonical_number(StringInfo out, Numeric number)
{
    char *text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number)));
    size_t digits = strlen(text) - (text[0] == '-');
    bool whole = strspn(text + (text[0] == '-'), "0123456789") == digits;

    /* 16 digits hold every integer of the profile. */
    if (!whole || digits > 16 || Abs(strtoll(text, NULL, 10)) > MPOS_CANON_INT_MAX) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("number %s in jsonb cannot be journalled exactly", text)));
    }
    appendStringInfoString(out, text);
}

static void
canonical_value(StringInfo out, const JsonbValue *value)
{
    switch (value->type) {
    case jbvNull:
        appendStringInfoString(out, "null");
        break;
    case jbvBool:
        appendStringInfoString(out, value->val.boolean ? "true" : "false");
        break;
    case jbvNumeric:
        canonical_number(out, value->val.numeric);
        break;
    case jbvString:
        mpos_json_string(out, value->val.string.val, (size_t)value->val.string.len);
        break;
    case jbvBinary:
        canonical_container(out, value->val.binary.data);
        break;
    default:
        elog(ERROR, "unexpected jsonb value type %d", (int)value->type);
    }
}

static void
canonical_object(StringInfo out, JsonbIterator *it, uint32 count)
{
    member *members = palloc(sizeof *members * Max(count, 1));
    JsonbValue key;

    for (uint32 i = 0; i < count; i++) {
        (void)JsonbIteratorNext(&it, &key, true);
        members[i].key = key.val.string.val;
        members[i].key_len = key.val.string.len;
        (void)JsonbIteratorNext(&it, &members[i].value, true);
    }
    qsort(members, count, sizeof *members, compare_members);
    appendStringInfoCharMacro(out, '{');
    for (uint32 i = 0; i < count; i++) {
        if (i > 0) {
            appendStringInfoCharMacro(out, ',');
        }
        mpos_json_string(out, members[i].key, (size_t)members[i].key_len);
        appendStringInfoCharMacro(out, ':');
        canonical_value(out, &members[i].value);
    }
    appendStringInfoCharMacro(out, '}');
    pfree(members);
}

static void
canonical_array(StringInfo out, JsonbIterator *it, uint32 count, bool scalar)
{
    JsonbValue element;

    if (!scalar) {
        appendStringInfoCharMacro(out, '[');
    }
    for (uint32 i = 0; i < count; i++) {
        if (i > 0) {
            appendStringInfoCharMacro(out, ',');
        }
        (void)JsonbIteratorNext(&it, &element, true);
        canonical_value(out, &element);
    }
    if (!scalar) {
        appendStringInfoCharMacro(out, ']');
    }
}

static void
canonical_container(StringInfo out, JsonbContainer *container)
{
    JsonbIterator *it = JsonbIteratorInit(container);
    JsonbValue value;

    check_stack_depth();
    if (JsonbIteratorNext(&it, &value, true) == WJB_BEGIN_OBJECT) {
        canonical_object(out, it, JsonContainerSize(container));
    } else {
        canonical_array(out, it, JsonContainerSize(container), JsonContainerIsScalar(container));
    }
}

void
mpos_json_canonical(StringInfo out, Jsonb *jsonb)
{
    canonical_container(out, &jsonb->root);
}
