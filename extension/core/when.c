/* when.c - does a rule hold here and now? */
#include "rules.h"

#include "id.h"

/* 1970-01-01 was a Thursday: bit 3. */
static int
day_of(int64_t day)
{
    return (int)((day + 3) % 7);
}

static int
is_day(const mpos_when *when, int64_t day)
{
    return when->days == 0 || (when->days >> day_of(day) & 1) != 0;
}

static int
in_hours(const mpos_when *when, int64_t at)
{
    int64_t day = at / MPOS_DAY_MINUTES;
    int minute = (int)(at % MPOS_DAY_MINUTES);

    if (when->end > when->start) {
        return minute >= when->start && minute < when->end && is_day(when, day);
    }
    if (minute >= when->start && is_day(when, day)) {
        return 1;
    }
    return minute < when->end && is_day(when, day + 6); /* begun the day before: a week later less one */
}

int
mpos_when_holds(const mpos_when *when, const mpos_circumstances *in)
{
    return (when->from == MPOS_NO_TIME || in->at >= when->from) &&
           (when->until == MPOS_NO_TIME || in->at < when->until) && in_hours(when, in->at) &&
           (when->places == 0 || (when->places >> in->place & 1) != 0) &&
           (when->channels == 0 || (when->channels >> in->channel & 1) != 0) &&
           in->guests >= when->guests_min &&
           (when->outlet_count == 0 || mpos_id_listed(when->outlets, when->outlet_count, in->outlet)) &&
           (when->customer_group_count == 0 ||
            mpos_id_listed(when->customer_groups, when->customer_group_count, in->customer_group));
}

int
mpos_when_limits(const mpos_when *when)
{
    return (when->from != MPOS_NO_TIME || when->until != MPOS_NO_TIME) +
           (when->start != 0 || when->end != 0) + (when->days != 0) + (when->places != 0) +
           (when->channels != 0) + (when->outlet_count > 0) + (when->customer_group_count > 0) +
           (when->guests_min > 0);
}
