/* feed.h - asking the database for the entries after a cursor, with the rights of one subscriber. */
#ifndef WS_FEED_H
#define WS_FEED_H

#include "auth/claims.h"
#include "base/worker.h"
#include "err.h"
#include "ws/frame.h"

typedef enum ws_mode { WS_MODE_LIVE, WS_MODE_REPLAY, WS_MODE_RESET } ws_mode;

/* What journal.feed says; entries are valid during the callback. */
typedef struct ws_feed {
    uint8_t journal[UUID_SIZE];
    ws_mode mode;
    int32_t epoch;
    int64_t head;
    char h8[WS_H8_SIZE]; /* of the head */
    const uint8_t *entries;
    size_t entries_len;
} ws_feed;

/* feed is NULL when err is not MPOS_OK. */
typedef void (*ws_feed_done)(void *arg, mpos_err err, const ws_feed *feed);

/* Asks once; done is called exactly once, possibly before this returns. outlet: text of a UUID, or what a client sent. */
void
ws_feed_ask(worker *worker, const auth_claims *claims, const char *outlet, const ws_cursor *cursor,
            ws_feed_done done, void *arg);

#endif
