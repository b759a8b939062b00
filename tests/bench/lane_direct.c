/* lane_direct.c - mpos.call without the server in front: what the HTTP hop costs is the difference to lane_http.c. */
#include "keyring.h"
#include "lane.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libpq-fe.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

static int
direct_open(lane *on, const char *target)
{
    PGconn *conn = PQconnectdb(target);
    on->link = conn;
    if (PQstatus(conn) != CONNECTION_OK) {
        fprintf(stderr, "%s", PQerrorMessage(conn));
        return -1;
    }
    PGresult *result =
        PQprepare(conn, "call",
                  "SELECT status, body FROM mpos.call($1::uuid, $2::bytea, $3::text, $4::jsonb)", 0, NULL);
    int failed = PQresultStatus(result) != PGRES_COMMAND_OK;
    if (failed)
        fprintf(stderr, "%s", PQerrorMessage(conn));
    PQclear(result);
    PQsetnonblocking(conn, 1);
    on->fd = PQsocket(conn);
    return failed ? -1 : 0;
}

/* The key of MPOS_CONTEXT_KEY_FILE that signs. */
static const mpos_key *
context_key(void)
{
    static mpos_keyring ring;
    char text[MPOS_KEYRING_TEXT_MAX];
    FILE *file = ring.count > 0 ? NULL : fopen(getenv("MPOS_CONTEXT_KEY_FILE"), "r");

    if (file != NULL) {
        size_t size = fread(text, 1, sizeof text, file);

        fclose(file);
        (void)mpos_keyring_parse(text, size, &ring);
    }
    if (ring.count == 0) {
        exit(2);
    }
    return &ring.keys[0];
}

static void
seal(const lane *on, sale_form form, uint8_t out[MPOS_CONTEXT_SIZE])
{
    mpos_context context = on->at->context;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    context.scopes = mpos_scope_from_text(form == SALE_PUSH ? "sync.push" : "order.write");
    context.expires_us = (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000 + MPOS_CONTEXT_LIFE_US_MAX / 2;
    RAND_bytes(context.request, sizeof context.request);
    if (form == SALE_POST)
        SHA256((const unsigned char *)on->sale.key, 36, context.idempotency);
    context.key_id = context_key()->id;
    mpos_context_encode(&context, out);
    HMAC(EVP_sha256(), context_key()->bytes, MPOS_KEY_SIZE, out, MPOS_CONTEXT_SIGNED_SIZE,
         out + MPOS_CONTEXT_SIGNED_SIZE, NULL);
}

static lane_event
direct_send(lane *on, sale_form form)
{
    uint8_t context[MPOS_CONTEXT_SIZE];
    char body[SALE_BODY_MAX + 64];
    seal(on, form, context);
    snprintf(body, sizeof body, "{\"params\":{},\"body\":%.*s}", (int)on->sale.body_length, on->sale.body);
    const char *values[4] = {(const char *)on->at->context.tenant, (const char *)context,
                             form == SALE_PUSH ? "sync.push" : "order.place", body};
    const int lengths[4] = {16, sizeof context, 0, 0};
    const int formats[4] = {1, 1, 0, 0};
    if (PQsendQueryPrepared(on->link, "call", 4, values, lengths, formats, 0) != 1)
        return LANE_BROKEN;
    return PQflush(on->link) < 0 ? LANE_BROKEN : LANE_WAIT;
}

static lane_event
direct_receive(lane *on, sale_form form)
{
    lane_event event = LANE_REFUSED;
    PGresult *result;
    if (PQconsumeInput(on->link) != 1)
        return LANE_BROKEN;
    if (PQisBusy(on->link))
        return LANE_WAIT;
    while ((result = PQgetResult(on->link)) != NULL) {
        const char *text = PQntuples(result) == 1 ? PQgetvalue(result, 0, 1) : PQresultErrorMessage(result);
        snprintf(on->answer, sizeof on->answer, "%s", text);
        if (PQntuples(result) == 1 &&
            (form == SALE_POST || strstr(text, "\"ok\"") || strstr(text, "\"flag\"")))
            event = LANE_SOLD;
        PQclear(result);
    }
    return event;
}

const transport transport_direct = {direct_open, direct_send, direct_receive};
