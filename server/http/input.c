/* input.c - bodies, keys and parameters. */
#include "http/input.h"

#include <jansson.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/exchange.h"

#define KEY_MAX 128
#define VALUE_MAX 512
#define PATTERNS_MAX 16

static struct {
    const char *text;
    regex_t compiled;
} patterns[PATTERNS_MAX];
static size_t patterns_count;

void
http_input_init(void)
{
    for (size_t i = 0; i < routes_count; i++) {
        for (size_t p = 0; p < routes[i].params_count; p++) {
            const char *text = routes[i].params[p].pattern;

            if (text == NULL) {
                continue;
            }
            if (patterns_count == PATTERNS_MAX ||
                regcomp(&patterns[patterns_count].compiled, text, REG_EXTENDED | REG_NOSUB) != 0) {
                abort(); /* the table does not fit the server: found at the first start after generating it */
            }
            patterns[patterns_count++].text = text;
        }
    }
}

static bool
matches(const char *pattern, const char *value)
{
    for (size_t i = 0; i < patterns_count; i++) {
        if (patterns[i].text == pattern) {
            return regexec(&patterns[i].compiled, value, 0, NULL, 0) == 0;
        }
    }
    return false;
}

static bool
is_json_type(h2o_iovec_t type)
{
    static const char json[] = "application/json";
    size_t len = sizeof json - 1;

    return type.len >= len && h2o_lcstris(type.base, len, json, len) &&
           (type.len == len || type.base[len] == ';' || type.base[len] == ' ');
}

static json_t *
parse_json(const char *text, size_t len, json_error_t *error)
{
    return json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, error);
}

/* Takes exponents away outside of strings and shortens numbers to 15 digits: what is left is as well formed as it was. */
static void
tame_numbers(char *text, size_t len)
{
    bool quoted = false;
    size_t digits = 0;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (quoted) {
            i += c == '\\';
            quoted = c != '"';
        } else if ((c == 'e' || c == 'E') && i > 0 && text[i - 1] >= '0' && text[i - 1] <= '9') {
            digits = 0;
            for (i++; i < len && (text[i] == '+' || text[i] == '-' || text[i] == '0'); i++) {
            }
            for (; i < len && text[i] >= '0' && text[i] <= '9'; i++) {
                text[i] = '0';
            }
            i--;
        } else if (c >= '0' && c <= '9') {
            text[i] = ++digits > 15 ? ' ' : c;
        } else {
            quoted = c == '"';
            digits = 0;
        }
    }
}

/*
 * A number beyond every type is for the operation to refuse, by field. The parser stops at it, so what follows is looked
 * at once more with smaller numbers: nothing that is not one JSON value may pass.
 */
static bool
is_json_but_for_size(h2o_iovec_t body)
{
    char *copy = malloc(body.len);
    json_error_t error;
    json_t *value;

    if (copy == NULL) {
        abort();
    }
    memcpy(copy, body.base, body.len);
    tame_numbers(copy, body.len);
    value = parse_json(copy, body.len, &error);
    free(copy);
    json_decref(value);
    return value != NULL;
}

static mpos_err
check_json(h2o_iovec_t body, http_refusal *refusal)
{
    json_error_t error;
    const char *near;
    json_t *value = parse_json(body.base, body.len, &error);

    if (value != NULL ||
        (json_error_code(&error) == json_error_numeric_overflow && is_json_but_for_size(body))) {
        json_decref(value);
        return MPOS_OK;
    }
    near = strstr(error.text, " near "); /* what follows repeats the body */
    snprintf(refusal->detail, sizeof refusal->detail, "line %d, column %d: %.*s", error.line, error.column,
             (int)(near != NULL ? near - error.text : (ptrdiff_t)strlen(error.text)), error.text);
    return MPOS_E_MALFORMED_JSON;
}

mpos_err
http_check_body(const route *route, const h2o_req_t *req, http_refusal *refusal)
{
    if (req->entity.len > route->body_max) {
        snprintf(refusal->detail, sizeof refusal->detail, "at most %zu bytes", route->body_max);
        return MPOS_E_BODY_TOO_LARGE;
    }
    if (!route->has_body) {
        return MPOS_OK;
    }
    if (!is_json_type(http_request_header(req, "content-type"))) {
        return MPOS_E_UNSUPPORTED_MEDIA_TYPE;
    }
    return check_json(req->entity, refusal);
}

mpos_err
http_check_key(const route *route, const h2o_req_t *req, h2o_iovec_t *key)
{
    *key = http_request_header(req, "idempotency-key");
    if (!route->needs_key) {
        *key = h2o_iovec_init(NULL, 0);
        return MPOS_OK;
    }
    if (key->base == NULL) {
        return MPOS_E_KEY_MISSING;
    }
    if (key->len == 0 || key->len > KEY_MAX) {
        return MPOS_E_KEY_INVALID;
    }
    for (size_t i = 0; i < key->len; i++) {
        if (key->base[i] < 0x21 || key->base[i] > 0x7e) {
            return MPOS_E_KEY_INVALID;
        }
    }
    return MPOS_OK;
}

/* Percent-decodes into out (cut at its size); plus is a space in a query. Returns the length before cutting. */
static size_t
decode(const char *text, size_t len, bool query, char *out, size_t out_size)
{
    size_t count = 0;

    for (size_t i = 0; i < len; i++) {
        uint8_t byte = (uint8_t)text[i];

        if (byte == '%' && i + 2 < len && text_unhex(text + i + 1, 2, &byte, 1)) {
            i += 2;
        } else if (byte == '+' && query) {
            byte = ' ';
        }
        if (count + 1 < out_size) {
            out[count] = (char)byte;
            out[count + 1] = '\0';
        }
        count++;
    }
    return count;
}

static bool
is_word(const char *const *words, const char *value)
{
    for (; *words != NULL; words++) {
        if (strcmp(*words, value) == 0) {
            return true;
        }
    }
    return false;
}

static mpos_err
check_integer(const route_param *param, const char *value, http_refusal *refusal)
{
    size_t digits = strspn(value + (*value == '-'), "0123456789");
    long long number;

    if (digits == 0 || value[digits + (*value == '-')] != '\0') {
        snprintf(refusal->detail, sizeof refusal->detail, "a whole number is expected");
        return MPOS_E_INVALID_VALUE;
    }
    number = strtoll(value, NULL, 10); /* saturates, which is out of range too */
    if (number < param->min || number > param->max) {
        snprintf(refusal->detail, sizeof refusal->detail, "from %lld to %lld", (long long)param->min,
                 (long long)param->max);
        return MPOS_E_OUT_OF_RANGE;
    }
    return MPOS_OK;
}

static mpos_err
check_value(const route_param *param, const char *value, size_t len, http_refusal *refusal)
{
    uint8_t id[UUID_SIZE];

    if (strlen(value) != len && len < VALUE_MAX) {
        return MPOS_E_INVALID_VALUE; /* a zero byte in it */
    }
    switch (param->type) {
    case ROUTE_INTEGER:
        return check_integer(param, value, refusal);
    case ROUTE_UUID:
        return text_parse_uuid(value, len, id) ? MPOS_OK : MPOS_E_INVALID_VALUE;
    case ROUTE_STRING:
        if (len > param->len_max) {
            return MPOS_E_OUT_OF_RANGE;
        }
        if ((param->words != NULL && !is_word(param->words, value)) ||
            (param->pattern != NULL && !matches(param->pattern, value))) {
            return MPOS_E_INVALID_VALUE;
        }
    }
    return MPOS_OK;
}

static void
add_param(text_buf *out, const char *name, size_t name_len, const char *value, size_t len)
{
    text_addf(out, "%s\"%.*s\":", out->data[out->len - 1] == '{' ? "" : ",", (int)name_len, name);
    text_add_json(out, value, len);
}

static mpos_err
read_query_param(const route *route, const char *text, size_t len, uint32_t *seen, text_buf *out,
                 http_refusal *refusal)
{
    const char *equals = memchr(text, '=', len);
    size_t name_len = equals != NULL ? (size_t)(equals - text) : len;
    char value[VALUE_MAX] = "";
    size_t value_len = 0;

    snprintf(refusal->field, sizeof refusal->field, "%.*s", (int)(name_len < 60 ? name_len : 60), text);
    if (equals != NULL) {
        value_len = decode(equals + 1, len - name_len - 1, true, value, sizeof value);
    }
    for (size_t i = 0; i < route->params_count; i++) {
        const route_param *param = &route->params[i];
        mpos_err err;

        if (strlen(param->name) != name_len || memcmp(param->name, text, name_len) != 0) {
            continue;
        }
        err = *seen >> i & 1 ? MPOS_E_INVALID_VALUE : check_value(param, value, value_len, refusal);
        if (err == MPOS_OK) {
            *seen |= UINT32_C(1) << i;
            add_param(out, param->name, name_len, value, value_len);
            refusal->field[0] = '\0';
        }
        return err;
    }
    return MPOS_E_UNKNOWN_FIELD;
}

mpos_err
http_read_params(const route_match *match, const h2o_req_t *req, text_buf *out, http_refusal *refusal)
{
    uint32_t seen = 0;
    mpos_err err = MPOS_OK;

    text_add_z(out, "{");
    for (size_t i = 0; i < match->count; i++) {
        char value[VALUE_MAX] = "";
        size_t len = decode(match->values[i].base, match->values[i].len, false, value, sizeof value);

        add_param(out, match->names[i], match->name_lens[i], value, len < VALUE_MAX ? len : VALUE_MAX - 1);
    }
    if (req->query_at != SIZE_MAX) {
        const char *at = req->path.base + req->query_at + 1;
        const char *end = req->path.base + req->path.len;

        while (at < end && err == MPOS_OK) {
            const char *next = memchr(at, '&', (size_t)(end - at));
            size_t len = (size_t)((next != NULL ? next : end) - at);

            if (len > 0) {
                err = read_query_param(match->route, at, len, &seen, out, refusal);
            }
            at += len + 1;
        }
    }
    text_add_z(out, "}");
    return err;
}
