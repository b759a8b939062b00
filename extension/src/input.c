/* input.c - the strict mpos_reader of inputs. Paths are built while descending, so that a refusal can name its place. */
#include "postgres.h"

#include "utils/builtins.h"

#include "input.h"
#include "input_scalar.h"

static mpos_err
read_object(mpos_reader *r, const JsonbContainer *object, const mpos_shape *shape, void *out);

/* Paths longer than the buffer are cut; only keys that the client invented can make them so. */
static size_t
enter(mpos_reader *r, const char *name, size_t len)
{
    size_t before = r->path_len;
    int room = (int)(sizeof r->path - before);
    int written =
        snprintf(r->path + before, (size_t)room, "%s%.*s", r->params ? "" : "/", (int)Min(len, 64), name);

    r->path_len = before + (size_t)Min(written, room - 1);
    return before;
}

static void
leave(mpos_reader *r, size_t before)
{
    r->path_len = before;
    r->path[before] = '\0';
}

static const JsonbContainer *
container_of(const JsonbValue *value, bool array)
{
    if (value->type != jbvBinary || JsonContainerIsScalar(value->val.binary.data) ||
        JsonContainerIsArray(value->val.binary.data) != array) {
        return NULL;
    }
    return value->val.binary.data;
}

static mpos_err
read_element(mpos_reader *r, JsonbValue *value, const mpos_field *field, uint8 *out)
{
    const JsonbContainer *object;

    if (field->kind == MPOS_IN_UUIDS) {
        return mpos_read_uuid(r, value, false, out);
    }
    if (field->kind == MPOS_IN_WORDS) {
        return mpos_read_word(r, value, field, (int *)out);
    }
    if (field->kind == MPOS_IN_CELLS) {
        static const mpos_field element = {.flags = MPOS_IN_DIGITS, .max = 4000};

        return mpos_read_text(r, value, &element, (const char **)out);
    }
    if (field->kind == MPOS_IN_TEXTS) {
        const mpos_field element = {.flags = field->flags, .min = 1, .max = 64};

        return mpos_read_text(r, value, &element, (const char **)out);
    }
    object = container_of(value, false);
    if (object == NULL) {
        return mpos_reader_refuse(r, MPOS_E_WRONG_TYPE, "The value is an object.");
    }
    return read_object(r, object, field->shape, out);
}

static size_t
element_size(const mpos_field *field)
{
    switch (field->kind) {
    case MPOS_IN_UUIDS:
        return 16;
    case MPOS_IN_WORDS:
        return sizeof(int);
    case MPOS_IN_TEXTS:
    case MPOS_IN_CELLS:
        return sizeof(const char *);
    default:
        return field->shape->size;
    }
}

static mpos_err
read_list(mpos_reader *r, const JsonbValue *value, const mpos_field *field, mpos_list *out)
{
    const JsonbContainer *array = container_of(value, true);
    size_t size = element_size(field);
    int count;

    if (array == NULL) {
        return mpos_reader_refuse(r, MPOS_E_WRONG_TYPE, "The value is a list.");
    }
    count = (int)JsonContainerSize(array);
    if (count > field->max) {
        return mpos_refuse(r->call, MPOS_E_TOO_MANY, r->path, "At most " INT64_FORMAT " are possible.",
                           field->max);
    }
    if (count < field->min) {
        return mpos_refuse(r->call, MPOS_E_OUT_OF_RANGE, r->path, "At least " INT64_FORMAT " are needed.",
                           field->min);
    }
    out->items = palloc0(Max(size * (size_t)count, 1));
    for (out->count = 0; out->count < count; out->count++) {
        JsonbValue *element = getIthJsonbValueFromContainer((JsonbContainer *)array, (uint32)out->count);
        char name[12];
        size_t before = enter(r, name, (size_t)snprintf(name, sizeof name, "%d", out->count));
        mpos_err err = read_element(r, element, field, (uint8 *)out->items + size * (size_t)out->count);

        if (err != MPOS_OK) {
            return err;
        }
        leave(r, before);
    }
    return MPOS_OK;
}

static mpos_err
read_nested(mpos_reader *r, const JsonbValue *value, const mpos_field *field, void *out)
{
    const JsonbContainer *object = container_of(value, false);

    if (object == NULL) {
        return mpos_reader_refuse(r, MPOS_E_WRONG_TYPE, "The value is an object.");
    }
    if (field->kind == MPOS_IN_ANY) {
        *(const JsonbContainer **)out = object;
        return MPOS_OK;
    }
    return read_object(r, object, field->shape, out);
}

static mpos_err
read_value(mpos_reader *r, const JsonbValue *value, const mpos_field *field, void *out)
{
    switch (field->kind) {
    case MPOS_IN_UUID:
    case MPOS_IN_ID:
        return mpos_read_uuid(r, value, field->kind == MPOS_IN_ID, out);
    case MPOS_IN_INT:
        return mpos_read_int(r, value, field, out);
    case MPOS_IN_TEXT:
        return mpos_read_text(r, value, field, out);
    case MPOS_IN_WORD:
        return mpos_read_word(r, value, field, out);
    case MPOS_IN_BOOL:
        if (value->type != jbvBool) {
            return mpos_reader_refuse(r, MPOS_E_WRONG_TYPE, "The value is true or false.");
        }
        *(bool *)out = value->val.boolean;
        return MPOS_OK;
    case MPOS_IN_QTY:
    case MPOS_IN_RATE:
    case MPOS_IN_DECIMAL:
        return mpos_read_decimal(r, value, field, out);
    case MPOS_IN_LOCAL:
    case MPOS_IN_CLOCK:
        return mpos_read_time(r, value, field->kind == MPOS_IN_CLOCK, out);
    case MPOS_IN_HASH:
        return mpos_read_hash(r, value, out);
    case MPOS_IN_TEXTS:
    case MPOS_IN_CELLS:
    case MPOS_IN_OBJECTS:
    case MPOS_IN_UUIDS:
    case MPOS_IN_WORDS:
        return read_list(r, value, field, out);
    case MPOS_IN_OBJECT:
    case MPOS_IN_ANY:
        return read_nested(r, value, field, out);
    case MPOS_IN_UNREAD:
        return MPOS_OK;
    }
    return MPOS_E_INTERNAL;
}

static mpos_err
refuse_unknown(mpos_reader *r, const JsonbContainer *object, const mpos_shape *shape)
{
    JsonbIterator *it = JsonbIteratorInit((JsonbContainer *)object);
    JsonbValue key;
    JsonbIteratorToken token = JsonbIteratorNext(&it, &key, true);

    while ((token = JsonbIteratorNext(&it, &key, true)) != WJB_DONE) {
        bool known = token != WJB_KEY;

        for (int i = 0; i < shape->count && !known; i++) {
            known = strlen(shape->fields[i].name) == (size_t)key.val.string.len &&
                    memcmp(shape->fields[i].name, key.val.string.val, (size_t)key.val.string.len) == 0;
        }
        if (!known) {
            (void)enter(r, key.val.string.val, (size_t)key.val.string.len);
            return mpos_reader_refuse(r, MPOS_E_UNKNOWN_FIELD, "This field is not known here.");
        }
    }
    return MPOS_E_INTERNAL;
}

static mpos_err
read_field(mpos_reader *r, const mpos_field *field, const JsonbValue *value, void *out)
{
    size_t before = enter(r, field->name, strlen(field->name));
    mpos_err err = MPOS_OK;

    if (value == NULL) {
        if ((field->flags & MPOS_IN_REQUIRED) != 0) {
            err = mpos_reader_refuse(r, MPOS_E_MISSING_FIELD, "This field is required.");
        }
    } else if (value->type != jbvNull || (field->flags & MPOS_IN_NULLABLE) == 0) {
        err = read_value(r, value, field, out);
    }
    if (err == MPOS_OK) {
        leave(r, before);
    }
    return err;
}

static mpos_err
read_object(mpos_reader *r, const JsonbContainer *object, const mpos_shape *shape, void *out)
{
    JsonbValue found[MPOS_SHAPE_FIELDS_MAX];
    uint32 given = 0;
    uint32 known = 0;

    for (int i = 0; i < shape->count; i++) {
        const char *name = shape->fields[i].name;

        if (getKeyJsonValueFromContainer((JsonbContainer *)object, name, (int)strlen(name), &found[i]) !=
            NULL) {
            given |= 1u << i;
            known++;
        }
    }
    if (known != JsonContainerSize(object)) {
        return refuse_unknown(r, object, shape);
    }
    for (int i = 0; i < shape->count; i++) {
        const mpos_field *field = &shape->fields[i];
        JsonbValue *value = (given & 1u << i) != 0 ? &found[i] : NULL;
        mpos_err err = read_field(r, field, value, (uint8 *)out + field->offset);

        if (err != MPOS_OK) {
            return err;
        }
        if (value != NULL && value->type == jbvNull) {
            given &= ~(1u << i);
        }
    }
    *(uint32 *)out = given;
    return MPOS_OK;
}

mpos_err
mpos_input_object(mpos_call *call, const JsonbContainer *object, const mpos_shape *shape, void *out)
{
    mpos_reader r = {.call = call};

    memset(out, 0, shape->size);
    return read_object(&r, object, shape, out);
}

static mpos_err
read_part(mpos_call *call, const char *part, bool params, const mpos_shape *shape, void *out)
{
    mpos_reader r = {.call = call, .params = params, .typed = !params};
    JsonbValue value;
    const JsonbContainer *object = NULL;

    memset(out, 0, shape->size);
    if (getKeyJsonValueFromContainer(&call->input->root, part, (int)strlen(part), &value) != NULL) {
        object = container_of(&value, false);
    }
    if (object == NULL) {
        return mpos_reader_refuse(&r, MPOS_E_WRONG_TYPE, "The body is a JSON object.");
    }
    return read_object(&r, object, shape, out);
}

mpos_err
mpos_input_body(mpos_call *call, const mpos_shape *shape, void *out)
{
    return read_part(call, "body", false, shape, out);
}

mpos_err
mpos_input_params(mpos_call *call, const mpos_shape *shape, void *out)
{
    return read_part(call, "params", true, shape, out);
}

mpos_err
mpos_input_empty(mpos_call *call)
{
    static const mpos_shape empty_shape = {NULL, 0, sizeof(uint32)};
    uint32 given;

    return mpos_input_body(call, &empty_shape, &given);
}
