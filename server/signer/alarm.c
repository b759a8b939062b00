/* alarm.c - a short list of open alarms, so that neither log nor database is flooded. */
#include "signer/alarm.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"

#define AGAIN_MS 600000
#define RECENT_MS 2000
#define KIND_SIZE 48

struct alarm_open {
    char journal[UUID_TEXT_SIZE]; /* "" for none */
    int32_t epoch;
    char kind[KIND_SIZE];
    uint64_t logged_ms; /* 0: by an earlier process */
    uint64_t raised_ms;
    bool stored;
};

static struct alarm_open *
find(alarm_desk *desk, const char *journal, int32_t epoch, const char *kind)
{
    for (size_t i = 0; i < desk->count; i++) {
        struct alarm_open *one = &desk->open[i];

        if (one->epoch == epoch && strcmp(one->journal, journal) == 0 && strcmp(one->kind, kind) == 0) {
            return one;
        }
    }
    return NULL;
}

static struct alarm_open *
add(alarm_desk *desk, const char *journal, int32_t epoch, const char *kind)
{
    struct alarm_open *one;

    if (desk->count == desk->cap) {
        desk->cap = desk->cap > 0 ? 2 * desk->cap : 16;
        desk->open = reallocarray(desk->open, desk->cap, sizeof *desk->open);
        if (desk->open == NULL) {
            abort();
        }
    }
    one = &desk->open[desk->count++];
    *one = (struct alarm_open){.epoch = epoch};
    snprintf(one->journal, sizeof one->journal, "%s", journal);
    snprintf(one->kind, sizeof one->kind, "%s", kind);
    return one;
}

static void
log_alarm(const char *journal, int32_t epoch, int64_t size, const char *kind, const char *detail)
{
    char epoch_text[12];
    char size_text[21];

    snprintf(epoch_text, sizeof epoch_text, "%d", epoch);
    snprintf(size_text, sizeof size_text, "%lld", (long long)size);
    log_event(LOG_LEVEL_ERROR, "alarm", "kind", kind, "journal", journal, "epoch", epoch_text, "size",
              size_text, "detail", detail, NULL);
}

void
alarm_raise(alarm_desk *desk, store *store, const char *journal, int32_t epoch, int64_t size,
            const char *kind, const char *detail)
{
    const char *name = journal != NULL ? journal : "";
    struct alarm_open *one = find(desk, name, epoch, kind);
    uint64_t now_ms = clock_elapsed_ms();

    if (one == NULL) {
        one = add(desk, name, epoch, kind);
    }
    one->raised_ms = now_ms;
    if (one->logged_ms == 0 || now_ms - one->logged_ms >= AGAIN_MS) {
        one->logged_ms = now_ms;
        log_alarm(name, epoch, size, kind, detail);
    }
    if (!one->stored) {
        one->stored = store_alarm(store, journal, epoch, kind, detail) == STORE_OK;
    }
}

bool
alarm_recent(const alarm_desk *desk, const char *journal, int32_t epoch)
{
    uint64_t now_ms = clock_elapsed_ms();

    for (size_t i = 0; i < desk->count; i++) {
        const struct alarm_open *one = &desk->open[i];

        if (one->raised_ms != 0 && now_ms - one->raised_ms < RECENT_MS && one->epoch == epoch &&
            strcmp(one->journal, journal) == 0) {
            return true;
        }
    }
    return false;
}

void
alarm_resolve(alarm_desk *desk, store *store, const char *journal, int32_t epoch, const char *reason)
{
    bool open = false;

    for (size_t i = 0; i < desk->count; i++) {
        open = open || (desk->open[i].epoch == epoch && strcmp(desk->open[i].journal, journal) == 0);
    }
    if (!open || store_alarm_resolve(store, desk->prefix, journal, epoch, reason) != STORE_OK) {
        return;
    }
    for (size_t i = desk->count; i > 0; i--) {
        if (desk->open[i - 1].epoch == epoch && strcmp(desk->open[i - 1].journal, journal) == 0) {
            desk->open[i - 1] = desk->open[--desk->count];
        }
    }
    log_event(LOG_LEVEL_INFO, "alarm resolved", "journal", journal, "reason", reason, NULL);
}

void
alarm_load(alarm_desk *desk, store *store)
{
    static const char sql[] = "SELECT coalesce(journal_id::text, ''), coalesce(epoch, 0)::text, kind"
                              " FROM mpos.alarms_open($1)";
    PGresult *result;

    if (store_query(store, sql, 1, &desk->prefix, &result) != STORE_OK) {
        return;
    }
    for (int row = 0; row < PQntuples(result); row++) {
        const char *journal = PQgetvalue(result, row, 0);
        int32_t epoch = (int32_t)strtol(PQgetvalue(result, row, 1), NULL, 10);
        const char *kind = PQgetvalue(result, row, 2);

        if (find(desk, journal, epoch, kind) == NULL) {
            add(desk, journal, epoch, kind)->stored = true;
        }
    }
    PQclear(result);
}
