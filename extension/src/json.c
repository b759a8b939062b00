/* json.c - writes the JSON of answers. */
#include "postgres.h"

#include "common/base64.h"
#include "utils/builtins.h"
#include "utils/json.h"

#include "json.h"
#include "quantity.h"
#include "uuid.h"

#define US_PER_SECOND INT64CONST(1000000)
#define SECONDS_PER_DAY INT64CONST(86400)

/* What came before tells whether a comma is due: every value ends in something else than an opening or a colon. */
static void
begin_value(StringInfo out, const char *key)
{
    char last = out->len > 0 ? out->data[out->len - 1] : '[';

    if (last != '{' && last != '[' && last != ':') {
        appendStringInfoChar(out, ',');
    }
    if (key != NULL) {
        appendStringInfoChar(out, '"');
        appendStringInfoString(out, key);
        appendStringInfoString(out, "\":");
    }
}

void
mpos_json_open(StringInfo out, const char *key, char bracket)
{
    begin_value(out, key);
    appendStringInfoChar(out, bracket);
}

void
mpos_json_close(StringInfo out, char bracket)
{
    appendStringInfoChar(out, bracket);
}

void
mpos_json_text(StringInfo out, const char *key, const char *text)
{
    if (text == NULL) {
        mpos_json_null(out, key);
        return;
    }
    begin_value(out, key);
    escape_json(out, text);
}

void
mpos_json_int(StringInfo out, const char *key, int64 value)
{
    char digits[MAXINT8LEN + 1];

    begin_value(out, key);
    appendBinaryStringInfo(out, digits, pg_lltoa(value, digits));
}

void
mpos_json_bool(StringInfo out, const char *key, bool value)
{
    begin_value(out, key);
    appendStringInfoString(out, value ? "true" : "false");
}

void
mpos_json_null(StringInfo out, const char *key)
{
    begin_value(out, key);
    appendStringInfoString(out, "null");
}

void
mpos_json_uuid(StringInfo out, const char *key, const uint8 *id)
{
    char text[37];

    if (id == NULL) {
        mpos_json_null(out, key);
        return;
    }
    mpos_uuid_text(id, text);
    begin_value(out, key);
    appendStringInfoChar(out, '"');
    appendBinaryStringInfo(out, text, 36);
    appendStringInfoChar(out, '"');
}

void
mpos_json_hex(StringInfo out, const char *key, const uint8 *bytes, size_t size)
{
    begin_value(out, key);
    appendStringInfoChar(out, '"');
    enlargeStringInfo(out, (int)size * 2 + 1);
    out->len += (int)hex_encode((const char *)bytes, size, out->data + out->len);
    appendStringInfoChar(out, '"');
}

void
mpos_json_base64(StringInfo out, const char *key, const uint8 *bytes, size_t size)
{
    int room = pg_b64_enc_len((int)size);

    begin_value(out, key);
    appendStringInfoChar(out, '"');
    enlargeStringInfo(out, room + 1);
    out->len += pg_b64_encode((const char *)bytes, (int)size, out->data + out->len, room);
    appendStringInfoChar(out, '"');
}

void
mpos_json_decimal(StringInfo out, const char *key, int64 value, int scale)
{
    char text[MPOS_DECIMAL_SIZE];
    size_t size = mpos_decimal_format(value, scale, text);

    begin_value(out, key);
    appendStringInfoChar(out, '"');
    appendBinaryStringInfo(out, text, (int)size);
    appendStringInfoChar(out, '"');
}

/* Days since 1970 to a date of the Gregorian calendar, counting years from March so that the leap day comes last. */
static void
civil_date(int64 days, int *year, int *month, int *day)
{
    int64 shifted = days + 719468;
    int64 era = shifted / 146097;
    int64 day_of_era = shifted % 146097;
    int64 year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64 day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64 from_march = (5 * day_of_year + 2) / 153;

    *day = (int)(day_of_year - (153 * from_march + 2) / 5 + 1);
    *month = (int)(from_march < 10 ? from_march + 3 : from_march - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2 ? 1 : 0));
}

void
mpos_json_time(StringInfo out, const char *key, int64 us)
{
    int64 seconds = us / US_PER_SECOND;
    int second_of_day = (int)(seconds % SECONDS_PER_DAY);
    int year;
    int month;
    int day;

    civil_date(seconds / SECONDS_PER_DAY, &year, &month, &day);
    begin_value(out, key);
    appendStringInfo(out, "\"%04d-%02d-%02dT%02d:%02d:%02d.%06dZ\"", year, month, day, second_of_day / 3600,
                     second_of_day / 60 % 60, second_of_day % 60, (int)(us % US_PER_SECOND));
}

void
mpos_json_raw(StringInfo out, const char *key, const char *json)
{
    begin_value(out, key);
    appendStringInfoString(out, json);
}
