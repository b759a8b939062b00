/* input.c - the strict reader of inputs. Paths are built while descending, so that a refusal can name its place. */
#include "postgres.h"

#include <errno.h>

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/numeric.h"

#include "card.h"
#include "input.h"
#include "quantity.h"

typedef struct reader {
    mpos_call *call;
    bool params; /* values are strings, places are names */
    bool typed;  /* by somebody, into a body: may hold what must not be kept */
    char path[120];
    size_t path_len;
} reader;

static mpos_err
read_object(reader *r, const JsonbContainer *object, const mpos_shape *shape, void *out);

static mpos_err
refuse(reader *r, mpos_err err, const char *detail)
{
    return mpos_refuse(r->call, err, r->path, "%s", detail);
}

/* Paths longer than the buffer are cut; only keys that the client invented can make them so. */
static size_t
enter(reader *r, const char *name, size_t len)
{
    size_t before = r->path_len;
    int room = (int)(sizeof r->path - before);
    int written =
        snprintf(r->path + before, (size_t)room, "%s%.*s", r->params ? "" : "/", (int)Min(len, 64), name);

    r->path_len = before + (size_t)Min(written, room - 1);
    return before;
}

static void
leave(reader *r, size_t before)
{
    r->path_len = before;
    r->path[before] = '\0';
}

static bool
is_string(const JsonbValue *value)
{
    return value->type == jbvString;
}

static int
hex_digit(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    if (c >= 'a' && c <= 'f') {
        return c - 'a' + 10;
    }
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool
mpos_uuid_parse(const char *text, size_t size, uint8 out[16])
{
    size_t n = 0;

    if (size != 36) {
        return false;
    }
    for (size_t i = 0; i < 36;) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i++] != '-') {
                return false;
            }
            continue;
        }
        int high = hex_digit(text[i]);
        int low = hex_digit(text[i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        out[n++] = (uint8)(high << 4 | low);
        i += 2;
    }
    return true;
}

static mpos_err
read_uuid(reader *r, const JsonbValue *value, bool is_id, uint8 out[16])
{
    if (!is_string(value)) {
        return refuse(r, MPOS_E_WRONG_TYPE, "An id is a string.");
    }
    if (mpos_uuid_parse(value->val.string.val, (size_t)value->val.string.len, out)) {
        return MPOS_OK;
    }
    if (is_id && r->params) {
        return mpos_refuse(r->call, MPOS_E_NOT_FOUND, NULL, "%s", "");
    }
    return refuse(r, MPOS_E_INVALID_VALUE, "An id is a UUID of 36 characters.");
}

static mpos_err
read_digits(reader *r, const char *text, const mpos_field *field, int64 *out)
{
    char *end;
    long long value;

    errno = 0;
    value = strtoll(text, &end, 10);
    if (errno == ERANGE || value < field->min || value > field->max) {
        size_t begin;

        if (r->typed && mpos_card_find(text, strlen(text), &begin, &begin)) {
            return refuse(r, MPOS_E_CARD_NUMBER, "Card numbers are read by the payment terminal only.");
        }
        return mpos_refuse(r->call, MPOS_E_OUT_OF_RANGE, r->path,
                           "The number must lie within " INT64_FORMAT " and " INT64_FORMAT ".", field->min,
                           field->max);
    }
    *out = value;
    return MPOS_OK;
}

/* A number is whole when its decimals are zeros; how it was written does not matter. */
static mpos_err
read_int(reader *r, const JsonbValue *value, const mpos_field *field, int64 *out)
{
    char *text;
    size_t whole;

    if (r->params && is_string(value)) {
        text = pnstrdup(value->val.string.val, value->val.string.len);
        if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text)) {
            return refuse(r, MPOS_E_INVALID_VALUE, "The value is a whole number in decimal digits.");
        }
        return read_digits(r, text, field, out);
    }
    if (value->type != jbvNumeric) {
        return refuse(r, MPOS_E_WRONG_TYPE, "The value is a whole number.");
    }
    text = DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(value->val.numeric)));
    whole = strcspn(text, ".");
    if (text[whole] == '.' && strspn(text + whole + 1, "0") != strlen(text + whole + 1)) {
        return refuse(r, MPOS_E_WRONG_TYPE, "The value is a whole number.");
    }
    text[whole] = '\0';
    return read_digits(r, text, field, out);
}

static mpos_err
keep_cards_out(reader *r, char *text)
{
    size_t begin;
    size_t end;

    if (r->call->from_device) {
        r->call->cards += (int)mpos_card_mask(text, strlen(text));
    } else if (mpos_card_find(text, strlen(text), &begin, &end)) {
        return refuse(r, MPOS_E_CARD_NUMBER, "Card numbers are read by the payment terminal only.");
    }
    return MPOS_OK;
}

static mpos_err
read_text(reader *r, const JsonbValue *value, const mpos_field *field, const char **out)
{
    int characters;

    if (!is_string(value)) {
        return refuse(r, MPOS_E_WRONG_TYPE, "The value is a string.");
    }
    characters = pg_mbstrlen_with_len(value->val.string.val, value->val.string.len);
    if (characters < field->min || characters > field->max) {
        return mpos_refuse(r->call, MPOS_E_OUT_OF_RANGE, r->path,
                           "The text must have " INT64_FORMAT " to " INT64_FORMAT " characters.", field->min,
                           field->max);
    }
    *out = pnstrdup(value->val.string.val, value->val.string.len);
    return r->typed && (field->flags & MPOS_IN_DIGITS) == 0 ? keep_cards_out(r, (char *)*out) : MPOS_OK;
}

static mpos_err
read_word(reader *r, const JsonbValue *value, const mpos_field *field, int *out)
{
    if (!is_string(value)) {
        return refuse(r, MPOS_E_WRONG_TYPE, "The value is a string.");
    }
    for (int i = 0; field->words[i] != NULL; i++) {
        if (strlen(field->words[i]) == (size_t)value->val.string.len &&
            memcmp(field->words[i], value->val.string.val, (size_t)value->val.string.len) == 0) {
            *out = i;
            return MPOS_OK;
        }
    }
    return refuse(r, MPOS_E_INVALID_VALUE, "The value is not one of those possible here.");
}

/* Digits, then perhaps a point and 1 to `scale` digits; nothing else, not even a sign. */
static bool
decimal_form(const char *text, int size, int whole_max, int scale)
{
    int whole = 0;
    int decimals = 0;

    while (whole < size && text[whole] >= '0' && text[whole] <= '9') {
        whole++;
    }
    if (whole == 0 || whole > whole_max) {
        return false;
    }
    if (whole == size) {
        return true;
    }
    for (int i = whole + 1; i < size; i++, decimals++) {
        if (text[i] < '0' || text[i] > '9') {
            return false;
        }
    }
    return text[whole] == '.' && decimals >= 1 && decimals <= scale;
}

static mpos_err
read_decimal(reader *r, const JsonbValue *value, const mpos_field *field, int64 *out)
{
    bool qty = field->kind == MPOS_IN_QTY;
    int scale = qty ? MPOS_QTY_SCALE : MPOS_RATE_SCALE;
    int whole_max = field->kind == MPOS_IN_RATE ? 2 : 9;
    int64 number;

    if (!is_string(value)) {
        return refuse(r, MPOS_E_WRONG_TYPE, "The value is a decimal number in a string.");
    }
    if (!decimal_form(value->val.string.val, value->val.string.len, whole_max, scale) ||
        mpos_decimal_parse(value->val.string.val, (size_t)value->val.string.len, scale, &number) != MPOS_OK) {
        return refuse(r, MPOS_E_INVALID_VALUE, "The value is not a decimal number of the form required.");
    }
    if (number < field->min || number > field->max) {
        return refuse(r, MPOS_E_OUT_OF_RANGE,
                      qty ? "The quantity must be above zero." : "The rate is outside its range.");
    }
    *out = number;
    return MPOS_OK;
}

static mpos_err
read_time(reader *r, const JsonbValue *value, bool clock, int64 *out)
{
    if (!is_string(value)) {
        return refuse(r, MPOS_E_WRONG_TYPE, "The value is a time in a string.");
    }
    if (clock) {
        return mpos_clock_parse(value->val.string.val, (size_t)value->val.string.len, out)
                   ? MPOS_OK
                   : refuse(r, MPOS_E_INVALID_VALUE, "The time has the form HH:MM, 00:00 to 23:59.");
    }
    return mpos_local_parse(value->val.string.val, (size_t)value->val.string.len, out)
               ? MPOS_OK
               : refuse(r, MPOS_E_INVALID_VALUE, "The time has the form YYYY-MM-DDTHH:MM.");
}

static mpos_err
read_hash(reader *r, const JsonbValue *value, uint8 out[32])
{
    if (!is_string(value)) {
        return refuse(r, MPOS_E_WRONG_TYPE, "A hash is a string.");
    }
    if (value->val.string.len != 64) {
        return refuse(r, MPOS_E_INVALID_VALUE, "A hash has 64 lower-case hex digits.");
    }
    for (int i = 0; i < 32; i++) {
        const char *pair = value->val.string.val + 2 * i;
        int high = hex_digit(pair[0]);
        int low = hex_digit(pair[1]);

        if (high < 0 || low < 0 || (pair[0] >= 'A' && pair[0] <= 'F') || (pair[1] >= 'A' && pair[1] <= 'F')) {
            return refuse(r, MPOS_E_INVALID_VALUE, "A hash has 64 lower-case hex digits.");
        }
        out[i] = (uint8)(high << 4 | low);
    }
    return MPOS_OK;
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
read_element(reader *r, JsonbValue *value, const mpos_field *field, uint8 *out)
{
    const JsonbContainer *object;

    if (field->kind == MPOS_IN_UUIDS) {
        return read_uuid(r, value, false, out);
    }
    if (field->kind == MPOS_IN_WORDS) {
        return read_word(r, value, field, (int *)out);
    }
    if (field->kind == MPOS_IN_CELLS) {
        static const mpos_field element = {.flags = MPOS_IN_DIGITS, .max = 4000};

        return read_text(r, value, &element, (const char **)out);
    }
    if (field->kind == MPOS_IN_TEXTS) {
        const mpos_field element = {.flags = field->flags, .min = 1, .max = 64};

        return read_text(r, value, &element, (const char **)out);
    }
    object = container_of(value, false);
    if (object == NULL) {
        return refuse(r, MPOS_E_WRONG_TYPE, "The value is an object.");
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
read_list(reader *r, const JsonbValue *value, const mpos_field *field, mpos_list *out)
{
    const JsonbContainer *array = container_of(value, true);
    size_t size = element_size(field);
    int count;

    if (array == NULL) {
        return refuse(r, MPOS_E_WRONG_TYPE, "The value is a list.");
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
read_nested(reader *r, const JsonbValue *value, const mpos_field *field, void *out)
{
    const JsonbContainer *object = container_of(value, false);

    if (object == NULL) {
        return refuse(r, MPOS_E_WRONG_TYPE, "The value is an object.");
    }
    if (field->kind == MPOS_IN_ANY) {
        *(const JsonbContainer **)out = object;
        return MPOS_OK;
    }
    return read_object(r, object, field->shape, out);
}

static mpos_err
read_value(reader *r, const JsonbValue *value, const mpos_field *field, void *out)
{
    switch (field->kind) {
    case MPOS_IN_UUID:
    case MPOS_IN_ID:
        return read_uuid(r, value, field->kind == MPOS_IN_ID, out);
    case MPOS_IN_INT:
        return read_int(r, value, field, out);
    case MPOS_IN_TEXT:
        return read_text(r, value, field, out);
    case MPOS_IN_WORD:
        return read_word(r, value, field, out);
    case MPOS_IN_BOOL:
        if (value->type != jbvBool) {
            return refuse(r, MPOS_E_WRONG_TYPE, "The value is true or false.");
        }
        *(bool *)out = value->val.boolean;
        return MPOS_OK;
    case MPOS_IN_QTY:
    case MPOS_IN_RATE:
    case MPOS_IN_DECIMAL:
        return read_decimal(r, value, field, out);
    case MPOS_IN_LOCAL:
    case MPOS_IN_CLOCK:
        return read_time(r, value, field->kind == MPOS_IN_CLOCK, out);
    case MPOS_IN_HASH:
        return read_hash(r, value, out);
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
refuse_unknown(reader *r, const JsonbContainer *object, const mpos_shape *shape)
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
            return refuse(r, MPOS_E_UNKNOWN_FIELD, "This field is not known here.");
        }
    }
    return MPOS_E_INTERNAL;
}

static mpos_err
read_field(reader *r, const mpos_field *field, const JsonbValue *value, void *out)
{
    size_t before = enter(r, field->name, strlen(field->name));
    mpos_err err = MPOS_OK;

    if (value == NULL) {
        if ((field->flags & MPOS_IN_REQUIRED) != 0) {
            err = refuse(r, MPOS_E_MISSING_FIELD, "This field is required.");
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
read_object(reader *r, const JsonbContainer *object, const mpos_shape *shape, void *out)
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
    reader r = {.call = call};

    memset(out, 0, shape->size);
    return read_object(&r, object, shape, out);
}

static mpos_err
read_part(mpos_call *call, const char *part, bool params, const mpos_shape *shape, void *out)
{
    reader r = {.call = call, .params = params, .typed = !params};
    JsonbValue value;
    const JsonbContainer *object = NULL;

    memset(out, 0, shape->size);
    if (getKeyJsonValueFromContainer(&call->input->root, part, (int)strlen(part), &value) != NULL) {
        object = container_of(&value, false);
    }
    if (object == NULL) {
        return refuse(&r, MPOS_E_WRONG_TYPE, "The body is a JSON object.");
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
