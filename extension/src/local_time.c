/* local_time.c - see local_time.h. */
#include "postgres.h"

#include "pgtime.h"
#include "utils/builtins.h"
#include "utils/datetime.h"
#include "utils/timestamp.h"

#include "heap.h"
#include "local_time.h"
#include "statement.h"

static mpos_table outlets_table = {"pos", "outlet", "outlet_pkey"};

static pg_tz *
outlet_zone(const mpos_call *call)
{
    Relation relation = mpos_table_open(&outlets_table, AccessShareLock);
    Datum keys[2] = {PointerGetDatum(call->context.tenant), PointerGetDatum(call->context.outlet)};
    HeapTuple row = mpos_table_get(&outlets_table, relation, keys, NULL);
    pg_tz *zone = NULL;

    if (row != NULL) {
        bool is_null;
        AttrNumber column = mpos_column(relation, "timezone");
        Datum name = mpos_row_get(relation, row, column, &is_null);

        zone = is_null ? NULL : pg_tzset(TextDatumGetCString(name));
    }
    mpos_table_close(relation);
    return zone != NULL ? zone : pg_tzset("GMT");
}

int64
mpos_local_minute(const mpos_call *call, int64 at_us)
{
    TimestampTz time = mpos_time_to_pg(at_us);
    struct pg_tm tm;
    fsec_t fsec;
    int offset;

    if (timestamp2tm(time, &offset, &tm, &fsec, NULL, outlet_zone(call)) != 0) {
        elog(ERROR, "time of a call is outside the calendar");
    }
    return ((int64)date2j(tm.tm_year, tm.tm_mon, tm.tm_mday) - UNIX_EPOCH_JDATE) * MINS_PER_HOUR *
               HOURS_PER_DAY +
           tm.tm_hour * MINS_PER_HOUR + tm.tm_min;
}
