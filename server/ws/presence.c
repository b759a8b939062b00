/* presence.c - a small table of devices noted lately, and a list of those to be written down. */
#include "ws/presence.h"

#include <stdlib.h>
#include <string.h>

#include "auth/seal.h"
#include "base/clock.h"
#include "context.h"
#include "db/query.h"
#include "ws/local.h"

/* Half of the minute within which a device counts as online. */
#define NOTE_EVERY_MS 30000
/* Two devices at one place take turns and are written down more often: no harm. */
#define PLACES 2048
/* As many as the operation takes. Others come with the next second. */
#define WAITING_MAX 256

typedef struct sighting {
    uint8_t tenant[UUID_SIZE];
    uint8_t device[UUID_SIZE];
    int64_t at_us;
    char app[WS_PRESENCE_APP_SIZE];
} sighting;

struct ws_presence {
    struct {
        uint8_t device[UUID_SIZE];
        uint64_t noted_ms;
    } places[PLACES];
    sighting waiting[WAITING_MAX];
    size_t count;
};

typedef struct presence_query {
    db_query query;
    uint8_t tenant[UUID_SIZE];
    uint8_t context[MPOS_CONTEXT_SIZE];
    text_buf input;
} presence_query;

ws_presence *
ws_presence_new(void)
{
    ws_presence *presence = calloc(1, sizeof *presence);

    if (presence == NULL) {
        abort();
    }
    return presence;
}

static bool
printable(h2o_iovec_t text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.base[i] < ' ' || text.base[i] > '~') {
            return false;
        }
    }
    return text.len > 0 && text.len < WS_PRESENCE_APP_SIZE;
}

void
ws_presence_note(worker *worker, const auth_claims *claims, h2o_iovec_t app)
{
    static const uint8_t nobody[UUID_SIZE] = {0};
    ws_presence *presence = worker->ws->presence;
    uint64_t now_ms = clock_elapsed_ms();
    size_t place = (size_t)(claims->device[14] << 8 | claims->device[15]) % PLACES;
    bool same = memcmp(presence->places[place].device, claims->device, UUID_SIZE) == 0;
    sighting *seen = &presence->waiting[presence->count];

    if ((same && now_ms - presence->places[place].noted_ms < NOTE_EVERY_MS) ||
        presence->count == WAITING_MAX || memcmp(claims->device, nobody, UUID_SIZE) == 0) {
        return;
    }
    memcpy(presence->places[place].device, claims->device, UUID_SIZE);
    presence->places[place].noted_ms = now_ms;
    presence->count++;
    *seen = (sighting){.at_us = clock_now_us()};
    memcpy(seen->tenant, claims->tenant, UUID_SIZE);
    memcpy(seen->device, claims->device, UUID_SIZE);
    if (printable(app)) {
        memcpy(seen->app, app.base, app.len);
    }
}

/* Rows are locked in this order, so that two processes cannot wait for each other. */
static int
by_key(const void *a, const void *b)
{
    return memcmp(a, b, (size_t)2 * UUID_SIZE);
}

static void
write_input(text_buf *out, const ws_presence *presence)
{
    char tenant[UUID_TEXT_SIZE];
    char device[UUID_TEXT_SIZE];

    text_add_z(out, "{\"params\":{},\"body\":{\"devices\":[");
    for (size_t i = 0; i < presence->count; i++) {
        const sighting *seen = &presence->waiting[i];

        text_uuid(seen->tenant, tenant);
        text_uuid(seen->device, device);
        text_addf(out, "%s{\"tenant_id\":\"%s\",\"device_id\":\"%s\",\"at_us\":%lld", i > 0 ? "," : "",
                  tenant, device, (long long)seen->at_us);
        if (seen->app[0] != '\0') {
            text_add_z(out, ",\"app\":");
            text_add_json(out, seen->app, strlen(seen->app));
        }
        text_add_z(out, "}");
    }
    text_add_z(out, "]}}");
}

/* A failure needs nothing: the next sign of life is written down again. */
static void
on_done(db_query *query, const db_outcome *outcome)
{
    presence_query *asked = H2O_STRUCT_FROM_MEMBER(presence_query, query, query);

    if (outcome->status == DB_ROWS) {
        PQclear(outcome->result);
    }
    text_free(&asked->input);
    free(asked);
}

void
ws_presence_flush(worker *worker)
{
    static const auth_claims server = {0};
    ws_presence *presence = worker->ws->presence;
    presence_query *asked;
    uint8_t request[UUID_SIZE];

    if (presence->count == 0) {
        return;
    }
    asked = calloc(1, sizeof *asked);
    if (asked == NULL) {
        abort();
    }
    qsort(presence->waiting, presence->count, sizeof presence->waiting[0], by_key);
    write_input(&asked->input, presence);
    presence->count = 0;
    clock_uuid7(request);
    auth_seal(worker->keys, &server, MPOS_SCOPE_AUTH, request, NULL, 0, asked->context);
    asked->query = (db_query){
        .statement = DB_CALL,
        .lane = DB_SLOW,
        .repeatable = true,
        .values = {(const char *)asked->tenant, (const char *)asked->context, "device.seen",
                   asked->input.data},
        .lengths = {UUID_SIZE, sizeof asked->context, 0, 0},
        .formats = {1, 1, 0, 0},
        .done = on_done,
    };
    if (!db_submit(worker->db, &asked->query)) {
        text_free(&asked->input);
        free(asked);
    }
}
