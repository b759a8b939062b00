/* json_scan.c - see json_scan.h. One loop and a bit per level, so that deep text needs no stack. */
#include "json_scan.h"

#include <string.h>

#include "utf8.h"

static void
fail(mpos_scan *s, mpos_err err)
{
    s->err = s->err == MPOS_OK ? err : s->err;
    s->at = s->end;
}

void
mpos_scan_space(mpos_scan *s)
{
    while (s->at < s->end && (*s->at == ' ' || *s->at == '\t' || *s->at == '\n' || *s->at == '\r')) {
        s->at++;
    }
}

int
mpos_scan_take(mpos_scan *s, char c)
{
    mpos_scan_space(s);
    if (s->at < s->end && *s->at == c) {
        s->at++;
        return 1;
    }
    return 0;
}

static void
expect(mpos_scan *s, char c)
{
    if (!mpos_scan_take(s, c)) {
        fail(s, MPOS_E_MALFORMED_JSON);
    }
}

static int
is_digit(const mpos_scan *s)
{
    return s->at < s->end && *s->at >= '0' && *s->at <= '9';
}

static int
is_hex(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* What follows a backslash. */
static int
skip_escape(mpos_scan *s)
{
    static const char simple[] = {'"', '\\', '/', 'b', 'f', 'n', 'r', 't'};
    char c = s->at < s->end ? *s->at++ : '\0';

    for (size_t i = 0; i < sizeof simple; i++) {
        if (c == simple[i]) {
            return 1;
        }
    }
    if (c != 'u' || s->end - s->at < 4) {
        return 0;
    }
    s->at += 4;
    return is_hex(s->at[-4]) && is_hex(s->at[-3]) && is_hex(s->at[-2]) && is_hex(s->at[-1]);
}

/* One character of a string other than its end. */
static int
skip_character(mpos_scan *s, int *escaped)
{
    uint32_t code_point;
    size_t size;

    if (*s->at == '\\') {
        s->at++;
        *escaped = 1;
        return skip_escape(s);
    }
    size = mpos_utf8_next((const uint8_t *)s->at, (size_t)(s->end - s->at), &code_point);
    s->at += size;
    return size > 0 && code_point >= 0x20;
}

void
mpos_scan_string(mpos_scan *s, const char **text, size_t *size, int *escaped)
{
    *escaped = 0;
    *size = 0;
    expect(s, '"');
    *text = s->at;
    while (s->at < s->end && *s->at != '"') {
        if (!skip_character(s, escaped)) {
            fail(s, MPOS_E_MALFORMED_JSON);
            return;
        }
    }
    if (s->err == MPOS_OK) {
        *size = (size_t)(s->at - *text);
    }
    if (s->at == s->end) {
        fail(s, MPOS_E_MALFORMED_JSON);
    } else {
        s->at++;
    }
}

/* At least one digit, all of them. */
static void
skip_digits(mpos_scan *s)
{
    if (!is_digit(s)) {
        fail(s, MPOS_E_MALFORMED_JSON);
    }
    while (is_digit(s)) {
        s->at++;
    }
}

static void
skip_number(mpos_scan *s)
{
    s->at += *s->at == '-';
    if (s->at < s->end && *s->at == '0') {
        s->at++;
    } else {
        skip_digits(s);
    }
    if (s->at < s->end && *s->at == '.') {
        s->at++;
        skip_digits(s);
    }
    if (s->at < s->end && (*s->at == 'e' || *s->at == 'E')) {
        s->at++;
        s->at += s->at < s->end && (*s->at == '+' || *s->at == '-');
        skip_digits(s);
    }
}

static void
skip_word(mpos_scan *s)
{
    static const struct {
        const char *text;
        size_t size;
    } words[] = {{"true", 4}, {"false", 5}, {"null", 4}};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        if ((size_t)(s->end - s->at) >= words[i].size && memcmp(s->at, words[i].text, words[i].size) == 0) {
            s->at += words[i].size;
            return;
        }
    }
    fail(s, MPOS_E_MALFORMED_JSON);
}

static void
skip_scalar(mpos_scan *s)
{
    const char *text;
    size_t size;
    int escaped;

    if (s->at == s->end) {
        fail(s, MPOS_E_MALFORMED_JSON);
    } else if (*s->at == '"') {
        mpos_scan_string(s, &text, &size, &escaped);
    } else if (*s->at == '-' || is_digit(s)) {
        skip_number(s);
    } else {
        skip_word(s);
    }
}

static void
skip_name(mpos_scan *s)
{
    const char *text;
    size_t size;
    int escaped;

    mpos_scan_string(s, &text, &size, &escaped);
    expect(s, ':');
}

/* Open brackets: bit 0 of `objects` is the innermost, 1 for an object. */
typedef struct levels {
    uint64_t objects;
    int open;
    int most;
} levels;

/* Opens what begins here. Returns 0 when it is a whole value already: a scalar, or empty. */
static int
begins(mpos_scan *s, levels *l)
{
    int object = mpos_scan_take(s, '{');

    if (!object && !mpos_scan_take(s, '[')) {
        skip_scalar(s);
        return 0;
    }
    if (l->open == l->most) {
        fail(s, MPOS_E_TOO_MANY);
        return 0;
    }
    if (mpos_scan_take(s, object ? '}' : ']')) {
        return 0;
    }
    l->objects = l->objects << 1 | (uint64_t)object;
    l->open++;
    if (object) {
        skip_name(s);
    }
    return 1;
}

/* After a value: closes what ends here; stops before the next value. */
static void
goes_on(mpos_scan *s, levels *l)
{
    while (l->open > 0 && s->err == MPOS_OK) {
        int object = (l->objects & 1) != 0;

        if (mpos_scan_take(s, ',')) {
            if (object) {
                skip_name(s);
            }
            return;
        }
        expect(s, object ? '}' : ']');
        l->objects >>= 1;
        l->open--;
    }
}

void
mpos_scan_skip(mpos_scan *s, int depth)
{
    levels l = {0, 0, depth};

    do {
        if (!begins(s, &l)) {
            goes_on(s, &l);
        }
    } while (l.open > 0 && s->err == MPOS_OK);
}

void
mpos_scan_end(mpos_scan *s)
{
    mpos_scan_space(s);
    if (s->at != s->end) {
        fail(s, MPOS_E_MALFORMED_JSON);
    }
}
