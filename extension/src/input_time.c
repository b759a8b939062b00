/* input_time.c - times of an outlet's clock as people write them: no zone, no seconds. */
#include "postgres.h"

#include "datatype/timestamp.h"
#include "utils/datetime.h"

#include "input.h"

#define MINUTES_PER_DAY 1440

static bool
two_digits(const char *text, int *out)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9') {
        return false;
    }
    *out = (text[0] - '0') * 10 + text[1] - '0';
    return true;
}

bool
mpos_clock_parse(const char *text, size_t size, int64 *out)
{
    int hour;
    int minute;

    if (size != 5 || text[2] != ':' || !two_digits(text, &hour) || !two_digits(text + 3, &minute) ||
        hour > 23 || minute > 59) {
        return false;
    }
    *out = hour * 60 + minute;
    return true;
}

bool
mpos_local_parse(const char *text, size_t size, int64 *out)
{
    int century;
    int year;
    int month;
    int day;
    int64 minute;

    if (size != 16 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || !two_digits(text, &century) ||
        !two_digits(text + 2, &year) || !two_digits(text + 5, &month) || !two_digits(text + 8, &day) ||
        !mpos_clock_parse(text + 11, 5, &minute)) {
        return false;
    }
    year += 100 * century;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > day_tab[isleap(year)][month - 1]) {
        return false;
    }
    *out = (int64)(date2j(year, month, day) - UNIX_EPOCH_JDATE) * MINUTES_PER_DAY + minute;
    return true;
}

void
mpos_local_format(int64 minutes, char out[17])
{
    int year;
    int month;
    int day;

    j2date((int)(minutes / MINUTES_PER_DAY) + UNIX_EPOCH_JDATE, &year, &month, &day);
    snprintf(out, 17, "%04d-%02d-%02dT%02d:%02d", year % 10000, month, day,
             (int)(minutes % MINUTES_PER_DAY) / 60, (int)(minutes % 60));
}
