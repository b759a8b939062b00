/* canon.c - canonical JSON. */
#include "canon.h"

#include <string.h>

#include "quantity.h"
#include "utf8.h"

void
mpos_canon_init(mpos_canon *w, char *out, size_t capacity)
{
    *w = (mpos_canon){.out = out, .capacity = capacity};
}

static void
put(mpos_canon *w, const char *text, size_t size)
{
    if (size > 0 && w->size <= w->capacity && size <= w->capacity - w->size) {
        memcpy(w->out + w->size, text, size);
    }
    w->size += size;
}

/* Starts a value; 0 when an earlier error makes it pointless. */
static int
start(mpos_canon *w)
{
    if (w->err != MPOS_OK) {
        return 0;
    }
    if (w->comma) {
        put(w, ",", 1);
    }
    w->comma = true;
    return 1;
}

void
mpos_canon_begin(mpos_canon *w, char bracket)
{
    if (start(w)) {
        put(w, &bracket, 1);
        w->comma = false;
    }
}

void
mpos_canon_end(mpos_canon *w, char bracket)
{
    if (w->err == MPOS_OK) {
        put(w, &bracket, 1);
        w->comma = true;
    }
}

void
mpos_canon_name(mpos_canon *w, const char *name)
{
    size_t size = 0;

    while (name[size] != '\0') {
        size++;
    }
    if (start(w)) {
        put(w, "\"", 1);
        put(w, name, size);
        put(w, "\":", 2);
        w->comma = false;
    }
}

/* The escapes of RFC 8785: two characters where JSON has them, else \u00xx in lower case. */
static void
put_escaped(mpos_canon *w, char c)
{
    static const char hex[] = "0123456789abcdef";
    static const char plain[] = "\"\\\b\f\n\r\t";
    static const char letters[] = "\"\\bfnrt";
    char unicode[6] = {'\\', 'u', '0', '0', hex[(uint8_t)c >> 4], hex[(uint8_t)c & 15]};

    for (size_t i = 0; i < sizeof plain - 1; i++) {
        if (plain[i] == c) {
            char two[2] = {'\\', letters[i]};

            put(w, two, 2);
            return;
        }
    }
    put(w, unicode, sizeof unicode);
}

void
mpos_canon_text(mpos_canon *w, const char *text, size_t size)
{
    size_t run = 0; /* start of the bytes that need no escape and are not written yet */
    size_t at = 0;

    if (!start(w)) {
        return;
    }
    put(w, "\"", 1);
    while (at < size) {
        uint32_t code_point;
        size_t length = mpos_utf8_next((const uint8_t *)text + at, size - at, &code_point);

        if (length == 0) {
            w->err = MPOS_E_INVALID_VALUE;
            return;
        }
        if (length == 1 && ((uint8_t)text[at] < 0x20 || text[at] == '"' || text[at] == '\\')) {
            put(w, text + run, at - run);
            put_escaped(w, text[at]);
            run = at + 1;
        }
        at += length;
    }
    put(w, text + run, size - run);
    put(w, "\"", 1);
}

void
mpos_canon_int(mpos_canon *w, int64_t value)
{
    char digits[MPOS_DECIMAL_SIZE];

    if (value > MPOS_CANON_INT_MAX || value < -MPOS_CANON_INT_MAX) {
        w->err = w->err == MPOS_OK ? MPOS_E_OUT_OF_RANGE : w->err;
    } else if (start(w)) {
        put(w, digits, mpos_decimal_format(value, 0, digits));
    }
}

void
mpos_canon_raw(mpos_canon *w, const char *text, size_t size)
{
    if (start(w)) {
        put(w, text, size);
    }
}

void
mpos_canon_bool(mpos_canon *w, bool value)
{
    mpos_canon_raw(w, value ? "true" : "false", value ? 4 : 5);
}

void
mpos_canon_null(mpos_canon *w)
{
    mpos_canon_raw(w, "null", 4);
}

void
mpos_canon_bytes(mpos_canon *w, const uint8_t *bytes, size_t size)
{
    char four[4];

    if (!start(w)) {
        return;
    }
    put(w, "\"", 1);
    for (size_t at = 0; at < size; at += 3) {
        put(w, four, mpos_base64url(bytes + at, size - at < 3 ? size - at : 3, four));
    }
    put(w, "\"", 1);
}

/* Writes value as exactly `count` digits. */
static void
put_digits(char *to, int64_t value, int count)
{
    while (count > 0) {
        to[--count] = (char)('0' + value % 10);
        value /= 10;
    }
}

/* Gregorian date of a day number since 1970 (not negative), by 400-year eras that begin on 1 March. */
static void
put_date(char *to, int64_t days)
{
    int64_t z = days + 719468;
    int64_t era_day = z % 146097;
    int64_t era_year = (era_day - era_day / 1460 + era_day / 36524 - era_day / 146096) / 365;
    int64_t year_day = era_day - (365 * era_year + era_year / 4 - era_year / 100);
    int64_t shifted_month = (5 * year_day + 2) / 153;
    int64_t month = shifted_month < 10 ? shifted_month + 3 : shifted_month - 9;
    int64_t year = z / 146097 * 400 + era_year + (month <= 2);

    put_digits(to, year, 4);
    put_digits(to + 5, month, 2);
    put_digits(to + 8, year_day - (153 * shifted_month + 2) / 5 + 1, 2);
}

void
mpos_canon_time(mpos_canon *w, int64_t us)
{
    static const int64_t us_per_day = INT64_C(86400000000);
    static const int64_t us_end = INT64_C(253402300800000000); /* 10000-01-01 */
    char text[] = "\"0000-00-00T00:00:00.000000Z\"";
    int64_t rest;

    if (us < 0 || us >= us_end) {
        w->err = w->err == MPOS_OK ? MPOS_E_OUT_OF_RANGE : w->err;
        return;
    }
    rest = us % us_per_day;
    put_date(text + 1, us / us_per_day);
    put_digits(text + 12, rest / INT64_C(3600000000), 2);
    put_digits(text + 15, rest / 60000000 % 60, 2);
    put_digits(text + 18, rest / 1000000 % 60, 2);
    put_digits(text + 21, rest % 1000000, 6);
    mpos_canon_raw(w, text, sizeof text - 1);
}

mpos_err
mpos_canon_finish(const mpos_canon *w, size_t *size_out)
{
    if (w->err != MPOS_OK) {
        return w->err;
    }
    *size_out = w->size;
    return w->size > w->capacity ? MPOS_E_BUFFER_TOO_SMALL : MPOS_OK;
}
