/* message.c - what clients say: auth, sub, ack, hb. Anything else ends the connection. */
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <string.h>

#include "auth/ticket.h"
#include "base/clock.h"
#include "ws/local.h"
#include "ws/redeem.h"
#include "ws/watch.h"

void
ws_hello(ws_conn *conn)
{
    uint8_t nonce[16];
    char hex[33];
    char now[CLOCK_TEXT_SIZE];

    randombytes_buf(nonce, sizeof nonce);
    text_hex(nonce, sizeof nonce, hex);
    clock_text(clock_now_us(), now);
    ws_conn_say(conn, "{\"k\":\"hello\",\"nonce\":\"%s\",\"server_time\":\"%s\"}", hex, now);
}

static void
welcome(ws_conn *conn)
{
    char tenant[UUID_TEXT_SIZE];
    char outlet[UUID_TEXT_SIZE];

    conn->signed_in = true;
    ws_watch_enter(conn);
    text_uuid(conn->claims.tenant, tenant);
    text_uuid(conn->claims.outlet, outlet);
    ws_conn_say(conn, "{\"k\":\"auth_ok\",\"tenant\":\"%s\",\"outlet\":\"%s\"}", tenant, outlet);
}

static void
on_redeemed(ws_conn *conn, ws_ticket_state state)
{
    static const ws_close codes[] = {[WS_TICKET_USED] = WS_CLOSE_AUTH,
                                     [WS_TICKET_ENDED] = WS_CLOSE_RIGHTS,
                                     [WS_TICKET_UNKNOWN] = WS_CLOSE_GOING};

    if (!ws_conn_answered(conn)) {
        return;
    }
    conn->redeeming = false;
    if (conn->closing) {
        return; /* took too long, or said something else meanwhile */
    }
    if (state == WS_TICKET_GOOD) {
        welcome(conn);
        ws_conn_flush(conn);
    } else {
        ws_conn_close(conn, codes[state]);
    }
}

static void
on_auth(ws_conn *conn, const json_t *message)
{
    const json_t *ticket = json_object_get(message, "ticket");
    uint8_t hash[TICKET_HASH_SIZE];

    if (conn->signed_in || conn->redeeming || !json_is_string(ticket)) {
        ws_conn_close(conn, WS_CLOSE_PROTOCOL);
        return;
    }
    if (!ticket_open(conn->worker->keys, json_string_value(ticket), json_string_length(ticket), &conn->claims,
                     hash)) {
        ws_conn_close(conn, WS_CLOSE_AUTH);
        return;
    }
    conn->redeeming = true;
    conn->asking++;
    ws_redeem(conn, hash, on_redeemed);
}

/* The topics asked for, limited to what the session may see; all of those when none are named. */
static bool
read_topics(const ws_conn *conn, const json_t *list, ws_topics *out)
{
    ws_topics allowed = ws_topics_allowed(conn->claims.scopes);
    size_t i;
    const json_t *name;

    *out = list == NULL ? allowed : 0;
    if (list != NULL && !json_is_array(list)) {
        return false;
    }
    json_array_foreach(list, i, name)
    {
        if (!json_is_string(name)) {
            return false;
        }
        *out |= ws_topic(json_string_value(name), json_string_length(name)) & allowed;
    }
    return true;
}

static bool
read_cursor(const json_t *message, ws_cursor *out)
{
    const json_t *epoch = json_object_get(message, "epoch");
    const json_t *seq = json_object_get(message, "seq");
    const char *h8 = json_string_value(json_object_get(message, "h8"));
    uint8_t bytes[8];

    if (!json_is_integer(epoch) || !json_is_integer(seq) || json_integer_value(seq) < -1 ||
        json_integer_value(epoch) < 0 || json_integer_value(epoch) > INT32_MAX || h8 == NULL ||
        !text_unhex(h8, strlen(h8), bytes, sizeof bytes)) {
        return false;
    }
    out->epoch = (int32_t)json_integer_value(epoch);
    out->seq = json_integer_value(seq);
    memcpy(out->h8, h8, WS_H8_SIZE);
    return true;
}

static void
on_sub(ws_conn *conn, const json_t *message)
{
    const json_t *id = json_object_get(message, "id");
    const char *stream = json_string_value(json_object_get(message, "s"));
    ws_cursor cursor = {0};
    ws_topics wanted;

    if (!conn->signed_in) {
        ws_conn_close(conn, WS_CLOSE_AUTH);
        return;
    }
    if (!json_is_integer(id) || stream == NULL || !read_cursor(message, &cursor) ||
        !read_topics(conn, json_object_get(message, "topics"), &wanted)) {
        ws_conn_close(conn, WS_CLOSE_PROTOCOL);
        return;
    }
    ws_subscribe(conn, json_integer_value(id), stream, &cursor, wanted);
}

void
ws_message(ws_conn *conn, const char *text, size_t len)
{
    json_t *message;
    const char *kind;

    /* What is asked for a broken one might end it inside of its own callback. */
    if (conn->broken) {
        return;
    }
    message = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
    kind = json_string_value(json_object_get(message, "k"));
    if (kind != NULL && strcmp(kind, "auth") == 0) {
        on_auth(conn, message);
    } else if (kind != NULL && strcmp(kind, "sub") == 0) {
        on_sub(conn, message);
    } else if (kind == NULL || !conn->signed_in || (strcmp(kind, "ack") != 0 && strcmp(kind, "hb") != 0)) {
        ws_conn_close(conn, WS_CLOSE_PROTOCOL);
    }
    json_decref(message);
}
